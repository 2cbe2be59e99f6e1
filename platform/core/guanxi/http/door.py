"""The outermost door: every request gets an id, every answer its headers, and no exception gets out unmasked."""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guanxi.errors import GuanxiError
from guanxi.http import answers, cors, exchange, hosts
from guanxi.http.exchange import Exchange
from guanxi.http.health import Lifecycle

SECURITY: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class Door:
    """ASGI middleware around everything."""

    def __init__(self, app: ASGIApp, *, lifecycle: Lifecycle, allowed_hosts: Sequence[str]) -> None:
        self.app = app
        self.lifecycle = lifecycle
        self.allowed_hosts = allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in."""
        if scope["type"] == "http":
            await self._admit_request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._admit_socket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _admit_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = exchange.begin(scope)
        has_started = False

        async def send_on(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                self._add_headers(message, begun)
            await send(message)

        try:
            hosts.check(scope, self.allowed_hosts)
            await self.app(scope, receive, send_on)
        except Exception as error:
            if has_started:
                raise
            answer = answers.mask(error, locale=begun.locale, request_id=begun.request_id)
            limit = 1_000_000  # of an error: it cannot come near
            await answers.respond(answer, begun, limit=limit)(scope, receive, send_on)

    async def _admit_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange.begin(scope)
        try:
            hosts.check(scope, self.allowed_hosts)
        except GuanxiError:
            await send({"type": "websocket.close", "code": 4403})
            return
        await self.app(scope, receive, send)

    def _add_headers(self, message: Message, begun: Exchange) -> None:
        headers = MutableHeaders(scope=message)
        headers["X-Request-Id"] = begun.request_id
        for name, value in (SECURITY | cors.headers_of(begun)).items():
            headers.setdefault(name, value)
        if begun.cookie is not None:
            headers.append("Set-Cookie", begun.cookie)
        if self.lifecycle.is_draining:
            headers["Connection"] = "close"
