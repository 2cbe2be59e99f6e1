"""What is worth trying again, and what is not."""

import sqlite3
from collections.abc import Callable

import asyncpg
import pytest
from tortoise.exceptions import DBConnectionError, DoesNotExist, IntegrityError, OperationalError

from guanxi.db import faults
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.settings import Settings


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("in some words")
    error.sqlite_errorcode = code
    return error


def wrapped(error: Exception) -> Exception:
    try:
        try:
            raise error
        except Exception as cause:
            raise OperationalError(cause) from cause
    except OperationalError as outer:
        return outer


PASSING: list[Exception] = [
    ConnectionRefusedError(),
    DBConnectionError(),
    asyncpg.CannotConnectNowError("x"),
    asyncpg.ConnectionDoesNotExistError("x"),
    asyncpg.AdminShutdownError("x"),
    asyncpg.CrashShutdownError("x"),
    asyncpg.TooManyConnectionsError("x"),
    asyncpg.InterfaceError("pool is closing"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.InterfaceError("cannot call Connection.execute(): connection has been released back to the pool"),
    OperationalError("the database is closed"),
    sqlite_error(5),
    sqlite_error(5 | 1 << 8),
    sqlite_error(13),
    sqlite_error(14),
]
LASTING: list[Exception] = [
    ValueError(),
    TimeoutError(),
    DoesNotExist("nothing"),
    IntegrityError("unique"),
    OperationalError("no such table: t"),
    asyncpg.UniqueViolationError("x"),
    asyncpg.InterfaceError("the server expects 1 argument for this query, 2 were passed"),
    sqlite_error(1),
    sqlite_error(19),
]


@pytest.mark.parametrize("error", PASSING, ids=repr)
@pytest.mark.parametrize("shape", [lambda error: error, wrapped])
def test_what_passes_is_unavailable(error: Exception, shape: Callable[[Exception], Exception]) -> None:
    assert faults.is_unavailable(shape(error))


@pytest.mark.parametrize("error", LASTING, ids=repr)
@pytest.mark.parametrize("shape", [lambda error: error, wrapped])
def test_what_lasts_is_not(error: Exception, shape: Callable[[Exception], Exception]) -> None:
    assert not faults.is_unavailable(shape(error))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://guanxi_app@127.0.0.1:1/nothing",
        "postgresql://a@h/d?host=/nowhere",
        "sqlite:///no/such/folder/x.db",
    ],
)
async def test_a_database_that_is_not_there_is_unavailable(url: str, app_set: list[App]) -> None:
    db = Database(Settings(database_url=url), app_set)

    with pytest.raises(Exception) as caught:  # noqa: PT011 - any: that it is classified is the rule
        await db.open()

    assert faults.is_unavailable(caught.value)
