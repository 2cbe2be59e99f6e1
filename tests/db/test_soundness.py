"""Models that cannot be scoped are refused before their first query, and leave nothing behind."""

import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest
from tea_shop.models import Customer
from tortoise import Model, fields
from tortoise.exceptions import ConfigurationError
from tortoise.manager import Manager

from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import IdField
from guanxi.db.models import MerchantModel, PlatformModel


class Plan(PlatformModel):
    """Every odd app has one."""

    id = IdField(primary_key=True)

    class Meta:
        table = "odd_plan"


def plain() -> type[Model]:
    class Odd(Model):
        id = IdField(primary_key=True)

    return Odd


def many() -> type[Model]:
    class Odd(MerchantModel):
        friends: Any = fields.ManyToManyField("odd.Odd", related_name="of")

    return Odd


def to_tenant() -> type[Model]:
    class Odd(PlatformModel):
        id = IdField(primary_key=True)
        best: Any = fields.ForeignKeyField("shop.Customer", related_name=False)

    return Odd


def reverse() -> type[Model]:
    class Odd(MerchantModel):
        plan: Any = fields.ForeignKeyField("odd.Plan", related_name="odds")

    return Odd


def unchecked() -> type[Model]:
    class Odd(MerchantModel):
        customer: Any = fields.ForeignKeyField("shop.Customer", related_name="odds", db_constraint=False)

    return Odd


def other_key() -> type[Model]:
    class Odd(MerchantModel):
        customer: Any = fields.ForeignKeyField("shop.Customer", related_name="odds", to_field="phone")

    return Odd


def replaced_manager() -> type[Model]:
    class Odd(MerchantModel):
        pass

    Odd._meta.manager = Manager(Odd)
    return Odd


def second_manager() -> type[Model]:
    class Odd(MerchantModel):
        everything = Manager()

    return Odd


def other_merchant() -> type[Model]:
    class Odd(MerchantModel):
        merchant_id = fields.CharField(max_length=36)

    return Odd


def renamed_merchant() -> type[Model]:
    class Odd(MerchantModel):
        merchant_id = IdField(source_field="shop")

    return Odd


def open_merchant() -> type[Model]:
    class Odd(PlatformModel):
        id = IdField(primary_key=True)
        merchant_id = IdField()

    return Odd


ODD = [
    plain,
    many,
    to_tenant,
    reverse,
    unchecked,
    other_key,
    replaced_manager,
    second_manager,
    other_merchant,
    renamed_merchant,
    open_merchant,
]


@pytest.fixture
def module() -> Iterator[types.ModuleType]:
    found = sys.modules["odd_models"] = types.ModuleType("odd_models")
    yield found
    del sys.modules["odd_models"]


@pytest.mark.parametrize("make", ODD, ids=lambda make: str(make.__name__))
async def test_a_model_that_cannot_be_scoped_is_refused(
    database_settings: Any, app_set: list[App], module: types.ModuleType, make: Any
) -> None:
    module.__dict__.update(Plan=Plan, Odd=make())
    db = Database(database_settings, [*app_set, App("odd", "odd_models")])

    with pytest.raises(ConfigurationError, match="Odd"):
        await db.open()


@pytest.mark.parametrize("make", [unchecked, many, reverse], ids=lambda make: str(make.__name__))
async def test_a_refused_app_leaves_no_trace(db: Database, module: types.ModuleType, make: Any) -> None:
    before = set(Customer._meta.fields_map)
    module.__dict__.update(Plan=Plan, Odd=make())

    with pytest.raises(ConfigurationError, match="Odd"):
        await db.add_app(App("odd", "odd_models"))

    assert not db.has_app("odd")
    assert db.models_of("odd") == []
    assert set(Customer._meta.fields_map) == before


async def test_the_scope_is_inherited_by_every_generation(db: Database, module: types.ModuleType) -> None:
    class Parent(MerchantModel):
        name = fields.CharField(max_length=20)

        class Meta:
            abstract = True

    class Odd(Parent):
        class Meta:
            table = "odd_child"
            manager = Manager()

    module.__dict__.update(Odd=Odd)
    await db.add_app(App("odd", "odd_models"))

    with pytest.raises(RuntimeError, match="no merchant is bound"):
        await Odd.all()
