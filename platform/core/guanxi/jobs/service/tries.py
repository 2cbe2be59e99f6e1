"""One try of one job: begin, say that it lives, conclude; each step only while the lease stands."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from guanxi.context import Context
from guanxi.db.shield import finish
from guanxi.errors import GuanxiError
from guanxi.hookspecs import JobKind
from guanxi.jobs.errors import LeaseLostError
from guanxi.jobs.events import JobProgressed
from guanxi.jobs.models import Job
from guanxi.jobs.rules import waits
from guanxi.jobs.service.host import Clock, JobHost
from guanxi.jobs.service.orders import DEAD, DONE, RUNNING, WAITING, AgainError
from guanxi.jobs.service.queue import JobQueue, Ticket
from guanxi.telemetry import metrics

log = logging.getLogger("guanxi.jobs")

BEATS: Final = 3
ASIDE: Final = timedelta(seconds=30)  # until it looks again whether the merchant has the plugin enabled
ERROR_LENGTH: Final = 1_000


class Try:
    """Runs the job of a ticket, with its merchant and its fence bound."""

    def __init__(self, host: JobHost, queue: JobQueue, ticket: Ticket, clock: Clock, draw: Callable[[], float]) -> None:
        self.host, self.queue, self.ticket, self.clock, self.draw = host, queue, ticket, clock, draw

    async def run(self) -> None:
        """Run and conclude. Raises: LeaseLostError when another worker has the job by now."""
        kind = self.host.job_kinds[self.ticket.kind]
        ctx = await self.host.job_context(self.ticket.home_id, kind.name, self.clock)
        if ctx is None:
            await self._set_aside()
            return
        payload = await self._begin(ctx, kind)
        if payload is None:
            return
        try:
            error = await self._work(ctx, kind, payload)
        except asyncio.CancelledError:
            await finish(self._hand_back(ctx))
            raise
        await finish(self._conclude(ctx, kind, error))

    async def _set_aside(self) -> None:
        """The merchant has the plugin disabled: what waits of it waits on, this one as if it had not been begun."""
        plugin, now = self.ticket.kind.split(".", 1)[0], self.clock()
        names = [name for name in self.host.job_kinds if name.split(".", 1)[0] == plugin]
        await self.queue.put_back(self.ticket, now + ASIDE, counts=False)
        await self.queue.put_off(self.ticket.home_id, names, now, now + ASIDE)

    async def _begin(self, ctx: Context, kind: JobKind) -> dict[str, Any] | None:
        """What the job is about; None where there is nothing to run."""
        async with ctx.transaction():
            job = await Job.get_or_none(id=self.ticket.id)
            if job is None:
                await self.queue.drop(self.ticket)
                return None
            if self.ticket.attempts > kind.retries + 1:  # its workers died
                await self._bury(ctx, kind, "its worker ended without a word")
                return None
            metrics.JOB_LAG.observe(max(0.0, (ctx.now() - job.due_at).total_seconds()))
            begun = {"state": RUNNING, "attempts": self.ticket.attempts, "started_at": ctx.now()}
            await Job.filter(id=job.id).update(**begun)  # names: those written out above
        return dict(job.payload)

    async def _work(self, ctx: Context, kind: JobKind, payload: dict[str, Any]) -> Exception | None:
        """Why the try failed. Raises: LeaseLostError; CancelledError when this worker stops."""
        work = asyncio.create_task(self.host.run_job(ctx, kind, payload))
        beat = asyncio.create_task(self._beat(kind))
        try:
            await asyncio.wait({work, beat}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (beat, work):
                task.cancel()
            await asyncio.wait({work, beat})
        if work.cancelled():
            raise LeaseLostError(f"job {self.ticket.id} was taken over")
        error = work.exception()
        if error is not None and not isinstance(error, Exception):
            raise error
        if isinstance(error, LeaseLostError):
            raise error
        return error

    async def _beat(self, kind: JobKind) -> None:
        """Say that the job lives; ends when it is another worker's."""
        while True:
            await asyncio.sleep(kind.lease.total_seconds() / BEATS)
            try:
                if not await self.queue.extend(self.ticket, self.clock() + kind.lease):
                    return
            except Exception:
                log.exception("the lease of job %s cannot be extended; trying again", self.ticket.id)

    async def _conclude(self, ctx: Context, kind: JobKind, error: Exception | None) -> None:
        async with ctx.transaction():
            if error is None:
                await self._finish(ctx, kind)
            elif isinstance(error, AgainError):
                await self._wait(ctx, error.after, None, counts=False)
            elif self.ticket.attempts > kind.retries:
                await self._bury(ctx, kind, _reason(error))
            else:
                longest = waits.wait_before(kind.waits, self.ticket.attempts)
                pause = longest if kind.is_exact else longest * self.draw()  # full jitter
                await self._wait(ctx, pause, _reason(error), counts=True)
        outcome = "again" if isinstance(error, AgainError) else "failed"
        metrics.count_job(kind.name, "done" if error is None else outcome)
        if error is not None and not isinstance(error, AgainError):
            log.warning(
                "job %s of kind %s failed, try %d: %s",
                self.ticket.id, kind.name, self.ticket.attempts, type(error).__name__, exc_info=error,
            )  # fmt: skip

    async def _finish(self, ctx: Context, kind: JobKind) -> None:
        is_again = await self.queue.finish(self.ticket, ctx.now())
        if is_again is None:
            raise LeaseLostError(f"job {self.ticket.id} was taken over")
        state, ended_at = (WAITING, None) if is_again else (DONE, ctx.now())
        await Job.filter(id=self.ticket.id).update(state=state, error=None, ended_at=ended_at)
        await self._tell(ctx, kind, state)

    async def _bury(self, ctx: Context, kind: JobKind, reason: str) -> None:
        await self.queue.drop(self.ticket)
        await Job.filter(id=self.ticket.id).update(
            state=DEAD, error=reason, ended_at=ctx.now(), attempts=min(self.ticket.attempts, kind.retries + 1)
        )
        log.error("job %s of kind %s is given up: %s", self.ticket.id, kind.name, reason)
        await self._tell(ctx, kind, DEAD)

    async def _wait(self, ctx: Context, pause: timedelta, reason: str | None, *, counts: bool) -> None:
        due_at = ctx.now() + pause
        await self.queue.put_back(self.ticket, due_at, counts=counts)
        await Job.filter(id=self.ticket.id).update(state=WAITING, error=reason, due_at=due_at)

    async def _hand_back(self, ctx: Context) -> None:
        """This worker stops: another one takes the job at once."""
        async with ctx.transaction():
            await self._wait(ctx, timedelta(0), None, counts=False)

    async def _tell(self, ctx: Context, kind: JobKind, state: str) -> None:
        if kind.is_told:
            await ctx.publish(JobProgressed(occurred_at=ctx.now(), job_id=self.ticket.id, state=state))


def _reason(error: Exception) -> str:
    """Only what was written for people to read: other messages may carry personal data."""
    text = f"{error.code}: {error.message.en}" if isinstance(error, GuanxiError) else type(error).__name__
    return text[:ERROR_LENGTH]
