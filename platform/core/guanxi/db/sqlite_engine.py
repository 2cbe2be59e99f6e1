"""Tortoise backend for SQLite: one writer, several ``query_only`` readers, cancel-safe transactions.

The word "sqlite" must stay in this module's name: Tortoise picks the schema editor by it.
Use it as ``{"engine": "guanxi_db_sketch.sqlite_engine", "credentials": {"file_path": ..., "readers": 2}}``.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import aiosqlite
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from guanxi.db.merchant import bound_merchant
from guanxi.db.shield import finish
from guanxi.db.statements import note

READS = ("SELECT", "EXPLAIN", "VALUES", "WITH")


def is_read(sql: str) -> bool:
    return sql.lstrip()[:8].upper().startswith(READS)  # a writing WITH is refused loudly by query_only


def run(connection: sqlite3.Connection, sql: str, values: list[Any] | None) -> tuple[int, list[sqlite3.Row]]:
    before = connection.total_changes
    rows = connection.execute(sql, values or []).fetchall()
    return (connection.total_changes - before) or len(rows), rows


def insert(connection: sqlite3.Connection, sql: str, values: list[Any]) -> int:
    return connection.execute(sql, values).lastrowid or 0


def statements(script: str) -> list[str]:
    """Split a script; unlike ``split(";")`` this keeps triggers and quoted semicolons whole."""
    found, rest = [], ""
    for piece in script.split(";"):
        rest += piece + ";"
        if sqlite3.complete_statement(rest):
            found.append(rest)
            rest = ""
    return [text for text in found if text.strip(" ;\n\t")]


class Lane:
    """One SQLite connection with its own thread."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self.connection = connection
        self.merchant: bytes | None = None  # read by current_merchant() in SQL, see walls.py

    @classmethod
    async def open(cls, path: str, pragmas: dict[str, Any]) -> "Lane":
        lane = cls(await aiosqlite.connect(path, isolation_level=None, cached_statements=512))
        raw = lane.connection._conn
        raw.row_factory = sqlite3.Row

        def prepare() -> None:
            for name, value in pragmas.items():
                raw.execute(f"PRAGMA {name}={value}")
            raw.create_function("current_merchant", 0, lambda: lane.merchant)

        await lane.call(prepare)
        return lane

    async def call(self, function: Callable[..., Any], *args: Any) -> Any:
        try:
            return await self.connection._execute(function, *args)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error
        except (sqlite3.OperationalError, sqlite3.ProgrammingError) as error:
            raise OperationalError(error) from error

    async def run(self, sql: str, values: list[Any] | None = None) -> tuple[int, list[sqlite3.Row]]:
        return await self.call(run, self.connection._conn, sql, values)

    async def settle(self) -> None:
        """Wait until the thread is idle."""
        await self.call(lambda: None)


class Client(SqliteClient):
    def __init__(self, file_path: str, readers: int = 2, **kwargs: Any) -> None:
        kwargs = {"busy_timeout": 10_000, "synchronous": "NORMAL", **kwargs}
        super().__init__(file_path, **kwargs)
        self.readers = 0 if ":memory:" in file_path else readers
        self.writer: Lane | None = None
        self.on_open: Callable[[sqlite3.Connection, bool], None] | None = None
        self._write_lock = asyncio.Lock()
        self._open_lock = asyncio.Lock()
        self._idle: asyncio.LifoQueue[Lane] = asyncio.LifoQueue()
        self._lanes: list[Lane] = []

    async def create_connection(self, with_db: bool) -> None:
        async with self._open_lock:
            if self.writer is None:
                await finish(self._open())

    async def _open(self) -> None:
        writer = await Lane.open(self.filename, self.pragmas)
        self._lanes = [writer]
        for _ in range(self.readers):
            lane = await Lane.open(self.filename, {**self.pragmas, "query_only": "ON"})
            self._lanes.append(lane)
            self._idle.put_nowait(lane)
        if self.on_open:
            for lane in self._lanes:
                await lane.call(self.on_open, lane.connection._conn, lane is not writer)
        await self._post_connect()
        self._connection = writer.connection
        self.writer = writer

    async def close(self, grace: float = 5.0) -> None:
        """Wait ``grace`` seconds for an open transaction, then cut it: SQLite rolls it back."""
        if self.writer is None:
            return
        try:
            await asyncio.wait_for(self._write_lock.acquire(), grace)
            self._write_lock.release()
        except asyncio.TimeoutError:
            self.log.warning("closing SQLite with an open transaction: rolled back")
        self.writer = self._connection = None
        self._idle = asyncio.LifoQueue()
        for lane in reversed(self._lanes):
            await finish(lane.connection.close())
        self._lanes = []

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Lane]:
        """The writer, for one statement outside a transaction."""
        if self.writer is None:
            await self.create_connection(with_db=True)
        async with self._write_lock:
            if self.writer is None:
                raise OperationalError("database is closed")
            merchant = bound_merchant()
            self.writer.merchant = merchant.bytes if merchant else None
            yield self.writer

    async def read(self, sql: str, values: list[Any] | None) -> tuple[int, list[sqlite3.Row]]:
        if self.writer is None:
            await self.create_connection(with_db=True)
        if not self.readers:
            async with self.writing() as lane:
                return await lane.run(sql, values)
        lane = await self._idle.get()
        try:
            merchant = bound_merchant()
            lane.merchant = merchant.bytes if merchant else None
            return await lane.run(sql, values)
        except asyncio.CancelledError:
            lane.connection._conn.interrupt()  # a cancelled read stops burning the CPU
            await finish(lane.settle())
            raise
        finally:
            self._idle.put_nowait(lane)

    def _in_transaction(self) -> TransactionContext:
        return Begin(self)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Any]:
        note(query)
        if is_read(query):
            return await self.read(query, values)
        async with self.writing() as lane:
            return await lane.run(query, values)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return [dict(row) for row in (await self.execute_query(query, values))[1]]

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        note(query)
        async with self.writing() as lane:
            return await lane.call(insert, lane.connection._conn, query, values)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    async def execute_script(self, query: str) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_script(query)


class Transaction(SqliteClient, TransactionalDBClient):
    """What the ORM sees between BEGIN and COMMIT. Later use fails instead of writing outside."""

    def __init__(self, root: Client, lane: Lane, lock: asyncio.Lock) -> None:
        self.root, self.lane, self._lock = root, lane, lock
        self.connection_name, self.capabilities = root.connection_name, root.capabilities
        self.log, self.fetch_inserted, self.filename = root.log, root.fetch_inserted, root.filename
        self._connection, self._parent, self._finalized = lane.connection, root, False
        self._nested = asyncio.Lock()  # sibling savepoints would release each other

    def _check_loop(self) -> bool:
        return True

    def _in_transaction(self) -> TransactionContext:
        return Save(self)

    async def _call(self, function: Callable[..., Any], *args: Any) -> Any:
        async with self._lock:
            if self._finalized:
                raise TransactionManagementError("this transaction is over; a task outlived it")
            return await self.lane.call(function, *args)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Any]:
        if not query.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            note(query)
        return await self._call(run, self.lane.connection._conn, query, values)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return [dict(row) for row in (await self.execute_query(query, values))[1]]

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        note(query)
        return await self._call(insert, self.lane.connection._conn, query, values)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        note(query)
        await self._call(self.lane.connection._conn.executemany, query, values)

    async def execute_script(self, query: str) -> None:
        for statement in statements(query):  # executescript() would COMMIT first
            await self.execute_query(statement)

    async def begin(self) -> None:
        await self.lane.run("BEGIN IMMEDIATE")

    async def commit(self) -> None:
        await self._end("COMMIT")

    async def rollback(self) -> None:
        await self._end("ROLLBACK")

    async def _end(self, word: str) -> None:
        if self._finalized:
            raise TransactionManagementError("transaction already finished")
        self._finalized = True
        try:
            await finish(self.lane.run(word))
        finally:
            await finish(self.lane.call(roll_back_if_open, self.lane.connection._conn))

    async def savepoint(self) -> None: ...
    async def savepoint_rollback(self) -> None: ...
    async def release_savepoint(self) -> None: ...


def roll_back_if_open(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:  # COMMIT failed (disk full), or SQLite rolled back by itself
        connection.execute("ROLLBACK")


class Begin(TransactionContext):
    def __init__(self, root: Client) -> None:
        self.root = root

    async def __aenter__(self) -> TransactionalDBClient:
        root, handler = self.root, get_connections()  # unbound context: fail before anything is held
        if root.writer is None:
            await root.create_connection(with_db=True)
        lock = root._write_lock
        await lock.acquire()  # a cancel up to here leaves nothing behind
        lane = root.writer
        try:
            if lane is None:
                raise OperationalError("database is closed")
            merchant = bound_merchant()
            lane.merchant = merchant.bytes if merchant else None
            self.transaction = Transaction(root, lane, asyncio.Lock())
            await finish(self.transaction.begin())
        except BaseException:
            try:
                if lane is not None:
                    await finish(lane.call(roll_back_if_open, lane.connection._conn))
            finally:
                lock.release()
            raise
        self.token = handler.set(root.connection_name, self.transaction)
        return self.transaction

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        get_connections().reset(self.token)
        try:
            if not self.transaction._finalized:
                await (self.transaction.rollback() if kind else self.transaction.commit())
        finally:
            self.root._write_lock.release()


_numbers = count(1)


class Save(TransactionContext):
    """A savepoint. It becomes the current client, so deeper levels nest under it."""

    def __init__(self, outer: Transaction) -> None:
        self.outer = outer
        self.name = f"s{next(_numbers)}"

    async def __aenter__(self) -> TransactionalDBClient:
        outer = self.outer
        await outer._nested.acquire()
        try:
            await finish(outer.execute_query(f"SAVEPOINT {self.name}"))
        except BaseException:
            outer._nested.release()  # if it was set, the cancel ends the whole transaction anyway
            raise
        self.inner = Transaction(outer.root, outer.lane, outer._lock)
        self.token = get_connections().set(outer.connection_name, self.inner)
        return self.inner

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        get_connections().reset(self.token)
        self.inner._finalized = True
        try:
            if not self.outer._finalized:
                await finish(self._end(rolled_back=kind is not None))
        finally:
            self.outer._nested.release()

    async def _end(self, rolled_back: bool) -> None:
        if rolled_back:
            await self.outer.execute_query(f"ROLLBACK TO {self.name}")
        await self.outer.execute_query(f"RELEASE {self.name}")


client_class = Client
