"""A client of graphql-transport-ws."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import websockets
from journey_servers import ServerProcess, Shop

SECONDS = 30


class Socket:
    """One connection that was acknowledged."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket

    async def subscribe(self, name: str, document: str, **variables: Any) -> None:
        payload = {"query": document, "variables": variables}
        await self.socket.send(json.dumps({"id": name, "type": "subscribe", "payload": payload}))

    async def receive(self, seconds: float = SECONDS) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(seconds):
            message: dict[str, Any] = json.loads(await self.socket.recv())
        return message

    async def data(self) -> dict[str, Any]:
        """The ``data`` of the next message, which must be an answer without errors."""
        message = await self.receive()
        assert (message["type"], message["payload"].get("errors")) == ("next", None), message
        found: dict[str, Any] = message["payload"]["data"]
        return found

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """A query's or mutation's answer; nothing else may run on the connection."""
        await self.subscribe("ask", document, **variables)
        answer = await self.receive()
        if answer["type"] == "error":
            return {"errors": answer["payload"]}
        assert (await self.receive())["type"] == "complete"
        payload: dict[str, Any] = answer["payload"]
        return payload

    async def close_code(self) -> int:
        """Waits until the server closes it; whatever still arrives before is dropped."""
        async with asyncio.timeout(SECONDS):
            try:
                while True:
                    await self.socket.recv()
            except websockets.ConnectionClosed:
                return int(self.socket.close_code)

    async def follow(self, name: str, document: str, record: Callable[[str], Awaitable[object]]) -> None:
        """Subscribe to interactions with their ``subject``, and record until they arrive.

        The protocol does not say when a subscription stands.
        """
        await self.subscribe(name, document)
        number, seen = 0, None
        while seen is None:
            number += 1
            await record(f"marker {number}")
            with suppress(TimeoutError):
                seen = await self._subject(0.3)
        while seen != f"marker {number}":
            seen = await self._subject()

    async def _subject(self, seconds: float = SECONDS) -> str:
        message = await self.receive(seconds)
        assert message["type"] == "next", message
        return str(message["payload"]["data"]["interactionRecorded"]["subject"])


@asynccontextmanager
async def connected(server: ServerProcess, shop: Shop) -> AsyncIterator[Socket]:
    """A connection that is open to operations."""
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with websockets.connect(server.socket_url, subprotocols=[protocol], proxy=None) as raw:
        await raw.send(json.dumps({"type": "connection_init", "payload": {"token": shop.token}}))
        made = Socket(raw)
        assert (await made.receive())["type"] == "connection_ack"
        yield made
