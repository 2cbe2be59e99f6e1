"""Databases of both dialects, open at once in one process, over the same models."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from tea_points.models import Account
from tea_shop.models import Customer, Note

from guanxi.db import migrations
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.settings import Settings
from guanxi.testing.databases import Templates
from guanxi.testing.server import Server


@pytest.fixture
async def both(
    postgres: Server, templates: Templates, app_set: Sequence[App], tmp_path: Path
) -> AsyncIterator[list[Database]]:
    await postgres.create("beside")
    found = [
        Database(Settings(database_url=f"sqlite://{tmp_path / 'beside.db'}"), app_set),
        Database(templates.settings("beside"), app_set),
    ]
    for db in found:
        await db.open()
        for app in app_set:
            await migrations.create_tables(db, app.label)
    yield found
    for db in found:
        await db.close()
    await postgres.drop("beside")


async def work(db: Database, merchant: UUID, text: str) -> list[str]:
    """Inserts, updates, joins and deletes, given back to the other database after each."""
    with db.bound(), acting_for(merchant):
        for _ in range(5):
            ann = await Customer.create(name=text)
            await asyncio.sleep(0)
            await Account.create(customer=ann, balance=1)
            ann.name = f"{text}!"
            await ann.save()
            await asyncio.sleep(0)
            assert await Customer.filter(points__balance=1).count() >= 1
            async with db.transaction():
                note = await Note.create(text=text)
                await note.delete()
        return [row.name for row in await Customer.filter(name__startswith=text)]


async def test_both_are_used_at_once(both: list[Database], tea: UUID) -> None:
    texts = [f"{db.dialect} {number}" for number, db in enumerate(both * 3)]
    tasks = [work(db, tea, text) for db, text in zip(both * 3, texts, strict=True)]

    assert await asyncio.gather(*tasks) == [[f"{text}!"] * 5 for text in texts]


async def test_a_row_goes_from_one_to_the_other(both: list[Database], tea: UUID) -> None:
    small, large = both
    with acting_for(tea):
        with small.bound():
            ann = await Customer.create(name="ann", phone="1")
        with large.bound():
            await Customer.bulk_create([Customer(id=ann.id, name=ann.name, phone=ann.phone)])
            assert (await Customer.get(id=ann.id)).phone == "1"


async def test_a_transaction_is_of_its_own_database(both: list[Database]) -> None:
    small, large = both

    with small.bound():
        async with small.transaction():
            await Note.create(text="x")
            with large.bound():
                assert not large.in_transaction
                assert await Note.all().count() == 0
            assert small.in_transaction
