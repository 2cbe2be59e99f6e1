"""Who asks, and from which page."""

from typing import Final

from starlette.requests import Request

from guanxi.context import Principal
from guanxi.errors import ForbiddenError, Text, UnauthenticatedError
from guanxi.http import cors
from guanxi.http.exchange import exchange_of
from guanxi.http.ports import Gateway

MAX_TOKEN: Final = 4_096


async def admit(request: Request, gateway: Gateway) -> Principal:
    """The principal of a request. Raises: UnauthenticatedError, ForbiddenError."""
    exchange = exchange_of(request)
    origin = cors.foreign_origin(request)
    if origin is not None:
        cors.check(origin, await gateway.origins())
        # From here on the page may read why it is refused.
        exchange.origin = origin
    principal = await gateway.authenticate(token_of(request.headers.get("authorization")))
    try:
        cors.check(origin, principal.origins)
    except ForbiddenError:
        exchange.origin = None
        raise
    return principal


def token_of(authorization: str | None) -> str | None:
    """The token of an ``Authorization`` value. Raises: UnauthenticatedError where it is of another kind."""
    if authorization is None:
        return None
    scheme, _, token = authorization.strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN:
        raise UnauthenticatedError(
            Text("The Authorization header holds no bearer token.", "Authorization 请求头不含 Bearer 令牌。"),
            hint=Text("Send Authorization: Bearer TOKEN.", "请发送 Authorization: Bearer 令牌。"),
        )
    return token
