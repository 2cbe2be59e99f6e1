"""Serves the application by uvicorn, within the limits, and drains on SIGTERM."""

import asyncio
import math
import select
import signal
import socket
from types import FrameType
from typing import Final

import uvicorn
from starlette.applications import Starlette

from guanxi.http.guards import GuardedConfig, GuardedHTTP, GuardedWebSocket
from guanxi.http.health import Lifecycle
from guanxi.http.sockets import Sockets
from guanxi.settings import Settings

MAX_CONNECTIONS: Final = 1_000
# How long /readyz says 503 before the address is closed: a load balancer has to notice first.
LEAD_SECONDS: Final = 1.0
# A request that was sent the moment before the address closed is on its way still.
ARRIVAL_SECONDS: Final = 0.2
ROUNDS: Final = 1_000


def serve(app: Starlette, settings: Settings) -> None:
    """Until SIGTERM or SIGINT; returns once running requests have ended, after ``drain_seconds`` at most.

    Args:
        app: What ``guanxi.http.application.build`` made.
        settings: Address and limits.
    """
    DrainingServer(configure(app, settings), app.state.lifecycle, app.state.sockets).run()


def configure(app: Starlette, settings: Settings) -> GuardedConfig:
    """uvicorn's configuration. Logging is the caller's."""
    config = GuardedConfig(
        app,
        host=settings.host,
        port=settings.port,
        http=GuardedHTTP,
        ws=GuardedWebSocket,
        ws_max_size=settings.limits.frame_bytes,
        ws_per_message_deflate=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=math.ceil(settings.drain_seconds),
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
    )
    config.limits = settings.limits
    return config


class DrainingServer(uvicorn.Server):
    """Says that it is not ready, then takes nothing new, ends what runs, closes sockets with 1012."""

    def __init__(self, config: GuardedConfig, lifecycle: Lifecycle, sockets: Sockets) -> None:
        super().__init__(config)
        self.lifecycle = lifecycle
        self.open_sockets = sockets
        self._lead_seconds = LEAD_SECONDS

    def _note_signal(self, sig: int, frame: FrameType | None) -> None:
        """A developer at a keyboard waits for no load balancer; a second signal waits for nothing."""
        self._lead_seconds = 0.0 if sig == signal.SIGINT else LEAD_SECONDS
        self.force_exit = self.should_exit
        self.should_exit = True

    handle_exit = _note_signal  # uvicorn's own would end the process by the signal instead of by returning

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain."""
        self.lifecycle.is_draining = True
        seconds = float(self.config.timeout_graceful_shutdown or 0)
        deadline = asyncio.get_running_loop().time() + seconds
        await asyncio.sleep(min(self._lead_seconds, seconds / 4))
        await self._take_who_waits()
        for server in self.servers:
            server.close()
        await asyncio.sleep(ARRIVAL_SECONDS)
        await self.open_sockets.drain(seconds / 2)
        self.config.timeout_graceful_shutdown = max(1, math.ceil(deadline - asyncio.get_running_loop().time()))
        await super().shutdown(sockets)

    async def _take_who_waits(self) -> None:
        """Clients whose connection the system has accepted and the loop has not would be cut off by closing."""
        listening = [one.fileno() for server in self.servers for one in server.sockets]
        for _ in range(ROUNDS):
            if not select.select(listening, (), (), 0)[0]:
                return
            await asyncio.sleep(0)
