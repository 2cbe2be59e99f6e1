"""Plugins that come while the server runs: their models, their tables, their walls."""

import sys
import types
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from tea_shop.models import Customer
from tortoise import fields
from tortoise.exceptions import ConfigurationError

from guanxi.db import migrations, models
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.db.models import MerchantModel
from guanxi.settings import Settings


@pytest.fixture
def late() -> Iterator[types.ModuleType]:
    """A one-file plugin: a shelf and the tins on it."""
    found = sys.modules["late_models"] = types.ModuleType("late_models")

    class Tin(MerchantModel):
        shelf: Any = fields.ForeignKeyField("late.Shelf", related_name="tins", on_delete=fields.CASCADE)

        class Meta:
            table = "late_tin"

    class Shelf(MerchantModel):
        owner: Any = fields.ForeignKeyField("shop.Customer", related_name=False, null=True)
        name = fields.CharField(max_length=20)

        class Meta:
            table = "late_shelf"

    found.__dict__.update(Tin=Tin, Shelf=Shelf)
    yield found
    del sys.modules["late_models"]


LATE = App("late", "late_models")


async def test_an_app_is_learnt_and_its_tables_made_while_serving(
    db: Database, late: types.ModuleType, tea: UUID, coffee: UUID
) -> None:
    await db.add_app(LATE)
    assert await migrations.create_tables(db, "late") == ["late_shelf", "late_tin"]
    assert await migrations.create_tables(db, "late") == []

    for merchant in (tea, coffee):
        with acting_for(merchant):
            ann = await Customer.create(name="ann")
            shelf = await late.Shelf.create(name="top", owner=ann)
            await late.Tin.create(shelf=shelf)
    with acting_for(tea):
        assert len(await late.Shelf.all().prefetch_related("tins", "owner")) == 1
        assert await late.Tin.filter(shelf__name="top").count() == 1


async def test_new_tables_have_walls_at_once(
    db: Database, late: types.ModuleType, tea: UUID, coffee: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await db.add_app(LATE)
    await migrations.create_tables(db, "late")
    await db.refresh_walls()
    with acting_for(coffee):
        await late.Shelf.create(name="theirs")

    monkeypatch.setattr(models, "FILTER", False)

    with acting_for(tea):
        assert await late.Shelf.all().count() == 0
        assert await db.fetch("SELECT name FROM late_shelf") == []


async def test_an_app_is_added_once(db: Database, late: types.ModuleType) -> None:
    await db.add_app(LATE)

    with pytest.raises(ConfigurationError, match="already"):
        await db.add_app(LATE)


async def test_children_come_before_the_tables_they_point_to(db: Database, late: types.ModuleType) -> None:
    await db.add_app(LATE)

    assert [model.__name__ for model in db.models_of("late")] == ["Tin", "Shelf"]
    assert db.models_of("unknown") == []


async def test_a_server_starts_before_a_plugins_tables_are_made(
    database_settings: Settings, app_set: list[App], late: types.ModuleType
) -> None:
    db = Database(database_settings, [*app_set, LATE])

    await db.open()
    await db.close()


async def test_walls_follow_a_table_that_gets_a_column(db: Database, tea: UUID) -> None:
    with acting_for(tea):
        await Customer.create(name="ann")
        owner = Database(db.settings, db.apps, role="owner")
        await owner.open()
        await owner.execute("ALTER TABLE customer ADD COLUMN city TEXT")
        await owner.close()

        assert await db.fetch("SELECT name, city FROM customer") == [{"name": "ann", "city": None}]
        async with db.transaction():
            await db.execute("UPDATE customer SET city = 'Hangzhou'")
        assert await db.fetch("SELECT city FROM customer") == [{"city": "Hangzhou"}]
