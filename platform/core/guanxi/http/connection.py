"""One graphql-transport-ws connection, from its acceptance to its end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, Final, cast

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from guanxi.context import Principal
from guanxi.errors import GuanxiError, RateLimitedError, Text, UnavailableError
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.http import admission, answers, cors, exchange, frames, parameters
from guanxi.http.frames import ClosingError, Message
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
        self.operations: dict[str, asyncio.Task[None]] = {}
        self.starting: set[asyncio.Task[Any]] = set()
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
        if self.starting:
            await asyncio.wait(self.starting, timeout=seconds)
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
            principal = await self.gateway.authenticate(self._token(message))
        except UnavailableError:
            raise ClosingError(frames.TRY_AGAIN, "Try again later") from None
        except GuanxiError as error:
            raise ClosingError(frames.FORBIDDEN, f"Forbidden: {error.message.en}") from None
        if not self._may_call(principal):
            raise ClosingError(frames.FORBIDDEN, "Forbidden: the merchant does not allow this origin")
        self.principal = principal
        await self._send("connection_ack")

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
        if len(self.operations) >= self.limits.subscriptions:
            await self._refuse(message.id, _too_many(self.limits.subscriptions), exchange.new_request_id())
            return
        self.operations[message.id] = asyncio.create_task(self._operate(message.id, request, self.principal))

    def _stop(self, id: str) -> None:  # noqa: A002 - the protocol's word
        task = self.operations.pop(id, None)
        if task is not None:
            task.cancel()

    async def _stop_operations(self) -> None:
        tasks = list(self.operations.values())
        self.operations.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _operate(self, id: str, request: GraphQLRequest, principal: Principal) -> None:  # noqa: A002 - as above
        request_id = exchange.new_request_id()
        call = self.exchange.call(request_id=request_id, idempotency_key=request.idempotency_key)
        try:
            begun = asyncio.ensure_future(self.gateway.subscribe(request, principal, call))
            self.starting.add(begun)
            begun.add_done_callback(self.starting.discard)
            await self._tell(id, await begun, request_id)
        except WebSocketDisconnect:
            pass
        except Exception as error:  # noqa: BLE001 - a door: the connection and its other operations go on
            await self._refuse(id, error, request_id)
        finally:
            if self.operations.get(id) is asyncio.current_task():
                del self.operations[id]

    async def _tell(self, id: str, found: AsyncIterator[Answer] | Answer, request_id: str) -> None:  # noqa: A002 - as above
        if isinstance(found, Answer):
            if not await self._tell_one(id, found, request_id):
                return
        else:
            async with aclosing(cast(Any, found)) as stream:
                async for answer in stream:
                    if not await self._tell_one(id, answer, request_id):
                        return
        if self.operations.get(id) is asyncio.current_task():
            del self.operations[id]
        await self._send("complete", id=id)

    async def _tell_one(self, id: str, answer: Answer, request_id: str) -> bool:  # noqa: A002 - as above
        """Whether the operation may go on: an ``error`` message is its last."""
        if not answer.ran:
            answers.content_of(answer, request_id)
            await self._send("error", id=id, payload=answer.errors)
            return False
        if "Idempotent-Replayed" in answer.headers:
            answer = _marked_as_replay(answer)
        encoded = answers.encode(answer, self.exchange, limit=self.limits.response_bytes)
        await self._send("next", id=id, payload=orjson.Fragment(encoded))
        return True

    async def _refuse(self, id: str, error: Exception, request_id: str) -> None:  # noqa: A002 - as above
        refused = answers.mask(error, locale=self.exchange.locale, request_id=request_id)
        try:
            await self._send("error", id=id, payload=refused.errors)
        except WebSocketDisconnect:
            return

    async def _send(self, kind: str, *, id: str | None = None, payload: Any = None) -> None:  # noqa: A002 - as above
        """Waits while the client does not read: nothing piles up here."""
        try:
            await self.socket.send_text(frames.write(kind, id=id, payload=payload))
        except RuntimeError as closed:
            raise WebSocketDisconnect(1006) from closed


def _marked_as_replay(answer: Answer) -> Answer:
    """A socket has no headers: the mark is an extension."""
    if answer.body is None:
        return Answer(answer.data, answer.errors, {**answer.extensions, "replayed": True})
    stored = orjson.loads(answer.body)
    return Answer(body=orjson.dumps({**stored, "extensions": {**stored.get("extensions", {}), "replayed": True}}))


def _too_many(limit: int) -> RateLimitedError:
    return RateLimitedError(
        Text(f"{limit} operations run on this connection already.", f"该连接已有 {limit} 个操作在执行。"),
        hint=Text("Complete one of them first, or open another connection.", "请先结束一个操作，或另开连接。"),
    )
