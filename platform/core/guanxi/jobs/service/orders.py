"""Ordering jobs, reporting how far they are, running dead ones again, and forgetting old ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.expressions import Q

from guanxi.context import Context
from guanxi.db.fields import uuid7
from guanxi.db.merchant import current_merchant
from guanxi.jobs import errors, permissions
from guanxi.jobs.events import JobProgressed
from guanxi.jobs.models import Job
from guanxi.jobs.service import fencing
from guanxi.jobs.service.queue import id_of

WAITING, RUNNING, DONE, DEAD = "waiting", "running", "done", "dead"
PAYLOAD_BYTES: Final = 65_536
KEPT: Final = {DONE: timedelta(days=7), DEAD: timedelta(days=90)}
TRIMMED: Final = 1_000
CHANNEL: Final = "guanxi_jobs"

# Ordered again while it runs, it has read what it is about already: it runs once more afterwards.
ORDER: Final = """
INSERT INTO job_ticket (id, home_id, kind, key, lane, due_at, fence, attempts, is_wanted_again)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, ?7)
ON CONFLICT (home_id, kind, key) DO UPDATE SET
  is_wanted_again = (job_ticket.is_wanted_again OR job_ticket.leased_until IS NOT NULL),
  due_at = CASE WHEN job_ticket.attempts = 0 AND excluded.due_at < job_ticket.due_at
    THEN excluded.due_at ELSE job_ticket.due_at END
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class RunningJob:
    """The job that the running task works on."""

    id: UUID
    attempt: int


class AgainError(Exception):
    """Raised by a job that is to go on later: no failure, and it does not count as a try."""

    def __init__(self, after: timedelta) -> None:
        super().__init__(f"again in {after}")
        self.after = after


async def enqueue(
    ctx: Context,
    name: str,
    payload: Mapping[str, Any],
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    lane: str | None = None,
) -> UUID:
    """Order a job in the caller's transaction: it is run if that commits, and never before.

    Args:
        ctx: of the merchant whose job it is.
        name: of a declared kind.
        payload: JSON: ids and numbers, no personal data.
        key: while a job of this kind with this key is unfinished, nothing is added and its id is answered; what
            is ordered while it runs makes it run once more.
        run_at: not before then; aware.
        lane: jobs of one lane of the merchant run one at a time, in the order they were enqueued.

    Raises:
        UnknownJobError: no loaded part declares the kind.
        BadUserInputError: the payload is larger than 64 KB.
    """
    known = getattr(ctx.platform, "job_kinds", None)
    if known is not None and name not in known:
        raise errors.UnknownJobError(f"no job kind {name!r} is declared; there are {', '.join(sorted(known))}")
    if len(orjson.dumps(payload)) > PAYLOAD_BYTES:
        raise errors.too_large(PAYLOAD_BYTES)
    async with ctx.transaction():
        now = ctx.now()
        job = Job(id=uuid7(), kind=name, payload=dict(payload), lane=lane, created_at=now, due_at=run_at or now)
        found = await _queue(ctx, job, key)
        if found == job.id:
            job.state = WAITING
            await job.save(force_create=True)
        return found


async def _queue(ctx: Context, job: Job, key: str | None = None) -> UUID:
    """Give a job a ticket; the id of the one that has the key already, or its own."""
    params = [job.id, current_merchant(), job.kind, key, job.lane, job.due_at, False]
    found = id_of((await ctx.platform.fetch(ORDER, params))[0]["id"])
    await ring(ctx)
    return found


async def ring(ctx: Context) -> None:
    """Tell all workers once this transaction is committed. On SQLite they see that the file changed."""
    if ctx.platform.dialect == "postgres":
        await ctx.platform.fetch(f"SELECT pg_notify('{CHANNEL}', '')", [])


def current_job() -> RunningJob:
    """The job that the running task works on. Raises: LookupError outside jobs."""
    fence = fencing.current()
    if fence is None:
        raise LookupError("no job is running here")
    return RunningJob(fence.job_id, fence.attempt)


async def report_progress(ctx: Context, done: int, total: int | None = None) -> None:
    """Say how far the running job is, in the running transaction. Raises: LookupError outside jobs."""
    job = current_job()
    async with ctx.transaction():
        await Job.filter(id=job.id).update(progress_done=done, progress_total=total)
        await ctx.publish(JobProgressed(occurred_at=ctx.now(), job_id=job.id, state=RUNNING))


async def rerun_job(ctx: Context, job_id: UUID) -> Job:
    """Run a dead job again, with all its tries. Raises: ForbiddenError, NotFoundError, ConflictError."""
    ctx.require(permissions.RERUN_JOBS)
    async with ctx.transaction():
        won = await Job.filter(id=job_id, state=DEAD).update(state=WAITING, due_at=ctx.now(), ended_at=None, attempts=0)
        job = await Job.get_or_none(id=job_id)
        if job is None:
            raise errors.not_found()
        if not won:
            raise errors.not_dead(job.state)
        await _queue(ctx, job)
    return job


async def trim(ctx: Context, payload: Mapping[str, Any] | None = None) -> None:
    """Forget the merchant's jobs that ended long ago, page by page."""
    for state, kept in KEPT.items():
        old = Q(state=state, ended_at__lt=ctx.now() - kept)
        while ids := await Job.filter(old).limit(TRIMMED).values_list("id", flat=True):
            async with ctx.transaction():
                await Job.filter(id__in=list(ids)).delete()
