"""Tortoise backend for SQLite: one writer, several readers beside it, cancel-safe transactions.

The word "sqlite" must stay in this module's name: Tortoise picks dialects by it.
"""

import asyncio
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.backends.sqlite.executor import SqliteExecutor
from tortoise.connection import ConnectionHandler
from tortoise.exceptions import OperationalError

from guanxi.db import dialects, lanes, statements, waits
from guanxi.db.lanes import Lane
from guanxi.db.shield import finish
from guanxi.db.transactions import Begin, OpenTransaction, Session

# After Tortoise's executor, which the client imports: its adapter drops the decimals at whole seconds, so that
# text order would no longer be time order.
sqlite3.register_adapter(datetime, lambda value: value.isoformat(" ", "microseconds"))
sqlite3.register_adapter(UUID, lambda value: value.bytes)

T = TypeVar("T")

READS = re.compile(r"\s*(SELECT|VALUES|EXPLAIN|WITH)\b", re.IGNORECASE)
WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
PRAGMAS = {
    "busy_timeout": 10_000,  # first: the others may already have to wait
    "journal_mode": "WAL",
    "synchronous": "NORMAL",
    "foreign_keys": "ON",
    "journal_size_limit": 64 * 1024 * 1024,
    "temp_store": "MEMORY",
    "secure_delete": "ON",  # what was deleted or sealed is gone from the file, too
}


def is_read(sql: str) -> bool:
    """Whether a reader can run it. A doubtful one goes to the writer; a wrong guess is refused, never lost."""
    found = READS.match(sql)
    return found is not None and not (found[1].upper() == "WITH" and WRITES.search(sql))


class Executor(dialects.BilingualExecutor, SqliteExecutor):
    """Turns instances into statements."""


class Client(SqliteClient):
    """Credentials: ``file_path``, ``readers``, ``walls`` and pragmas."""

    executor_class = Executor
    handler: ConnectionHandler

    def __init__(
        self, file_path: str, connection_name: str, readers: int = 2, walls: bool = True, **pragmas: Any
    ) -> None:
        super().__init__(file_path, connection_name=connection_name, **{**PRAGMAS, **pragmas})
        self.readers = 0 if ":memory:" in file_path else readers
        self.walls = walls
        self.lanes: list[Lane] = []
        self.write_lock = asyncio.Lock()
        self.idle: asyncio.LifoQueue[Lane] = asyncio.LifoQueue()

    async def create_connection(self, with_db: bool) -> None:
        """Open the writer and the readers, all or none."""
        await finish(self._open())

    async def _open(self) -> None:
        try:
            self.lanes.append(await Lane.open(self.filename, self.pragmas, is_reader=False, has_walls=self.walls))
            for _ in range(self.readers):
                pragmas = {**self.pragmas, "query_only": "ON"}
                lane = await Lane.open(self.filename, pragmas, is_reader=True, has_walls=self.walls)
                self.lanes.append(lane)
                self.idle.put_nowait(lane)
        except BaseException:
            await self._close_lanes()
            raise
        await self._post_connect()

    @property
    def writer(self) -> Lane:
        """The one lane that writes. Raises: OperationalError once the database is closed."""
        if not self.lanes:
            raise OperationalError("the database is closed")
        return self.lanes[0]

    async def close(self, grace: float = 5.0) -> None:
        """Wait ``grace`` seconds for an open transaction, then cut it: SQLite rolls it back."""
        try:
            async with asyncio.timeout(grace):
                await self.write_lock.acquire()
            self.write_lock.release()
        except TimeoutError:
            self.log.warning("closing SQLite with an open transaction: rolled back")
        await finish(self._close_lanes())

    async def _close_lanes(self) -> None:
        lanes_open, self.lanes = self.lanes, []
        for lane in reversed(lanes_open):
            await lane.close()

    async def refresh_walls(self) -> None:
        """Let every lane look for changed tables now; otherwise each does with its next statement."""
        for lane in self.lanes if self.walls else ():
            await lane.call(lane.keep_walls)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Lane]:
        """The writer, for one statement outside a transaction."""
        await self._take_turn()
        try:
            yield self.writer
        finally:
            self.write_lock.release()

    async def _take_turn(self) -> None:
        started = time.perf_counter()
        await self.write_lock.acquire()  # a cancel up to here leaves nothing behind
        waits.note(waits.WRITER, time.perf_counter() - started)

    async def _take_reader(self) -> Lane:
        started = time.perf_counter()
        lane = await self.idle.get()
        waits.note(waits.READER, time.perf_counter() - started)
        return lane

    @asynccontextmanager
    async def borrowing(self) -> AsyncIterator[Lane]:
        """A reader, for one statement; the writer where there is none."""
        if not self.readers:
            async with self.writing() as lane:
                yield lane
            return
        lane = await self._take_reader()
        try:
            yield lane
        except asyncio.CancelledError:
            await finish(lane.interrupt())  # a cancelled read stops burning the CPU
            raise
        finally:
            self.idle.put_nowait(lane)

    def _in_transaction(self) -> TransactionContext:
        return Begin(self.start_writing)

    def reading(self) -> TransactionContext:
        """One snapshot for many reads."""
        return Begin(self.start_reading if self.readers else self.start_writing)

    async def start_writing(self) -> OpenTransaction:
        """The writer inside BEGIN IMMEDIATE: whoever reads and then writes never finds the database locked."""
        await self._take_turn()
        try:
            writer = self.writer
        except OperationalError:
            self.write_lock.release()
            raise
        return await self._start(LaneSession(writer, self.write_lock.release), "BEGIN IMMEDIATE")

    async def start_reading(self) -> OpenTransaction:
        """A reader that keeps its snapshot."""
        lane = await self._take_reader()
        session = LaneSession(lane, lambda: self.idle.put_nowait(lane))
        return await self._start(session, "BEGIN DEFERRED", is_snapshot=True)

    async def _start(self, session: "LaneSession", word: str, *, is_snapshot: bool = False) -> OpenTransaction:
        try:
            await finish(session.lane.begin(word))
        except BaseException:
            await finish(session.give_back())
            raise
        return Transaction(self, self.handler, session, is_snapshot=is_snapshot)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[Any]]:
        """Rows changed or found, and the rows."""
        statements.note(query)
        async with self.borrowing() if is_read(query) else self.writing() as lane:
            return await lane.act(lanes.run, query, values)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows as dicts."""
        return [dict(row) for row in (await self.execute_query(query, values))[1]]

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        """The new row's generated key."""
        statements.note(query)
        async with self.writing() as lane:
            return await lane.act(lanes.insert, query, values)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """All or none."""
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    async def execute_script(self, query: str) -> None:
        """All or nothing."""
        async with self._in_transaction() as transaction:
            await transaction.execute_script(query)


class LaneSession(Session):
    """A lane inside a transaction."""

    def __init__(self, lane: Lane, release: Callable[[], None]) -> None:
        super().__init__()
        self.lane, self.release = lane, release

    async def control(self, sql: str) -> None:
        """Run COMMIT, SAVEPOINT and the like."""
        await self.lane.control(sql)

    async def give_back(self) -> None:
        """Let the next one in."""
        try:
            await self.lane.roll_back()
        finally:
            self.release()


class Transaction(OpenTransaction, SqliteClient):
    """The current client inside a transaction or a snapshot."""

    executor_class = Executor
    session: LaneSession

    async def _call(self, function: Callable[..., T], *args: Any) -> T:
        lane = self.session.lane
        async with self.session.lock:
            self.check_open()
            try:
                return await lane.act_inside(function, *args)
            except asyncio.CancelledError:
                if lane.is_reader:
                    await finish(lane.interrupt())
                raise

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[Any]]:
        """Rows changed or found, and the rows."""
        statements.note(query)
        return await self._call(lanes.run, query, values)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows as dicts."""
        return [dict(row) for row in (await self.execute_query(query, values))[1]]

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        """The new row's generated key."""
        statements.note(query)
        return await self._call(lanes.insert, query, values)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """One statement for each list of values."""
        statements.note(query)
        await self._call(lanes.run_many, query, values)

    async def execute_script(self, query: str) -> None:
        """Several statements, each on its own: executescript() would COMMIT first."""
        for statement in lanes.statements_of(query):
            await self.execute_query(statement)


client_class = Client
