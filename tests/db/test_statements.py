"""Budgets of tests are counted in statements."""

import asyncio

from tea_shop.models import Note

from guanxi.db import statements
from guanxi.db.database import Database


async def test_statements_are_counted_and_transaction_control_is_not(db: Database) -> None:
    with statements.counting() as counted:
        await Note.create(text="a")
        async with db.transaction(), db.transaction():
            await Note.all().count()
        await db.execute_many("UPDATE note SET number = ?1", [[1], [2], [3]])
        async with db.reading():
            await db.fetch("SELECT text FROM note")

    assert [text.split()[0] for text in counted.texts] == ["INSERT", "SELECT", "UPDATE", "SELECT"]
    assert counted.count == 4


async def test_children_are_counted_strangers_are_not(db: Database) -> None:
    started = asyncio.Event()

    async def stranger() -> None:
        await started.wait()
        await Note.all().count()

    other = asyncio.create_task(stranger())
    with statements.counting() as outer:
        started.set()
        await other
        with statements.counting() as inner:
            await asyncio.gather(Note.all().count(), Note.all().count())
        await Note.all().count()

    assert (inner.count, outer.count) == (2, 3)
