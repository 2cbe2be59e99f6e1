"""All open connections: admits them, asks whether their tokens still hold, and closes them for a restart."""

import asyncio
import logging
from typing import Final

from starlette.websockets import WebSocket

from guanxi.context import Principal
from guanxi.errors import GuanxiError
from guanxi.http import cors, frames
from guanxi.http.connection import Connection
from guanxi.http.ports import Gateway
from guanxi.settings import Limits

log = logging.getLogger("guanxi.http")

WATCH_SECONDS: Final = 0.5


class Sockets:
    """The WebSocket side of the GraphQL address."""

    def __init__(self, gateway: Gateway, limits: Limits) -> None:
        self.gateway = gateway
        self.limits = limits
        self.connections: set[Connection] = set()

    async def serve(self, socket: WebSocket) -> None:
        """One connection, from upgrade to end."""
        try:
            origin = cors.foreign_origin(socket)
            cors.check(origin, await self.gateway.origins() if origin else ())
        except GuanxiError:
            await socket.close(frames.FORBIDDEN)
            return
        if frames.PROTOCOL not in socket.scope["subprotocols"]:
            await socket.accept()
            await socket.close(frames.SUBPROTOCOL_NOT_ACCEPTABLE, "Subprotocol not acceptable")
            return
        await socket.accept(frames.PROTOCOL)
        connection = Connection(socket, self.gateway, self.limits)
        self.connections.add(connection)
        try:
            await connection.serve()
        finally:
            self.connections.discard(connection)

    async def watch(self) -> None:
        """For ever: a revoked token closes its connections within a second, changed rights hold from then on."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            held = {one.principal for one in self.connections if one.principal is not None}
            await asyncio.gather(*(self._renew(principal) for principal in held))

    async def drain(self, seconds: float) -> None:
        """Close all; what was just asked for gets ``seconds`` to end."""
        await asyncio.gather(*(one.finish(seconds) for one in list(self.connections)))

    async def _renew(self, principal: Principal) -> None:
        try:
            current = await self.gateway.still_valid(principal)
        except Exception:
            log.exception("cannot tell whether open sockets may go on")
            return
        if current == principal:
            return
        concerned = [one for one in self.connections if one.principal == principal]
        await asyncio.gather(*(one.renew(current) for one in concerned))
