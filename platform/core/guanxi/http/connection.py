"""One graphql-transport-ws connection, from its acceptance to its end."""

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import Any, Final, cast

from starlette.websockets import WebSocket, WebSocketDisconnect

from guanxi.context import Principal
from guanxi.errors import GuanxiError, RateLimitedError, Text, UnavailableError
from guanxi.http import admission, cookies, cors, exchange, frames, parameters
from guanxi.http.frames import ClosingError, Message
from guanxi.http.operation import Operation
from guanxi.http.ports import Gateway
from guanxi.settings import Limits

log = logging.getLogger("guanxi.http")

# What a flood of frames may cost: the burst that a page opens with, then a steady rate.
BURST: Final = 500
FRAMES_PER_SECOND: Final = 100


class Connection:
    """Reads messages one by one; each operation runs as a task of its own."""

    def __init__(self, socket: WebSocket, gateway: Gateway, limits: Limits) -> None:
        self.socket = socket
        self.gateway = gateway
        self.limits = limits
        self.exchange = exchange.exchange_of(socket)
        self.principal: Principal | None = None
        self.operations: dict[str, Operation] = {}  # by the ids that are taken
        self.tasks: dict[Operation, asyncio.Task[None]] = {}
        self._is_initialised = False
        self._allowance = float(BURST)
        self._counted_at = 0.0

    async def serve(self) -> None:
        """Until either side closes it."""
        try:
            await self._converse()
        except ClosingError as closing:
            await self.close(closing.code, closing.reason)
        except WebSocketDisconnect:
            pass
        except Exception:
            log.exception("connection %s failed", self.exchange.request_id)
            await self.close(frames.INTERNAL, "Internal error")
        finally:
            await self._stop_operations()

    async def close(self, code: int, reason: str) -> None:
        """End the conversation, if it has not ended already."""
        try:
            await self.socket.close(code, frames.cut(reason))
        except (WebSocketDisconnect, RuntimeError):
            return  # the other side, or another task, was faster

    async def renew(self, current: Principal | None) -> None:
        """Go on with what the token stands for now; None ends the connection."""
        if current is None:
            await self.close(frames.UNAUTHORIZED, "Unauthorized: the token is no longer valid")
        elif not self._may_call(current):
            await self.close(frames.FORBIDDEN, "Forbidden: the origin is no longer allowed")
        else:
            self.principal = current

    async def finish(self, seconds: float) -> None:
        """Close for a restart; what is neither answered nor streaming yet gets ``seconds`` to end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for operation in list(self.tasks):
                    await operation.settled.wait()
        await self.close(frames.RESTART, "Service restart")

    async def _converse(self) -> None:
        opened_at = asyncio.get_running_loop().time()
        while True:
            deadline = None if self._is_initialised else opened_at + self.limits.init_seconds
            try:
                async with asyncio.timeout_at(deadline):
                    message = frames.read(await self._receive())
            except TimeoutError:
                raise ClosingError(frames.INITIALISATION_TIMEOUT, "Connection initialisation timeout") from None
            self._count_frame()
            await self._answer(message)

    async def _receive(self) -> str | None:
        event = await self.socket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1000))
        return cast("str | None", event.get("text"))

    def _count_frame(self) -> None:
        now = asyncio.get_running_loop().time()
        restored = (now - self._counted_at) * FRAMES_PER_SECOND if self._counted_at else 0.0
        self._allowance = min(float(BURST), self._allowance + restored) - 1
        self._counted_at = now
        if self._allowance < 0:
            raise ClosingError(frames.TOO_MANY, "Too many messages")

    async def _answer(self, message: Message) -> None:
        match message.type:
            case "connection_init":
                await self._initialise(message)
            case "ping":
                await self._send("pong", payload=message.payload)
            case "pong":
                pass
            case "subscribe":
                await self._start(message)
            case "complete":
                self._stop(message.id)
            case _:
                raise ClosingError(frames.BAD_REQUEST, f"Unknown message type {message.type[:40]!r}")

    async def _initialise(self, message: Message) -> None:
        if self._is_initialised:
            raise ClosingError(frames.TOO_MANY, "Too many initialisation requests")
        self._is_initialised = True
        try:
            principal = await self._authenticate(message)
        except UnavailableError:
            raise ClosingError(frames.TRY_AGAIN, "Try again later") from None
        except GuanxiError as error:
            raise ClosingError(frames.FORBIDDEN, f"Forbidden: {error.message.en}") from None
        if not self._may_call(principal):
            raise ClosingError(frames.FORBIDDEN, "Forbidden: the merchant does not allow this origin")
        self.principal = principal
        await self._send("connection_ack")

    async def _authenticate(self, message: Message) -> Principal:
        token, session = self._token(message), cookies.session_of(self.socket)
        if token is not None or session is None:
            return await self.gateway.authenticate(token)
        cookies.check_page(self.socket)
        principal, _ = await self.gateway.resume(session, may_rotate=False)
        return principal

    def _token(self, message: Message) -> str | None:
        """From the payload: browsers cannot set the upgrade's headers; else from the upgrade."""
        given = {name.lower(): value for name, value in (message.payload or {}).items()}
        token, authorization = given.get("token"), given.get("authorization")
        if isinstance(token, str) and token:
            return admission.token_of(f"Bearer {token}")
        if isinstance(authorization, str):
            return admission.token_of(authorization)
        return admission.token_of(self.socket.headers.get("authorization"))

    def _may_call(self, principal: Principal) -> bool:
        return cors.foreign_origin(self.socket) in {None, *principal.origins}

    async def _start(self, message: Message) -> None:
        if self.principal is None:
            raise ClosingError(frames.UNAUTHORIZED, "Unauthorized")
        if message.id in self.operations:
            raise ClosingError(frames.SUBSCRIBER_EXISTS, f"Subscriber for {message.id} already exists")
        try:
            request = parameters.operation(message.payload)
        except GuanxiError as error:
            raise ClosingError(frames.BAD_REQUEST, f"Invalid payload: {error.message.en}") from None
        limits = self.limits
        made = Operation(message.id, self.gateway, self.exchange, limits.response_bytes, self._send)
        if len(self.operations) >= limits.subscriptions:
            await made.refuse(_too_many(limits.subscriptions))
            return
        self.operations[message.id] = made
        task = asyncio.create_task(made.run(request, self.principal, partial(self._free, made)))
        self.tasks[made] = task
        task.add_done_callback(lambda _: self.tasks.pop(made))

    def _free(self, ended: Operation) -> None:
        if self.operations.get(ended.subscriber) is ended:
            del self.operations[ended.subscriber]

    def _stop(self, subscriber: str) -> None:
        stopped = self.operations.pop(subscriber, None)
        if stopped is not None and stopped in self.tasks:
            self.tasks[stopped].cancel()

    async def _stop_operations(self) -> None:
        tasks = list(self.tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, kind: str, *, subscriber: str | None = None, payload: Any = None) -> None:
        """Waits while the client does not read: nothing piles up here."""
        try:
            await self.socket.send_text(frames.write(kind, subscriber=subscriber, payload=payload))
        except RuntimeError as closed:
            raise WebSocketDisconnect(1006) from closed


def _too_many(limit: int) -> RateLimitedError:
    return RateLimitedError(
        Text(f"{limit} operations run on this connection already.", f"该连接已有 {limit} 个操作在执行。"),
        hint=Text("Complete one of them first, or open another connection.", "请先结束一个操作，或另开连接。"),
    )
