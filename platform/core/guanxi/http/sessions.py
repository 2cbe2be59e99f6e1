"""Signing in and out: JSON in, a cookie out."""

from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from guanxi.errors import Text
from guanxi.http import bodies, cookies, cors, errors
from guanxi.http.exchange import exchange_of
from guanxi.http.ports import Caller, Entry, Gateway
from guanxi.settings import Limits

PASSWORD: Final = ("merchant", "email", "password")
INVITATION: Final = ("invitation", "password")
LONGEST: Final = 1_000


class SessionDoor:
    """The addresses of sessions. All take POST with JSON, from pages of this address or from no page."""

    def __init__(self, gateway: Gateway, limits: Limits) -> None:
        self.gateway = gateway
        self.limits = limits

    def routes(self) -> list[BaseRoute]:
        """``/login``, ``/accept-invitation`` and ``/logout``."""
        return [
            Route("/login", self.sign_in, methods=["POST"]),
            Route("/accept-invitation", self.accept, methods=["POST"]),
            Route("/logout", self.sign_out, methods=["POST"]),
        ]

    async def sign_in(self, request: Request) -> Response:
        """Merchant, e-mail address and password for a session. Raises: GuanxiError."""
        given = await self._read(request, PASSWORD)
        return _entered(request, await self.gateway.sign_in(given, _caller(request)))

    async def accept(self, request: Request) -> Response:
        """An invitation and a new password for a session. Raises: GuanxiError."""
        given = await self._read(request, INVITATION)
        return _entered(request, await self.gateway.accept_invitation(given, _caller(request)))

    async def sign_out(self, request: Request) -> Response:
        """End the session that the browser brings, and have it forgotten. Raises: GuanxiError."""
        await self._read(request, ())
        session = cookies.session_of(request)
        if session is not None:
            cookies.check_page(request)
            await self.gateway.sign_out(session)
        exchange_of(request).cookie = cookies.forget()
        return Response(status_code=204)

    async def _read(self, request: Request, names: tuple[str, ...]) -> dict[str, str]:
        """The named texts of the body, each as it stands there."""
        bodies.check_media_type(request)
        cors.check(cors.foreign_origin(request), ())
        value = bodies.decode(await bodies.receive(request, self.limits), bodies.BODY)
        return {name: _text(value, name) for name in names}


def _text(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST:
        raise errors.bad_request(
            Text(f"The body has no {name}.", f"请求体缺少 {name}。"),
            Text(f"Send {name} as a string of 1 to {LONGEST} characters.", f"请以 1 到 {LONGEST} 个字符发送 {name}。"),
            name,
        )
    return found


def _caller(request: Request) -> Caller:
    address = request.client.host if request.client is not None else ""
    return Caller(address, request.headers.get("user-agent", ""), cookies.session_of(request))


def _entered(request: Request, entry: Entry) -> Response:
    exchange_of(request).cookie = cookies.keep(entry.session)
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(dict(entry.told)), media_type="application/json", headers=headers)
