"""Two shops on one database, whose actor may do everything with customers and their custom fields."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.customers import service as customers
from guanxi.customfields import permissions as _declared  # noqa: F401 - so that everything is allowed
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.execution import reads
from guanxi.permissions import Permission
from guanxi.schema.composed import ComposedSchema
from guanxi.testing.desk import BarePlatform, Desk

NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)
PARTS = ("files", "jobs", "merchants", "staff", "customers", "customfields")


@pytest.fixture
def app_set() -> Sequence[App]:
    return [App(name, f"guanxi.{name}.models", f"guanxi.{name}.migrations") for name in ("audit", *PARTS)]


@pytest.fixture
def open_shop(db: Database) -> Callable[[str], Desk]:
    def opened(slug: str) -> Desk:
        platform: Any = BarePlatform(db)
        principal = Principal(MerchantRef(uuid7(), slug, slug), Actor("token", "t", frozenset(Permission.known)))
        return Desk(Context(principal, platform, "r1", clock=lambda: NOON))

    return opened


@pytest.fixture
def shop(open_shop: Callable[[str], Desk]) -> Iterator[Desk]:
    """Shop A, bound for the whole test."""
    found = open_shop("tea-a")
    with found.acting():
        yield found


@pytest.fixture
def ctx(shop: Desk) -> Context:
    return shop.ctx


@pytest.fixture
async def buyer(ctx: Context) -> Any:
    """A customer of shop A."""
    return await customers.create_customer(ctx, customers.NewCustomer({"display_name": "李雷"}))


@pytest.fixture
def ask(ctx: Context) -> Any:
    """The answer's data, and no errors; ``by`` is the context of another actor."""
    parts = {name: import_module(f"guanxi.{name}.plugin").schema_part() for name in PARTS}
    schema = ComposedSchema(parts, {}, reads.bind)

    async def asked(document: str, by: Context | None = None, **variables: Any) -> Any:
        asking = replace(by or ctx, schema=schema, loaders={})
        answer = await schema.execute(document, variable_values=variables, context_value=asking)
        assert answer.errors is None, answer.errors
        return answer.data

    return asked
