"""Transactions, savepoints and snapshots mean the same on both databases."""

import asyncio
import contextvars
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import pytest
from tea_shop.models import Customer, Note
from tortoise.exceptions import BaseORMException, IntegrityError, OperationalError, TransactionManagementError
from tortoise.transactions import in_transaction

from guanxi.db.database import Database
from guanxi.db.merchant import acting_for


class UndoneError(Exception):
    """Ends a block."""


async def texts() -> list[Any]:
    return sorted(await Note.all().values_list("text", flat=True))


async def begin(generator: AsyncGenerator[int, None]) -> int:
    return await anext(generator)


async def close(generator: AsyncGenerator[int, None]) -> None:
    await generator.aclose()


async def undo_after(db: Database, *notes: str) -> None:
    """Write notes in a block that fails."""
    async with db.transaction():
        for text in notes:
            await Note.create(text=text)
        raise UndoneError


async def test_a_block_is_written_as_a_whole_or_not_at_all(db: Database) -> None:
    async with db.transaction():
        await Note.create(text="kept")
    with pytest.raises(UndoneError):
        await undo_after(db, "lost", "lost too")

    assert await texts() == ["kept"]


async def test_an_inner_block_is_undone_alone(db: Database) -> None:
    async with db.transaction():
        await Note.create(text="kept")
        with pytest.raises(UndoneError):
            await undo_after(db, "lost")
        async with db.transaction(), db.transaction():
            await Note.create(text="kept 2")

    assert await texts() == ["kept", "kept 2"]


async def test_inner_blocks_of_sibling_tasks_run_one_after_the_other(db: Database) -> None:
    async def one(text: str) -> None:
        async with db.transaction():
            await Note.create(text=text)
            await asyncio.sleep(0.001)
            if text == "bad":
                raise UndoneError

    async with db.transaction():
        await asyncio.gather(*(one(text) for text in ("a", "bad", "b")), return_exceptions=True)

    assert await texts() == ["a", "b"]


async def test_a_broken_rule_undoes_the_block_and_names_itself(db: Database) -> None:
    async def twice() -> None:
        async with db.transaction():
            row = await Note.create(text="x")
            await Note.create(id=row.id, text="y")

    with pytest.raises(IntegrityError):
        await twice()

    assert await texts() == []


async def test_a_failed_statement_spoils_only_its_savepoint(db: Database) -> None:
    async with db.transaction():
        row = await Note.create(text="x")
        with pytest.raises(IntegrityError):
            async with db.transaction():
                await Note.create(id=row.id, text="y")
        await Note.create(text="z")

    assert await texts() == ["x", "z"]


async def test_a_task_that_outlives_its_transaction_is_refused(db: Database) -> None:
    late = asyncio.Event()

    async def stray() -> None:
        await late.wait()
        await Note.create(text="stray")

    async with db.transaction():
        outer = asyncio.create_task(stray())
        async with db.transaction():
            inner = asyncio.create_task(stray())
            await asyncio.sleep(0)
    late.set()

    for task in (outer, inner):
        with pytest.raises(TransactionManagementError):
            await task
    assert await texts() == []


async def test_a_task_that_outlives_its_snapshot_is_refused(db: Database) -> None:
    late = asyncio.Event()

    async def stray() -> int:
        await late.wait()
        return await Note.all().count()

    async with db.reading():
        task = asyncio.create_task(stray())
        await asyncio.sleep(0)
    late.set()

    with pytest.raises(TransactionManagementError):
        await task


async def test_a_savepoint_still_open_when_the_transaction_ends_writes_nothing(db: Database) -> None:
    entered, late = asyncio.Event(), asyncio.Event()

    async def stray() -> None:
        async with db.transaction():
            entered.set()
            await late.wait()
            await Note.create(text="stray")

    async with db.transaction():
        task = asyncio.create_task(stray())
        await entered.wait()
    late.set()

    with pytest.raises(TransactionManagementError):
        await task
    assert await texts() == []


async def test_a_task_that_outlives_a_savepoint_around_its_own_writes_nothing(db: Database) -> None:
    entered, late = asyncio.Event(), asyncio.Event()

    async def stray() -> None:
        async with db.transaction(), db.transaction():
            entered.set()
            await late.wait()
            await Note.create(text="stray")

    async def undone() -> asyncio.Task[None]:
        async with db.transaction():
            task = asyncio.create_task(stray())
            await entered.wait()
        return task

    async with db.transaction():
        task = await undone()
        late.set()
        with pytest.raises(TransactionManagementError):
            await task
        await Note.create(text="kept")

    assert await texts() == ["kept"]


async def test_others_do_not_see_a_write_before_its_commit(db: Database) -> None:
    outside = contextvars.copy_context()  # taken before the transaction
    seen: list[int] = []

    async def look() -> None:
        seen.append(await Note.all().count())

    async with db.transaction():
        await Note.create(text="mine")
        assert await Note.all().count() == 1
        await asyncio.get_running_loop().create_task(look(), context=outside)

    assert seen == [0]
    assert await Note.all().count() == 1


async def test_an_abandoned_generator_holds_no_transaction(db: Database) -> None:
    async def rows() -> AsyncGenerator[int, None]:
        async with db.transaction():
            await Note.create(text="half")
            yield 1
            yield 2

    generator = rows()
    await asyncio.create_task(begin(generator))
    await asyncio.create_task(close(generator))  # in another context

    async with asyncio.timeout(5), db.transaction():
        assert await Note.all().count() == 0


async def test_tortoises_own_transaction_is_ours(db: Database) -> None:
    async with in_transaction() as client:
        await Note.create(text="kept")
        await client.commit()
    async with in_transaction() as client:
        await Note.create(text="lost")
        await client.rollback()

    assert await texts() == ["kept"]


async def test_a_reading_block_sees_one_snapshot(db: Database) -> None:
    outside = contextvars.copy_context()

    async with db.reading():
        assert await texts() == []
        await asyncio.get_running_loop().create_task(Note.create(text="later"), context=outside)
        assert await texts() == []
        assert await db.fetch("SELECT text FROM note") == []

    assert await texts() == ["later"]


async def test_a_reading_block_writes_nothing(db: Database) -> None:
    with pytest.raises(BaseORMException):
        async with db.reading():
            await Note.create(text="x")
    with pytest.raises(TransactionManagementError, match="inside reading"):
        async with db.reading(), db.transaction():
            pass

    assert await texts() == []


async def test_reading_inside_a_transaction_reads_what_it_wrote(db: Database) -> None:
    async with db.transaction():
        await Note.create(text="mine")
        async with db.reading():
            assert await texts() == ["mine"]
            await Note.create(text="mine too")

    assert await texts() == ["mine", "mine too"]


async def test_many_snapshots_share_few_connections(db: Database, tea: UUID) -> None:
    async def read() -> int:
        with acting_for(tea):
            async with db.reading():
                return await Customer.all().count() + await Note.all().count()

    async with asyncio.timeout(30):
        assert await asyncio.gather(*(read() for _ in range(40))) == [0] * 40


async def test_rows_and_changes_are_counted_alike(db: Database) -> None:
    await db.execute_many("INSERT INTO note (id, text, number) VALUES (?1, ?2, ?3)", [[UUID(int=1), "a", 1]])

    changed = await db.execute("UPDATE note SET number = number + ?1 WHERE text = ?2", [4, "a"])
    untouched = await db.execute("UPDATE note SET number = 0 WHERE text = ?1", ["b"])
    rows = await db.fetch("SELECT text, number FROM note WHERE number = ?1 AND text = ?2", [5, "a"])

    assert (changed, untouched, rows) == (1, 0, [{"text": "a", "number": 5}])


async def test_many_rows_are_written_all_or_none(db: Database) -> None:
    sql = "INSERT INTO note (id, text, number) VALUES (?1, ?2, 0)"

    with pytest.raises(IntegrityError):
        await db.execute_many(sql, [[UUID(int=1), "a"], [UUID(int=2), "b"], [UUID(int=1), "again"]])

    assert await texts() == []


async def test_a_closed_database_refuses(db: Database) -> None:
    client = db.client
    await client.close()

    for attempt in (Note.all().count, lambda: Note.create(text="x"), db.reading().__aenter__):
        with pytest.raises(OperationalError, match="closed"):
            await attempt()
