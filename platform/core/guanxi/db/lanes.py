"""One SQLite connection with a thread of its own: statements, snapshots and the walls that stand in it."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import aiosqlite
from tortoise.exceptions import IntegrityError, OperationalError

from guanxi.db import walls
from guanxi.db.merchant import bound_merchant
from guanxi.db.shield import finish

T = TypeVar("T")
Result = tuple[int, list[sqlite3.Row]]
OPENING_SECONDS = 10.0


class Lane:
    """A connection that one task at a time uses."""

    def __init__(self, connection: aiosqlite.Connection, *, is_reader: bool, has_walls: bool) -> None:
        self.connection, self.is_reader, self.has_walls = connection, is_reader, has_walls
        self._merchant: bytes | None = None  # what current_merchant() says in SQL; touched by the thread only
        self._walls_of: int | None = None  # the schema's version that the walls were made for

    @classmethod
    async def open(cls, path: str, pragmas: Mapping[str, object], *, is_reader: bool, has_walls: bool) -> "Lane":
        """Connect. Raises: OperationalError when the file cannot be opened."""
        connection = aiosqlite.connect(path, isolation_level=None, cached_statements=512)
        connection._thread.daemon = True  # a database that nobody closed does not keep the process from ending
        try:
            await connection
        except sqlite3.Error as error:
            await asyncio.to_thread(connection._thread.join)  # its last word must find the loop open
            raise OperationalError(f"{path}: {error}") from error
        lane = cls(connection, is_reader=is_reader, has_walls=has_walls)
        try:
            await lane.call(lane._prepare, pragmas)
        except BaseException:
            await finish(connection.close())
            raise
        return lane

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection itself, for use in the lane's thread."""
        return self.connection._conn

    def _prepare(self, pragmas: Mapping[str, object]) -> None:
        self.raw.row_factory = sqlite3.Row
        for name, value in pragmas.items():
            self._set(name, value)
        # The value holds for a statement, so SQLite may work it out once for all rows.
        self.raw.create_function("current_merchant", 0, lambda: self._merchant, deterministic=True)

    def _set(self, name: str, value: object) -> None:
        """Set a pragma. SQLite does not wait by itself where several processes turn a new file to WAL at once."""
        until = time.monotonic() + OPENING_SECONDS
        while True:
            try:
                self.raw.execute(f"PRAGMA {name} = {value}")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.01)

    async def call(self, function: Callable[..., T], *args: Any) -> T:
        """Run a function in the lane's thread. Raises: IntegrityError, OperationalError of Tortoise."""
        if self.connection._connection is None:
            raise OperationalError("the database is closed")
        try:
            found: T = await self.connection._execute(function, *args)  # type: ignore[no-untyped-call]  # not typed
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error
        except (sqlite3.Error, OverflowError, UnicodeEncodeError) as error:  # a value that SQLite cannot hold
            raise OperationalError(error) from error
        return found

    async def act(self, function: Callable[..., T], *args: Any) -> T:
        """Run a function over the connection, as the merchant that is bound now."""
        merchant = bound_merchant()
        return await self.call(self._act, merchant.bytes if merchant else None, function, *args)

    def _act(self, merchant: bytes | None, function: Callable[..., T], *args: Any) -> T:
        self._merchant = merchant  # here and not before: a cancelled statement may still run as another one
        if self.has_walls and not self.raw.in_transaction:
            self.keep_walls()
        return function(self.raw, *args)

    async def begin(self, word: str) -> None:
        """Begin a transaction on a schema whose walls stand."""
        await self.call(self._begin, word)

    def _begin(self, word: str) -> None:
        while True:
            # Not inside the transaction: rolling back would take the walls away again.
            if self.has_walls:
                self.keep_walls()
            self.raw.execute(word)
            if not self.has_walls or self._schema_version() == self._walls_of:
                return
            self.raw.execute("ROLLBACK")

    def keep_walls(self) -> None:
        """Make the walls anew if this or another process changed a table."""
        version = self._schema_version()
        if version != self._walls_of:
            walls.build_sqlite_walls(self.raw, is_reader=self.is_reader)
            self._walls_of = version

    def _schema_version(self) -> int:
        version: int = self.raw.execute("PRAGMA main.schema_version").fetchone()[0]
        return version

    async def act_inside(self, function: Callable[..., T], *args: Any) -> T:
        """As ``act``, inside a transaction. Raises: OperationalError when SQLite has rolled it back by itself."""
        return await self.act(_still_inside, function, *args)

    async def control(self, sql: str) -> None:
        """Run COMMIT, SAVEPOINT and the like."""
        await self.call(self._control, sql)

    def _control(self, sql: str) -> None:
        if not self.raw.in_transaction and sql.startswith(("ROLLBACK", "RELEASE")):
            return  # SQLite was faster, on a full disk for example: the cause is on its way up already
        _still_inside(self.raw, sqlite3.Connection.execute, sql)

    async def roll_back(self) -> None:
        """End whatever transaction is open."""
        await self.call(self._roll_back)

    def _roll_back(self) -> None:
        if self.raw.in_transaction:  # COMMIT failed (disk full), or a cancel came first
            self.raw.execute("ROLLBACK")

    async def interrupt(self) -> None:
        """Cut what the thread is doing, and wait until it is idle. Only for a reader: a cut write rolls all back."""
        idle = asyncio.ensure_future(self.call(lambda: None))
        while not idle.done():
            self.raw.interrupt()  # without effect on a statement that has not begun yet, therefore again
            await asyncio.wait([idle], timeout=0.01)

    async def close(self) -> None:
        """Close the connection and end the thread."""
        await self.connection.close()


def _still_inside(connection: sqlite3.Connection, function: Callable[..., T], *args: Any) -> T:
    if not connection.in_transaction:
        raise sqlite3.OperationalError("SQLite has rolled the transaction back")
    return function(connection, *args)


def run(connection: sqlite3.Connection, sql: str, values: list[Any] | None) -> Result:
    """Rows changed (those that foreign keys changed not counted) or found, and the rows."""
    cursor = connection.execute(sql, values or [])
    rows = cursor.fetchall()
    return len(rows) or max(cursor.rowcount, 0), rows


def run_many(connection: sqlite3.Connection, sql: str, values: list[list[Any]]) -> None:
    """One statement for each list of values."""
    connection.executemany(sql, values)


def insert(connection: sqlite3.Connection, sql: str, values: list[Any]) -> int:
    """The new row's number, which only a table with a generated key has."""
    return connection.execute(sql, values).lastrowid or 0


def statements_of(script: str) -> list[str]:
    """Split a script; unlike ``split(";")`` this keeps triggers and quoted semicolons whole."""
    found, rest = [], ""
    for piece in script.split(";"):
        rest += piece + ";"
        if sqlite3.complete_statement(rest):
            found.append(rest)
            rest = ""
    return [text for text in found if text.strip(" ;\n\t")]
