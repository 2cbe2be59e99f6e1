"""The two engines of the queue: SQLite has one writer anyway, PostgreSQL claims one after the other."""

from collections.abc import Sequence
from typing import Any

from guanxi.db.database import Database
from guanxi.jobs.service.queue import BUSY, HOMES, RUNNABLE, TAKE, TAKEN, WAITING, JobQueue

# Claims are serial, so that two workers cannot both find a lane free; each takes about a millisecond.
SERIAL = "SELECT pg_advisory_xact_lock(7165051001)"


class SqliteQueue(JobQueue):
    """Embedded: one guarded UPDATE … RETURNING."""

    def kind_row(self, number: int) -> str:
        """Columns have no types here."""
        return f"(?{number}, ?{number + 1}, ?{number + 2})"

    async def _claim(self, kinds: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        sql = (
            f"WITH RECURSIVE kinds(name, at_once, until) AS (VALUES {kinds}), {HOMES},"
            f" picked AS (SELECT ({RUNNABLE}) AS id, {BUSY} FROM homes WHERE homes.id IS NOT NULL)"
            f" {TAKE} WHERE id IN (SELECT id FROM picked WHERE id IS NOT NULL ORDER BY busy LIMIT ?3) {TAKEN}"
        )
        return await self.db.fetch(sql, params)


class PostgresQueue(JobQueue):
    """Rows that somebody holds, an open transaction of a worker that lost its lease for one, are skipped."""

    def kind_row(self, number: int) -> str:
        """The server has to be told the types."""
        return f"(?{number}::text, ?{number + 1}::bigint, ?{number + 2}::timestamptz)"

    async def _claim(self, kinds: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        sql = (
            f"WITH RECURSIVE kinds(name, at_once, until) AS (VALUES {kinds}), {HOMES},"
            f" picked AS (SELECT one.id, {BUSY} FROM homes CROSS JOIN LATERAL"
            f" ({RUNNABLE} FOR UPDATE OF t SKIP LOCKED) one WHERE homes.id IS NOT NULL)"
            f" {TAKE} WHERE {WAITING} AND id IN (SELECT id FROM picked ORDER BY busy LIMIT ?3) {TAKEN}"
        )
        async with self.db.transaction():
            await self.db.fetch(SERIAL)
            return await self.db.fetch(sql, params)


def queue_of(db: Database) -> JobQueue:
    """The engine for a database."""
    return SqliteQueue(db) if db.dialect == "sqlite" else PostgresQueue(db)
