"""Tortoise backend for PostgreSQL through asyncpg: the bound merchant goes into every transaction.

The word "asyncpg" must stay in this module's name: Tortoise picks dialects by it.
Every statement runs between BEGIN and COMMIT, because SET LOCAL has no effect outside.
"""

import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final
from uuid import UUID

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.asyncpg.executor import AsyncpgExecutor
from tortoise.backends.base.client import TransactionContext
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import ConnectionHandler
from tortoise.exceptions import DBConnectionError, OperationalError

from guanxi.db import dialects, statements, waits
from guanxi.db.merchant import bound_merchant
from guanxi.db.shield import finish
from guanxi.db.transactions import Begin, OpenTransaction, Session

WRITE: Final = "BEGIN"
SNAPSHOT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
GIVE_BACK_SECONDS: Final = 5.0
CHANGES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
RETURNS = re.compile(r"\bRETURNING\b", re.IGNORECASE)


def setting(merchant: UUID | None) -> str:
    """The statement that tells row-level security the merchant. A UUID's own text: nothing to inject."""
    return f"SET LOCAL app.merchant_id = '{merchant or ''}'"


async def keep_session(connection: asyncpg.Connection) -> None:
    """Stands in for the pool's reset: all that we ever set is local to a transaction."""


@contextmanager
def reaching() -> Iterator[None]:
    """A server that is not there raises DBConnectionError, whatever the system calls it."""
    try:
        yield
    except OSError as error:
        raise DBConnectionError(f"PostgreSQL cannot be reached: {error}") from error


@contextmanager
def encoding() -> Iterator[None]:
    """A value that the driver cannot encode is as wrong as one that the server refuses."""
    try:
        yield
    except ValueError as error:
        raise OperationalError(error) from error


class Executor(dialects.BilingualExecutor, AsyncpgExecutor):
    """Turns instances into statements."""


class Client(AsyncpgDBClient):
    """The pool. Each statement outside a transaction gets a short one of its own."""

    executor_class = Executor
    handler: ConnectionHandler

    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        """A pool that resets nothing."""
        with reaching():
            return await asyncpg.create_pool(None, reset=keep_session, **options)

    async def refresh_walls(self) -> None:
        """Nothing: row-level security is in the tables themselves."""

    def _in_transaction(self) -> TransactionContext:
        return Begin(self.start_writing)

    def reading(self) -> TransactionContext:
        """One snapshot for many reads."""
        return Begin(self.start_reading)

    async def start_writing(self) -> OpenTransaction:
        """A connection inside a transaction."""
        return await self._start(WRITE)

    async def start_reading(self) -> OpenTransaction:
        """A connection that keeps its snapshot."""
        return await self._start(SNAPSHOT, is_snapshot=True)

    async def _start(self, word: str, *, is_snapshot: bool = False) -> "Transaction":
        if self._pool is None:
            raise OperationalError("the database is closed")
        started = time.perf_counter()
        with reaching():
            connection = await self._pool.acquire()
        waits.note(waits.POOL, time.perf_counter() - started)
        session = PooledSession(self._pool, connection, bound_merchant())
        try:
            await session.connection.execute(f"{word}; {setting(session.merchant)}")
        except BaseException:
            await finish(session.give_back())
            raise
        return Transaction(self, self.handler, session, is_snapshot=is_snapshot)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection inside a transaction that carries the merchant."""
        transaction = await self._start(WRITE)
        try:
            with encoding():
                yield transaction.session.connection
        except BaseException:
            await finish(transaction.end(commit=False))
            raise
        await finish(transaction.end(commit=True))

    @translate_exceptions
    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        """The row that INSERT … RETURNING returns."""
        statements.note(query)
        async with self.unit() as connection:
            return await connection.fetchrow(query, *values)

    @translate_exceptions
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[Any]]:
        """Rows changed or found, and the rows."""
        statements.note(query)
        async with self.unit() as connection:
            return await run(connection, query, values)

    @translate_exceptions
    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows as dicts."""
        statements.note(query)
        async with self.unit() as connection:
            return [dict(row) for row in await connection.fetch(query, *(values or []))]

    @translate_exceptions
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """One statement for each list of values."""
        statements.note(query)
        async with self.unit() as connection:
            await connection.executemany(query, values)

    @translate_exceptions
    async def execute_script(self, query: str) -> None:
        """Several statements, all or nothing."""
        statements.note(query)
        async with self.unit() as connection:
            await connection.execute(query)


async def run(connection: asyncpg.Connection, query: str, values: list[Any] | None) -> tuple[int, list[Any]]:
    """Rows changed or found, and the rows."""
    if CHANGES.match(query) and not RETURNS.search(query):
        tag = await connection.execute(query, *(values or []))
        return int(tag.rsplit(" ", 1)[-1]), []  # the last word: "INSERT 0 5" is five rows
    rows = await connection.fetch(query, *(values or []))
    return len(rows), rows


class PooledSession(Session):
    """A connection of the pool inside a transaction, and the merchant that it was told."""

    def __init__(self, pool: asyncpg.Pool, connection: asyncpg.Connection, merchant: UUID | None) -> None:
        super().__init__()
        self.pool, self.connection, self.merchant = pool, connection, merchant
        self._is_unsure = False

    async def follow_merchant(self) -> None:
        """Tell row-level security if another merchant is bound now."""
        merchant = bound_merchant()
        if merchant != self.merchant or self._is_unsure:
            await self.connection.execute(setting(merchant))
            self.merchant, self._is_unsure = merchant, False

    async def control(self, sql: str) -> None:
        """Run COMMIT, SAVEPOINT and the like."""
        # Rolling back to a savepoint takes back what was set since.
        self._is_unsure = self._is_unsure or sql.startswith("ROLLBACK TO")
        await self.connection.execute(sql)

    async def give_back(self) -> None:
        """Return the connection to the pool, usable or closed."""
        connection = self.connection
        try:
            # asyncpg first waits for the end of a cancelled statement, then sends this
            if not connection.is_closed() and connection.is_in_transaction():
                await connection.execute("ROLLBACK", timeout=GIVE_BACK_SECONDS)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            with suppress(asyncpg.InterfaceError):  # the pool takes back a lost connection by itself
                connection.terminate()
        finally:
            await self.pool.release(connection)


class Transaction(OpenTransaction, AsyncpgDBClient):
    """The current client inside a transaction or a snapshot."""

    executor_class = Executor
    session: PooledSession

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[asyncpg.Connection]:
        """The transaction's connection, for one statement."""
        async with self.session.lock:
            self.check_open()
            await self.session.follow_merchant()
            with encoding():
                yield self.session.connection

    execute_insert = Client.execute_insert
    execute_query = Client.execute_query
    execute_query_dict = Client.execute_query_dict
    execute_many = Client.execute_many
    execute_script = Client.execute_script


client_class = Client
