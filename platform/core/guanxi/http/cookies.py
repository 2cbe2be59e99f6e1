"""The cookie of a session, and which requests it speaks for."""

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from guanxi.errors import ForbiddenError, Text
from guanxi.http import cors

NAME: Final = "__Host-guanxi"
LONGEST: Final = 100
SECONDS: Final = 12 * 3_600
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def session_of(connection: HTTPConnection) -> str | None:
    """The session that a request brings; None where it brings none that could be ours."""
    found = connection.cookies.get(NAME, "")
    return found if 0 < len(found) <= LONGEST else None


def keep(session: str) -> str:
    """What makes the browser keep a session: for this host alone, out of reach of scripts, never sent in clear."""
    return f"{NAME}={session}; Path=/; Max-Age={SECONDS}; Secure; HttpOnly; SameSite=Lax"


def forget() -> str:
    """What makes the browser forget it."""
    return f"{NAME}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"


def check_page(connection: HTTPConnection) -> None:
    """A cookie is sent whoever made the browser ask, so it must say that it was a page of this address.

    Raises: ForbiddenError where ``Origin`` is missing, foreign, or a page that came in clear.
    """
    origin = connection.headers.get("origin")
    if origin is None or cors.foreign_origin(connection) is not None or not _is_protected(origin):
        raise ForbiddenError(
            Text("A session may be used from pages of this address alone.", "登录会话仅可在本站页面中使用。"),
            hint=Text("Use an API token from elsewhere.", "在其他地方请使用接口令牌。"),
        )


def _is_protected(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
        return parts.scheme == "https" or parts.hostname in LOOPBACK
    except ValueError:
        return False
