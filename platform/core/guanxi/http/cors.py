"""Which browser pages may read answers: those of the installation itself and of origins that a merchant allows."""

from collections.abc import Collection
from typing import Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from guanxi.errors import ForbiddenError, Text
from guanxi.http.exchange import Exchange, exchange_of
from guanxi.http.ports import Gateway

ALLOWED: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Request-Id",
    "Access-Control-Max-Age": "600",
}
EXPOSED: Final = "X-Request-Id, Idempotent-Replayed, Deprecation, ETag, Retry-After"


def foreign_origin(connection: HTTPConnection) -> str | None:
    """The page's origin where it is not the one that the request goes to; None without a browser."""
    origin = connection.headers.get("origin")
    if origin is None:
        return None
    # Behind a proxy the scheme that the browser saw is not known here.
    return None if origin.partition("://")[2].lower() == connection.headers.get("host", "").lower() else origin


def check(origin: str | None, allowed: Collection[str]) -> None:
    """Raises: ForbiddenError for a foreign origin that is not in ``allowed``."""
    if origin is not None and origin not in allowed:
        raise ForbiddenError(
            Text("Pages of this origin may not call the API.", "该来源的页面无权调用接口。"),
            hint=Text("Add the origin to the merchant's allowed origins.", "请将来源加入商户的允许列表。"),
        )


async def answer_preflight(request: Request, gateway: Gateway) -> Response:
    """What a browser asks before it sends a request with a token. Raises: ForbiddenError."""
    origin = foreign_origin(request)
    check(origin, await gateway.origins())
    exchange_of(request).origin = origin
    return Response(status_code=204, headers=ALLOWED if origin else {"Allow": "GET, POST, OPTIONS"})


def headers_of(exchange: Exchange) -> dict[str, str]:
    """What lets the page read this answer. Never with credentials: nothing here works by cookie."""
    if exchange.origin is None:
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": exchange.origin,
        "Access-Control-Expose-Headers": EXPOSED,
    }
