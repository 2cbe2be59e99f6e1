"""Names the plugin that blocks the loop: a thread looks at what the loop's thread is doing when its pulse stops."""

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from guanxi.context import Context
from guanxi.plugins.loading import Loaded
from guanxi.plugins.platform import HostPlatform

log = logging.getLogger("guanxi.watchdog")

BLOCKED_SECONDS = 1.0
PULSE_SECONDS = 0.2


class BlockedLoopError(RuntimeError):
    """A plugin held the loop, and with it every request of this process."""


@dataclass(frozen=True)
class Blame:
    """Who blocks: the plugin, the line it stands at, and for whom it works, where that can be seen."""

    plugin: str
    place: str
    ctx: Context | None


class Watchdog:
    """Watches the loop that starts it. Python cannot stop the culprit; it is counted when it returns."""

    def __init__(self, platform: HostPlatform, *, seconds: float = BLOCKED_SECONDS) -> None:
        self.platform, self.seconds = platform, seconds
        self._pulse = time.monotonic()
        self._stopped = threading.Event()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin, in the running loop."""
        self._loop, self._watched = asyncio.get_running_loop(), threading.get_ident()
        self._beat()
        threading.Thread(target=self._watch, name="guanxi watchdog", daemon=True).start()

    def stop(self) -> None:
        """End."""
        self._stopped.set()
        if self._timer is not None:
            self._timer.cancel()

    def _beat(self) -> None:
        self._pulse = time.monotonic()
        self._timer = self._loop.call_later(PULSE_SECONDS, self._beat)

    def _watch(self) -> None:
        named: float | None = None
        while not self._stopped.wait(PULSE_SECONDS):
            pulse = self._pulse
            if pulse == named or time.monotonic() - pulse < self.seconds + PULSE_SECONDS:
                continue
            blame = self._find_culprit()
            if blame is not None:
                named = pulse  # once for each time it stops
                log.error("plugin %s blocks the loop at %s", blame.plugin, blame.place)
                self._loop.call_soon_threadsafe(self._count, blame)

    def _find_culprit(self) -> Blame | None:
        frames = list(_outwards(sys._current_frames().get(self._watched)))
        for depth, frame in enumerate(frames):
            plugin = self._plugin_at(frame)
            if plugin is not None:
                return Blame(plugin, f"{frame.f_code.co_filename}:{frame.f_lineno}", _context_in(frames[depth:]))
        return None

    def _plugin_at(self, frame: FrameType) -> str | None:
        file = frame.f_code.co_filename
        return next((one.id for one in self.platform.host.loaded.values() if _owns(one, file)), None)

    def _count(self, blame: Blame) -> None:
        """Runs in the loop, so only once the culprit has returned."""
        if blame.ctx is not None:
            self.platform.report_fault(blame.ctx, blame.plugin, blame.place, BlockedLoopError(blame.place))


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _owns(loaded: Loaded, file: str) -> bool:
    if loaded.candidate.is_file:
        return file == loaded.candidate.source
    home = Path(loaded.module.__file__ or "").parent
    return Path(file).is_relative_to(home)


def _context_in(frames: list[FrameType]) -> Context | None:
    found = (value for frame in frames for value in frame.f_locals.values() if isinstance(value, Context))
    return next(found, None)
