"""Which addresses are the public network's. Whatever leads to one of ours in disguise is none."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

PORTS: Final = frozenset({443, 8443})
LENGTH: Final = 2_048
HOST: Final = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
INSIDE: Final = frozenset(
    {"localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion", "test", "invalid"}
)
# is_global says nothing of these: relays, translators and what carries an IPv4 address inside.
REFUSED_4: Final = (ip_network("192.88.99.0/24"), ip_network("192.0.0.0/24"), ip_network("240.0.0.0/4"))
GLOBAL_6: Final = ip_network("2000::/3")
REFUSED_6: Final = (
    *(ip_network("2001::/23"), ip_network("2002::/16")),  # Teredo and its like, 6to4
    *(ip_network("2001:db8::/32"), ip_network("3fff::/20")),
)
NAT64: Final = ip_network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """Whether an address, as a resolver gives it, is one that a webhook may be sent to."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        return _is_public_6(address)
    return _is_public_4(address)


def _is_public_4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and not any(address in one for one in REFUSED_4)


def _is_public_6(address: IPv6Address) -> bool:
    if address.ipv4_mapped is not None:
        return _is_public_4(address.ipv4_mapped)
    if address in NAT64:
        return _is_public_4(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in GLOBAL_6 and address.is_global and not any(address in one for one in REFUSED_6)


def fault_of(url: str) -> str | None:
    """Why a URL cannot be a webhook's, in English; None where it may be. What its name resolves to is checked later."""
    if len(url) > LENGTH or not url.isascii() or any(one <= " " or one == "\\" for one in url):
        return f"write at most {LENGTH} visible ASCII characters"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is no URL"
    if parts.scheme != "https":
        return "it must begin with https://"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "leave user, password and fragment out"
    if (443 if port is None else port) not in PORTS:
        return f"the port must be one of {', '.join(map(str, sorted(PORTS)))}"
    return _fault_of_host((parts.hostname or "").rstrip("."))


def _fault_of_host(host: str) -> str | None:
    try:
        ip_address(host)
    except ValueError:
        # The last label of a name is never a number, so 2130706433, 0x7f.1 and 0177.0.0.1 are no names.
        if not HOST.fullmatch(host) or host.rpartition(".")[2] in INSIDE:
            return "name a host of the public network"
        return None
    return None if is_public(host) else "name a host of the public network"
