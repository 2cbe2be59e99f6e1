"""The port of the job queue, and what its two engines share: tickets, leases, fencing numbers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from guanxi.db.database import Database
from guanxi.hookspecs import JobKind

WAITING: Final = "leased_until IS NULL"
MINE: Final = "id = ?1 AND fence = ?2"
# What may run now of one merchant: not behind another of its lane, not beyond what its kind allows at once.
RUNNABLE: Final = f"""
SELECT t.id FROM job_ticket t JOIN kinds k ON k.name = t.kind
WHERE t.{WAITING} AND t.home_id = homes.id AND t.due_at <= ?1
  AND (t.lane IS NULL OR NOT EXISTS (
    SELECT 1 FROM job_ticket b WHERE b.home_id = t.home_id AND b.lane = t.lane AND b.id <> t.id
      AND (b.id < t.id OR b.leased_until IS NOT NULL)))
  AND (k.at_once = 0 OR k.at_once > (
    SELECT count(*) FROM job_ticket b
    WHERE b.home_id = t.home_id AND b.leased_until IS NOT NULL AND b.kind = t.kind))
ORDER BY t.due_at, t.id LIMIT 1
"""
# The merchants with something in the queue, each found by one step in the index.
HOMES: Final = f"""
homes(id) AS (
  SELECT (SELECT home_id FROM job_ticket WHERE {WAITING} ORDER BY home_id LIMIT 1)
  UNION ALL
  SELECT (SELECT t.home_id FROM job_ticket t WHERE t.{WAITING} AND t.home_id > homes.id ORDER BY t.home_id LIMIT 1)
  FROM homes WHERE homes.id IS NOT NULL
)
"""
BUSY: Final = "(SELECT count(*) FROM job_ticket b WHERE b.home_id = homes.id AND b.leased_until IS NOT NULL) AS busy"
TAKE: Final = """
UPDATE job_ticket SET worker = ?2, fence = fence + 1, attempts = attempts + 1,
  leased_until = (SELECT k.until FROM kinds k WHERE k.name = kind)
"""
TAKEN: Final = "RETURNING id, home_id, kind, fence, attempts"
NEXT: Final = f"""
SELECT (SELECT min(due_at) FROM job_ticket WHERE {WAITING}) AS due,
  (SELECT min(leased_until) FROM job_ticket WHERE leased_until IS NOT NULL) AS lapse,
  (SELECT min(next_at) FROM job_schedule) AS cron
"""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A job that this worker holds until its lease ends."""

    id: UUID
    home_id: UUID
    kind: str
    fence: int
    attempts: int


class JobQueue(ABC):
    """The queue of one installation. Every method is one short transaction; ``now`` is the worker's clock."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def claim(self, kinds: Mapping[str, JobKind], worker: str, now: datetime, limit: int) -> list[Ticket]:
        """Take up to ``limit`` jobs, at most one of each merchant, those with the fewest running first."""
        if not kinds or limit < 1:
            return []
        params: list[Any] = [now, worker, limit]
        for kind in kinds.values():
            params += [kind.name, kind.concurrency, now + kind.lease]
        numbers = range(4, len(params) + 1, 3)
        rows = await self._claim(", ".join(self.kind_row(number) for number in numbers), params)
        return [ticket_of(row) for row in rows]

    @abstractmethod
    def kind_row(self, number: int) -> str:
        """Three parameters from ``number`` on as a row of VALUES."""

    @abstractmethod
    async def _claim(self, kinds: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        """Claim in one guarded statement."""

    async def extend(self, ticket: Ticket, until: datetime) -> bool:
        """A sign of life; False when the job is another worker's by now."""
        sql = f"UPDATE job_ticket SET leased_until = ?3 WHERE {MINE}"
        return await self.db.execute(sql, [ticket.id, ticket.fence, until]) == 1

    async def finish(self, ticket: Ticket, now: datetime) -> bool | None:
        """Take a job out of the queue, in the running transaction; True where it has to run again.

        None when the job is another worker's by now.
        """
        sql = f"DELETE FROM job_ticket WHERE {MINE} AND NOT is_wanted_again"
        if await self.db.execute(sql, [ticket.id, ticket.fence]):
            return False
        sql = (
            "UPDATE job_ticket SET leased_until = NULL, worker = NULL, is_wanted_again = ?4, attempts = 0, due_at = ?3"
            f" WHERE {MINE}"
        )
        return True if await self.db.execute(sql, [ticket.id, ticket.fence, now, False]) else None

    async def drop(self, ticket: Ticket) -> bool:
        """Take a job out of the queue whatever was ordered meanwhile; False when it is another worker's by now."""
        return await self.db.execute(f"DELETE FROM job_ticket WHERE {MINE}", [ticket.id, ticket.fence]) == 1

    async def put_back(self, ticket: Ticket, due_at: datetime, *, counts: bool) -> bool:
        """Let a job wait until ``due_at``; without ``counts`` as if it had not been begun."""
        sql = (
            "UPDATE job_ticket SET leased_until = NULL, worker = NULL, due_at = ?3, attempts = attempts - ?4,"
            f" fence = fence + 1 WHERE {MINE}"
        )
        return await self.db.execute(sql, [ticket.id, ticket.fence, due_at, 0 if counts else 1]) == 1

    async def put_off(self, home_id: UUID, kinds: Sequence[str], now: datetime, due_at: datetime) -> int:
        """Let all that waits of these kinds of a merchant wait until ``due_at``."""
        names = ", ".join(f"?{number}" for number in range(4, 4 + len(kinds)))
        sql = (
            f"UPDATE job_ticket SET due_at = ?3 WHERE {WAITING} AND home_id = ?1 AND due_at <= ?2 AND kind IN ({names})"
        )
        return await self.db.execute(sql, [home_id, now, due_at, *kinds])

    async def free_lapsed(self, now: datetime) -> int:
        """Let jobs wait again whose workers said nothing for too long; how many there were."""
        sql = "UPDATE job_ticket SET leased_until = NULL, worker = NULL WHERE leased_until <= ?1"
        return await self.db.execute(sql, [now])

    async def next_times(self) -> tuple[datetime | None, datetime | None, datetime | None]:
        """When the next job is due, the next lease ends and the next schedule comes; one statement."""
        (row,) = await self.db.fetch(NEXT)
        due, lapse, cron = (moment_of(row[name]) for name in ("due", "lapse", "cron"))
        return due, lapse, cron


def ticket_of(row: Mapping[str, Any]) -> Ticket:
    """A row that an engine returned."""
    return Ticket(id_of(row["id"]), id_of(row["home_id"]), row["kind"], row["fence"], row["attempts"])


def id_of(value: Any) -> UUID:
    """A UUID from what either driver gives."""
    return UUID(bytes=value) if isinstance(value, bytes) else UUID(int=value.int)


def moment_of(value: Any) -> datetime | None:
    """A time from what either driver gives."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
