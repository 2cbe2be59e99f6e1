"""Tortoise backend for PostgreSQL through asyncpg: the bound merchant goes into every transaction.

The word "asyncpg" must stay in this module's name: Tortoise picks the schema editor by it.
Every statement runs between BEGIN and COMMIT, because SET LOCAL has no effect outside.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from guanxi.db.merchant import bound_merchant
from guanxi.db.shield import finish
from guanxi.db.statements import note


def opening() -> str:
    """BEGIN and the merchant in one round trip. The value is a UUID object's own text: nothing to inject."""
    merchant = bound_merchant()
    return "BEGIN" if merchant is None else f"BEGIN; SET LOCAL app.merchant_id = '{merchant}'"


async def keep_session(connection: asyncpg.Connection) -> None:
    """Stands in for the pool's reset: all that we ever set is local to a transaction."""


class Client(AsyncpgDBClient):
    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        return await asyncpg.create_pool(None, reset=keep_session, **kwargs)

    def _in_transaction(self) -> TransactionContext:
        return Begin(self)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection inside a transaction that carries the merchant."""
        if self._pool is None:
            async with self._pool_init_lock:
                if self._pool is None:
                    await self.create_connection(with_db=True)
        async with self._pool.acquire() as connection:
            try:
                await connection.execute(opening())
                yield connection
            except BaseException:
                # asyncpg first waits for the end of a cancelled statement, then sends this
                if not connection.is_closed():
                    await finish(connection.execute("ROLLBACK"))
                raise
            await finish(connection.execute("COMMIT"))

    @translate_exceptions
    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        note(query)
        async with self.unit() as connection:
            return await connection.fetchrow(query, *values)

    @translate_exceptions
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[Any]]:
        note(query)
        async with self.unit() as connection:
            return await run(connection, query, values)

    @translate_exceptions
    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        note(query)
        async with self.unit() as connection:
            return [dict(row) for row in await connection.fetch(query, *(values or []))]

    @translate_exceptions
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        note(query)
        async with self.unit() as connection:
            await connection.executemany(query, values)

    @translate_exceptions
    async def execute_script(self, query: str) -> None:
        async with self.unit() as connection:
            await connection.execute(query)


async def run(connection: asyncpg.Connection, query: str, values: list[Any] | None) -> tuple[int, list[Any]]:
    word = query.lstrip()[:6].upper()
    if word in ("UPDATE", "DELETE", "INSERT") and " RETURNING " not in query.upper():
        tag = await connection.execute(query, *(values or []))
        return int(tag.rsplit(" ", 1)[-1]), []  # the last word: "INSERT 0 5" is five rows
    rows = await connection.fetch(query, *(values or []))
    return len(rows), rows


class Transaction(AsyncpgDBClient, TransactionalDBClient):
    def __init__(self, root: Client, connection: asyncpg.Connection, lock: asyncio.Lock) -> None:
        self.root, self._connection, self._lock = root, connection, lock
        self.log, self.connection_name, self._parent = root.log, root.connection_name, root
        self._pool, self._finalized = root._pool, False
        self._nested = asyncio.Lock()

    def _in_transaction(self) -> TransactionContext:
        return Save(self)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[asyncpg.Connection]:
        async with self._lock:
            if self._finalized:
                raise TransactionManagementError("this transaction is over; a task outlived it")
            yield self._connection

    execute_insert = Client.execute_insert
    execute_query = Client.execute_query
    execute_query_dict = Client.execute_query_dict
    execute_many = Client.execute_many
    execute_script = Client.execute_script

    async def begin(self) -> None:
        await self._connection.execute(opening())

    async def commit(self) -> None:
        await self._end("COMMIT")

    async def rollback(self) -> None:
        await self._end("ROLLBACK")

    async def _end(self, word: str) -> None:
        if self._finalized:
            raise TransactionManagementError("transaction already finished")
        self._finalized = True
        await finish(self._connection.execute(word))

    async def savepoint(self) -> None: ...
    async def savepoint_rollback(self) -> None: ...
    async def release_savepoint(self) -> None: ...


class Begin(TransactionContext):
    def __init__(self, root: Client) -> None:
        self.root = root

    async def __aenter__(self) -> TransactionalDBClient:
        root, handler = self.root, get_connections()  # unbound context: fail before anything is held
        if root._pool is None:
            async with root._pool_init_lock:
                if root._pool is None:
                    await root.create_connection(with_db=True)
        connection = await root._pool.acquire()
        self.connection = connection
        self.transaction = Transaction(root, connection, asyncio.Lock())
        try:
            await self.transaction.begin()
        except BaseException:
            await finish(self._give_back())
            raise
        self.token = handler.set(root.connection_name, self.transaction)
        return self.transaction

    async def _give_back(self) -> None:
        self.transaction._finalized = True
        try:
            if self.connection.is_in_transaction() and not self.connection.is_closed():
                await self.connection.execute("ROLLBACK")
        finally:
            await self.root._pool.release(self.connection)

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        get_connections().reset(self.token)
        try:
            if not self.transaction._finalized:
                await (self.transaction.rollback() if kind else self.transaction.commit())
        finally:
            await finish(self._give_back())


_numbers = count(1)


class Save(TransactionContext):
    def __init__(self, outer: Transaction) -> None:
        self.outer = outer
        self.name = f"s{next(_numbers)}"

    async def __aenter__(self) -> TransactionalDBClient:
        outer = self.outer
        await outer._nested.acquire()
        try:
            await outer.execute_script(f"SAVEPOINT {self.name}")
        except BaseException:
            outer._nested.release()
            raise
        self.inner = Transaction(outer.root, outer._connection, outer._lock)
        self.token = get_connections().set(outer.connection_name, self.inner)
        return self.inner

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        get_connections().reset(self.token)
        self.inner._finalized = True
        try:
            if not self.outer._finalized:
                back = f"ROLLBACK TO {self.name}; " if kind else ""
                await finish(self.outer.execute_script(f"{back}RELEASE {self.name}"))
        finally:
            self.outer._nested.release()


client_class = Client
