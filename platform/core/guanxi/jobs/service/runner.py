"""Claims jobs and runs them, several at a time, until it is told to stop. One per process."""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context as TaskContext
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from guanxi.context import utc_now
from guanxi.db.merchant import acting_for
from guanxi.jobs.errors import LeaseLostError
from guanxi.jobs.service import engines, fencing, schedules
from guanxi.jobs.service.fencing import Fence
from guanxi.jobs.service.host import Clock, JobHost
from guanxi.jobs.service.queue import Ticket
from guanxi.jobs.service.tries import Try

log = logging.getLogger("guanxi.jobs")

SIZE: Final = 8
POLL_SECONDS: Final = 5.0
BLOCKED_SECONDS: Final = 1.0  # until it looks again for what waits behind another worker's jobs
GRACE_SECONDS: Final = 5.0
SCHEDULES_EVERY: Final = timedelta(minutes=10)


class Runner:
    """Runs what is due in this process.

    Args:
        host: who offers the jobs.
        clock: says what is due, and when leases end.
        size: how many jobs run at once.
        draw: a number from 0 to 1, for the pauses between tries.
    """

    def __init__(
        self, host: JobHost, *, clock: Clock = utc_now, size: int = SIZE, draw: Callable[[], float] = random.random
    ) -> None:
        self.host, self.clock, self.size, self.draw = host, clock, size, draw
        self.queue = engines.queue_of(host.db)
        self.worker = uuid4().hex
        self._bell = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._schedules_at: datetime | None = None

    def start(self) -> None:
        """Begin, in the running loop."""
        self._task = asyncio.create_task(self._run(), context=TaskContext())

    def wake(self) -> None:
        """Something may be due."""
        self._bell.set()

    async def stop(self, seconds: float = GRACE_SECONDS) -> None:
        """Claim nothing more, let what runs end for so long, and hand the rest back."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    async def run_due(self) -> int:
        """Run everything that is due now, and wait for it; how many tries there were."""
        with self.host.db.bound():
            await self._prepare()
            total = 0
            while started := await self._claim():
                total += started
                await asyncio.wait(self._running)
            return total

    async def _run(self) -> None:
        with self.host.db.bound():
            while True:
                self._bell.clear()
                seconds = POLL_SECONDS
                try:
                    seconds = await self._round()
                except Exception:
                    log.exception("jobs cannot be claimed; trying again")
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await self._bell.wait()

    async def _round(self) -> float:
        """Start what is due; how long nothing will be due."""
        times = await self._prepare()
        now = self.clock()
        if times[0] is not None and times[0] <= now:
            while await self._claim():
                pass
            return BLOCKED_SECONDS
        coming = [(one - now).total_seconds() for one in times if one is not None]
        return min([POLL_SECONDS, *(max(one, 0.05) for one in coming)])

    async def _prepare(self) -> tuple[datetime | None, datetime | None, datetime | None]:
        """Free what lost its worker, and order what the clock says."""
        now = self.clock()
        if self._schedules_at is None or now >= self._schedules_at:
            await schedules.keep_schedules(self.host, now)
            self._schedules_at = now + SCHEDULES_EVERY
        due, lapse, cron = await self.queue.next_times()
        is_lapsed, is_time = lapse is not None and lapse <= now, cron is not None and cron <= now
        if is_lapsed:
            await self.queue.free_lapsed(now)
        if is_time:
            await schedules.order_due(self.host, self.clock)
        return await self.queue.next_times() if is_lapsed or is_time else (due, lapse, cron)

    async def _claim(self) -> int:
        free = self.size - len(self._running)
        tickets = await self.queue.claim(self.host.job_kinds, self.worker, self.clock(), free)
        for ticket in tickets:
            # A context of its own: a job inherits nothing of whoever woke the runner.
            task = asyncio.create_task(self._serve(ticket), context=TaskContext())
            self._running.add(task)
            task.add_done_callback(self._ended)
        return len(tickets)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._bell.set()

    async def _serve(self, ticket: Ticket) -> None:
        fence = Fence(ticket.id, ticket.fence, ticket.attempts)
        try:
            with self.host.db.bound(), acting_for(ticket.home_id), fencing.holding(fence):
                await Try(self.host, self.queue, ticket, self.clock, self.draw).run()
        except LeaseLostError:
            log.warning("job %s of kind %s was taken over by another worker", ticket.id, ticket.kind)
        except Exception:
            log.exception("job %s of kind %s cannot be concluded; it is run again", ticket.id, ticket.kind)
