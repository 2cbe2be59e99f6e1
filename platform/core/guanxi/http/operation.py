"""One operation of a connection: from its ``subscribe`` message to its last message."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import orjson
from starlette.websockets import WebSocketDisconnect

from guanxi.context import Principal
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.http import answers
from guanxi.http.exchange import Exchange, new_request_id
from guanxi.http.ports import Gateway


class Send(Protocol):
    """Writes one message; waits while the client does not read. Raises: WebSocketDisconnect."""

    def __call__(self, kind: str, *, subscriber: str, payload: Any = None) -> Coroutine[Any, Any, None]:
        """``subscriber`` is the id of the operation's messages."""


@dataclass(eq=False)
class Operation:
    """Runs as a task of its own; whatever fails in it becomes its ``error`` message."""

    subscriber: str
    gateway: Gateway
    exchange: Exchange
    limit: int  # of one answer, in bytes
    send: Send
    settled: asyncio.Event = field(default_factory=asyncio.Event)  # it streams, or its last message is sent

    def __post_init__(self) -> None:
        self.request_id = new_request_id()

    async def run(self, request: GraphQLRequest, principal: Principal, free: Callable[[], None]) -> None:
        """Tell everything it answers. ``free`` is called before the last message: from then on its id may be used."""
        call = self.exchange.call(request_id=self.request_id, idempotency_key=request.idempotency_key)
        try:
            refused = await self._tell(await self.gateway.subscribe(request, principal, call))
            free()
            await self._end(refused)
        except WebSocketDisconnect:
            pass
        except Exception as error:  # noqa: BLE001 - a door: the connection and its other operations go on
            free()
            await self.refuse(error)
        finally:
            free()
            self.settled.set()

    async def refuse(self, error: Exception) -> None:
        """Its last message, masked unless ``error`` is an expected one."""
        try:
            await self._end(answers.mask(error, locale=self.exchange.locale, request_id=self.request_id))
        except WebSocketDisconnect:
            return

    async def _tell(self, found: AsyncIterator[Answer] | Answer) -> Answer | None:
        """All answers, but not one that was not run: it is returned, and what would follow it is not awaited."""
        if isinstance(found, Answer):
            return await self._tell_one(found)
        self.settled.set()
        async with aclosing(cast(Any, found)) as stream:
            async for answer in stream:
                if await self._tell_one(answer) is not None:
                    return cast(Answer, answer)
        return None

    async def _tell_one(self, answer: Answer) -> Answer | None:
        if not answer.ran:
            return answer
        if "Idempotent-Replayed" in answer.headers:
            answer = _marked_as_replay(answer)
        encoded = answers.encode(answer, self.exchange, limit=self.limit)
        await self.send("next", subscriber=self.subscriber, payload=orjson.Fragment(encoded))
        return None

    async def _end(self, refused: Answer | None) -> None:
        if refused is None:
            await self.send("complete", subscriber=self.subscriber)
        else:
            told = answers.content_of(refused, self.request_id)["errors"]
            await self.send("error", subscriber=self.subscriber, payload=told)


def _marked_as_replay(answer: Answer) -> Answer:
    """A socket has no headers: the mark is an extension."""
    if answer.body is None:
        return Answer(answer.data, answer.errors, {**answer.extensions, "replayed": True})
    stored = orjson.loads(answer.body)
    return Answer(body=orjson.dumps({**stored, "extensions": {**stored.get("extensions", {}), "replayed": True}}))
