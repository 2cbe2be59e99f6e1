"""A job that lost its lease cannot commit: each of its transactions first asks whether the lease still stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from guanxi.db.database import Database
from guanxi.jobs.errors import LeaseLostError

# KEY SHARE lets heartbeats through and keeps the job from being claimed until this transaction ends.
CHECK = "SELECT 1 AS held FROM job_ticket WHERE id = ?1 AND fence = ?2"
LOCK = {"postgres": f"{CHECK} FOR KEY SHARE", "sqlite": CHECK}


@dataclass(frozen=True, slots=True)
class Fence:
    """The number under which a worker holds a job."""

    job_id: UUID
    number: int
    attempt: int = 1


_held: ContextVar[Fence | None] = ContextVar("guanxi_job_fence", default=None)


def current() -> Fence | None:
    """The fence of the job that the running task works on; None outside jobs."""
    return _held.get()


@contextmanager
def holding(fence: Fence) -> Iterator[None]:
    """Bind a fence to this task and to those that it starts."""
    token = _held.set(fence)
    try:
        yield
    finally:
        _held.reset(token)


async def check(db: Database) -> None:
    """First in each outermost transaction. Raises: LeaseLostError inside a job whose lease is another worker's."""
    fence = _held.get()
    if fence is not None and not await db.fetch(LOCK[db.dialect], [fence.job_id, fence.number]):
        raise LeaseLostError(f"job {fence.job_id} was taken over")
