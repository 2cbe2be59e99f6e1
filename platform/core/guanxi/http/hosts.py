"""Which Host headers the installation answers to: one that it does not know may be a page's trick."""

from collections.abc import Iterable, Sequence
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from guanxi.errors import Text
from guanxi.http import errors

# Probes of an orchestrator go to an address that nobody configures, and learn nothing but a state.
OPEN_PATHS: Final = frozenset({"/livez", "/readyz"})


def check(scope: Scope, allowed: Sequence[str]) -> None:
    """Raises: UnknownHostError. ``allowed`` may hold ``*`` and ``*.example.com``."""
    if scope["path"] not in OPEN_PATHS and not is_allowed(Headers(scope=scope).getlist("host"), allowed):
        raise errors.UnknownHostError(
            Text("The Host header names another installation.", "Host 请求头不属于本系统。"),
            hint=Text("Add the name to GUANXI_ALLOWED_HOSTS.", "请将域名加入 GUANXI_ALLOWED_HOSTS。"),
        )


def is_allowed(given: Sequence[str], allowed: Iterable[str]) -> bool:
    """Whether the one Host header in ``given`` matches; ports are not compared."""
    name = _without_port(given[0]) if len(given) == 1 else ""
    return any(_matches(name, pattern.lower()) for pattern in allowed)


def _matches(name: str, pattern: str) -> bool:
    if pattern == "*":
        return True
    return name.endswith(pattern[1:]) and name != pattern[1:] if pattern.startswith("*.") else name == pattern != ""


def _without_port(host: str) -> str:
    name, _, port = host.lower().rpartition(":")
    return name if name and port.isdigit() else host.lower()
