"""Who asks, and from which page."""

from typing import Final

from starlette.requests import Request

from guanxi.context import Principal
from guanxi.errors import ForbiddenError, Text, UnauthenticatedError
from guanxi.http import cookies, cors
from guanxi.http.exchange import exchange_of
from guanxi.http.ports import Gateway

MAX_TOKEN: Final = 4_096


async def admit(request: Request, gateway: Gateway) -> Principal:
    """The principal of a request. Raises: UnauthenticatedError, ForbiddenError.

    A session speaks for a POST alone, whose body is JSON: no page elsewhere can make a browser send one unasked.
    """
    exchange = exchange_of(request)
    session = cookies.session_of(request) if "authorization" not in request.headers else None
    if session is not None and request.method == "POST":
        cookies.check_page(request)
        principal, successor = await gateway.resume(session, may_rotate=True)
        exchange.cookie = cookies.keep(successor) if successor is not None else None
        return principal
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
