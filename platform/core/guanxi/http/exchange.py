"""What is known of one request from its first line on, and how its errors are told."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from guanxi.http import negotiation
from guanxi.http.ports import Call

SANE_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
CREDENTIALS: Final = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(slots=True)
class Exchange:
    """One request and its answer; for a socket, the upgrade."""

    request_id: str
    locale: str
    headers: Mapping[str, str]
    media_type: str = negotiation.JSON
    origin: str | None = None  # a foreign origin that may read the answer
    cookie: str | None = None  # what the browser is to keep from now on

    def call(self, *, request_id: str | None = None, idempotency_key: str | None = None) -> Call:
        """What the platform is told of the request."""
        return Call(request_id or self.request_id, self.locale, idempotency_key, self.headers)


def new_request_id() -> str:
    """Names a request that brought no id of its own."""
    return uuid.uuid4().hex


def begin(scope: Scope) -> Exchange:
    """Start an exchange; a caller's own ``X-Request-Id`` is kept where it can harm no log."""
    headers = Headers(scope=scope)
    given = headers.get("x-request-id", "")
    exchange = Exchange(
        request_id=given if SANE_ID.fullmatch(given) else new_request_id(),
        locale=negotiation.choose_locale(headers.get("accept-language", "")),
        headers={name: value for name, value in headers.items() if name not in CREDENTIALS},
    )
    state: dict[str, Any] = scope.setdefault("state", {})
    state["exchange"] = exchange
    return exchange


def exchange_of(connection: HTTPConnection) -> Exchange:
    """The exchange that the door began."""
    return cast(Exchange, connection.state.exchange)
