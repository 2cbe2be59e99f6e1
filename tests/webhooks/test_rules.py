"""Addresses and URLs that a webhook may not be sent to, in all their disguises; signatures; the schedule."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook as Verifier

from guanxi.webhooks.rules import addresses, retries, signatures

PRIVATE = [
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"),
    *("192.0.0.1", "192.0.2.1", "192.168.1.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
    *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1"),
    *("2002:7f00:1::", "2001::1", "2001:db8::1", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0"),
    *("ff02::1", "fec0::1", "not an address", "", "1.2.3", "127.1", "0x7f000001", "2130706433"),
]
PUBLIC = ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_is_refused(address: str) -> None:
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_network_is_not(address: str) -> None:
    assert addresses.is_public(address)


@given(st.integers(0, 2**32 - 1))
def test_an_address_inside_another_is_as_public_as_alone(number: int) -> None:
    inner = IPv4Address(number)

    alone = addresses.is_public(str(inner))

    assert addresses.is_public(str(IPv6Address(0xFFFF_0000_0000 | number))) == alone
    assert addresses.is_public(str(IPv6Address((0x64_FF9B << 96) | number))) == alone


@pytest.mark.parametrize(
    "url",
    [
        *("http://shop.example.com/", "ftp://shop.example.com/", "//shop.example.com/", "shop.example.com", ""),
        *("https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://127.1/"),
        *(
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fe80::1%25eth0]/",
            "https://0/",
            "https://0.0.0.0/",
        ),
        *("https://localhost/", "https://LOCALHOST./", "https://printer.local/", "https://db.internal/", "https://db/"),
        *("https://shop.example.com:22/", "https://shop.example.com:0/", "https://shop.example.com:99999/"),
        *("https://a:b@shop.example.com/", "https://shop.example.com@127.0.0.1/", "https://shop.example.com/#x"),
        *("https://shop.example.com\\@127.0.0.1/", "https://shop.example.com/ x", "https://shop.例子.com/"),
        *("https://169.254.169.254/latest/meta-data", "https://shop.example.com/" + "x" * 2_048, "https://1.2.3.4.5/"),
    ],
)
def test_a_url_that_does_not_name_a_public_https_server_is_refused(url: str) -> None:
    assert addresses.fault_of(url) is not None


@pytest.mark.parametrize("url", ["https://shop.example.com/hook?x=1", "https://a-b.co.uk:8443", "https://8.8.8.8/"])
def test_a_url_of_a_public_https_server_is_not(url: str) -> None:
    assert addresses.fault_of(url) is None


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=50)), st.uuids(), st.integers(1, 5))
def test_what_is_signed_verifies_by_the_standard(content: dict[str, str], webhook: UUID, generation: int) -> None:
    secrets = [signatures.secret_of(b"k" * 32, webhook, one) for one in (generation + 1, generation)]
    body = orjson.dumps(content)

    headers = signatures.headers_of("msg_1", int(datetime.now(UTC).timestamp()), body, secrets)

    for secret in secrets:
        assert Verifier(signatures.text_of(secret)).verify(body, headers) == content


def test_secrets_differ_by_webhook_generation_and_installation() -> None:
    first, second = UUID(int=1), UUID(int=2)

    made = {signatures.secret_of(key, hook, number) for key in (b"a" * 32, b"b" * 32) for hook in (first, second)
            for number in (1, 2)}  # fmt: skip

    assert len(made) == 8


def test_the_last_try_is_within_72_hours() -> None:
    now = since = datetime(2026, 11, 11, tzinfo=UTC)
    failures = 1

    while (wait := retries.wait_after(failures, since, now)) is not None:
        now, failures = now + wait, failures + 1

    assert timedelta(hours=60) < now - since <= timedelta(hours=72)
