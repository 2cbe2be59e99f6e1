"""Tells a database that cannot answer now from one that refuses: the former is worth trying again."""

import re
import sqlite3
from collections.abc import Iterator

import asyncpg
from tortoise.exceptions import DBConnectionError, OperationalError

# SQLite's primary result codes: busy, locked, I/O error, full, cannot open.
PASSING = frozenset({5, 6, 10, 13, 14})
CLOSED = re.compile(r"\b(is closed|is closing|been closed|released back to the pool)\b")
UNREACHABLE = (
    ConnectionError,
    DBConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
)


def is_unavailable(error: BaseException) -> bool:
    """Whether trying again later may help: no connection, restart, lock, full disk. Looks through wrapped errors."""
    return any(_is_passing(one) for one in _chain(error))


def _is_passing(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in PASSING
    if isinstance(error, OperationalError | asyncpg.InterfaceError):
        # asyncpg has no class of its own for a closed connection or pool
        return CLOSED.search(str(error)) is not None
    return isinstance(error, UNREACHABLE)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, *one.args]
