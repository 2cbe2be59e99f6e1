"""Transactions, snapshots and savepoints as context managers, the same for both engines."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from types import TracebackType

from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient, TransactionContext
from tortoise.connection import ConnectionHandler, ConnectionToken
from tortoise.exceptions import TransactionManagementError

from guanxi.db.apps import ALIAS
from guanxi.db.shield import finish

_numbers = count(1)


class Session(ABC):
    """A connection between BEGIN and its end, shared by a transaction and its savepoints."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.is_over = False

    @abstractmethod
    async def control(self, sql: str) -> None:
        """Run COMMIT, SAVEPOINT and the like, uncounted."""

    @abstractmethod
    async def give_back(self) -> None:
        """Return the connection, rolled back if it is still inside a transaction."""


class OpenTransaction(TransactionalDBClient):
    """What the ORM sees between BEGIN and COMMIT. Used later, it fails instead of writing outside."""

    session: Session
    outer: "OpenTransaction | None" = None  # of a savepoint

    def __init__(
        self, root: BaseDBAsyncClient, handler: ConnectionHandler, session: Session, *, is_snapshot: bool = False
    ) -> None:
        self.root, self.handler, self.session, self.is_snapshot = root, handler, session, is_snapshot
        self.connection_name, self.capabilities = root.connection_name, root.capabilities
        self.log, self.fetch_inserted = root.log, root.fetch_inserted
        self.nesting = asyncio.Lock()  # sibling savepoints would release each other

    @property
    def is_over(self) -> bool:
        """Whether this savepoint, one around it, or the whole transaction has ended."""
        one = self
        while one.outer is not None and not one._finalized:
            one = one.outer
        return one._finalized or self.session.is_over

    def check_open(self) -> None:
        """Call it while holding the session's lock. Raises: TransactionManagementError."""
        if self.is_over:
            raise TransactionManagementError("this transaction is over; a task outlived it")

    async def control(self, sql: str) -> None:
        """Run a statement about the transaction itself."""
        async with self.session.lock:
            self.check_open()
            await self.session.control(sql)

    async def end(self, *, commit: bool) -> None:
        """Commit or roll back, and give the connection back whatever happens."""
        try:
            if not self.is_over:
                await self._conclude("COMMIT" if commit else "ROLLBACK")
        finally:
            self._finalized = self.session.is_over = True
            await self.session.give_back()

    async def commit(self) -> None:
        """Make it last, before the block ends."""
        await finish(self._conclude("COMMIT"))

    async def rollback(self) -> None:
        """Undo it, before the block ends."""
        await finish(self._conclude("ROLLBACK"))

    async def _conclude(self, word: str) -> None:
        async with self.session.lock:
            self.check_open()
            self.session.is_over = True  # first, so that whoever waits for the lock finds it closed
            await self.session.control(word)

    def _check_loop(self) -> bool:
        return True

    def _in_transaction(self) -> TransactionContext:
        if self.is_snapshot:
            raise TransactionManagementError("a write transaction cannot begin inside reading()")
        return Savepoint(self)

    async def begin(self) -> None:
        """Nothing: ours begin before there is a client."""

    async def savepoint(self) -> None:
        """Nothing: ``Savepoint`` does it."""

    async def savepoint_rollback(self) -> None:
        """Nothing: ``Savepoint`` does it."""

    async def release_savepoint(self) -> None:
        """Nothing: ``Savepoint`` does it."""


class Begin(TransactionContext):
    """A transaction of its own: the current client of the task until it ends."""

    def __init__(self, start: Callable[[], Awaitable[OpenTransaction]]) -> None:
        self.start = start

    async def __aenter__(self) -> OpenTransaction:
        self.transaction = await self.start()
        self.token = self.transaction.handler.set(ALIAS, self.transaction)
        return self.transaction

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        leave(self.transaction.handler, self.token)
        await finish(self.transaction.end(commit=kind is None))


class Savepoint(TransactionContext):
    """A part of a transaction that can be undone alone. It becomes the current client, so deeper ones nest in it."""

    def __init__(self, outer: OpenTransaction) -> None:
        self.outer = outer
        self.name = f"s{next(_numbers)}"

    async def __aenter__(self) -> OpenTransaction:
        outer = self.outer
        await outer.nesting.acquire()
        try:
            await finish(outer.control(f"SAVEPOINT {self.name}"))
        except BaseException:
            outer.nesting.release()  # if it was set, the cancel ends the whole transaction anyway
            raise
        self.transaction = type(outer)(outer.root, outer.handler, outer.session)
        self.transaction.outer = outer
        self.token = outer.handler.set(ALIAS, self.transaction)
        return self.transaction

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        leave(self.outer.handler, self.token)
        self.transaction._finalized = True
        try:
            if not self.outer.is_over:
                await finish(self._end(undo=kind is not None))
        finally:
            self.outer.nesting.release()

    async def _end(self, *, undo: bool) -> None:
        if undo:
            await self.outer.control(f"ROLLBACK TO SAVEPOINT {self.name}")
        await self.outer.control(f"RELEASE SAVEPOINT {self.name}")


def leave(handler: ConnectionHandler, token: ConnectionToken) -> None:
    """Make the outer client current again."""
    # An abandoned async generator is closed in another context: there is nothing to restore there, and failing
    # here would keep the transaction open for ever.
    with suppress(ValueError):
        handler.reset(token)
