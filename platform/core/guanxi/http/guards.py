"""Protocols that cut what uvicorn would wait for without end: silence, a slow header or body, a reader that stopped."""

import asyncio
from typing import Any, Final, cast

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from guanxi.settings import Limits

# The application answers a slow body itself, a moment before it is cut.
GRACE_SECONDS: Final = 1.0


class GuardedConfig(uvicorn.Config):
    """uvicorn's configuration with the limits that its protocols are to hold."""

    limits: Limits


def limits_of(config: uvicorn.Config) -> Limits:
    """The limits that a protocol was made with."""
    return cast(GuardedConfig, config).limits


class StallGuard(asyncio.Protocol):
    """Cuts a peer that has stopped reading: in each period it must take something."""

    transport: asyncio.Transport
    stall_seconds: float
    _stall: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """The peer reads slower than is written."""
        super().pause_writing()
        self._watch_stall(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """The peer has caught up."""
        super().resume_writing()
        self._forget_stall()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is left to guard."""
        self._forget_stall()
        super().connection_lost(exc)

    def _watch_stall(self, waiting: int) -> None:
        self._forget_stall()
        loop = asyncio.get_running_loop()
        self._stall = loop.call_later(self.stall_seconds, self._cut_if_stalled, waiting)

    def _forget_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _cut_if_stalled(self, waited: int) -> None:
        waiting = self.transport.get_write_buffer_size()
        if waiting >= waited:
            self.transport.abort()
        else:
            self._watch_stall(waiting)


class GuardedHTTP(StallGuard, H11Protocol):
    """HTTP/1.1 with a deadline for the header and one for the body of each request."""

    def __init__(self, config: uvicorn.Config, *arguments: Any, **options: Any) -> None:
        super().__init__(config, *arguments, **options)
        self.limits = limits_of(config)
        self.stall_seconds = self.limits.body_seconds
        self._awaited: tuple[str, object] | None = None
        self._receipt: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The first header is awaited from here on."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._await(("header", None))

    def data_received(self, data: bytes) -> None:
        """A part of a request."""
        super().data_received(data)
        self._await(self._missing())

    def on_response_complete(self) -> None:
        """A part of the next request may be here already."""
        super().on_response_complete()
        self._await(self._missing())

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._await(None)
        super().connection_lost(exc)

    def _missing(self) -> tuple[str, object] | None:
        """Which part of which request is incomplete; between two requests uvicorn's own keep-alive applies."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return None
        if self.conn.their_state is h11.SEND_BODY:
            return "body", self.cycle
        if self.conn.their_state is h11.IDLE and (self.cycle is None or self.conn.trailing_data[0]):
            return "header", self.cycle
        return None

    def _await(self, part: tuple[str, object] | None) -> None:
        """A part that was awaited already keeps its deadline: a byte now and then buys no time."""
        if part == self._awaited:
            return
        if self._receipt is not None:
            self._receipt.cancel()
        self._awaited, self._receipt = part, None
        if part is not None:
            limits = self.limits
            seconds = limits.header_seconds if part[0] == "header" else limits.body_seconds + GRACE_SECONDS
            self._receipt = self.loop.call_later(seconds, self.transport.abort)


class GuardedWebSocket(StallGuard, WebSocketsSansIOProtocol):
    """A WebSocket whose client has to read."""

    def __init__(self, config: uvicorn.Config, *arguments: Any, **options: Any) -> None:
        super().__init__(config, *arguments, **options)
        self.stall_seconds = limits_of(config).body_seconds
