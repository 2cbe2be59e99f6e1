"""A shop of a running installation, its customers, and searches among them."""

import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from guanxi import app
from guanxi.app import Installation
from guanxi.context import Context
from guanxi.customers import service as customers
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.service import NewCustomer
from guanxi.db.merchant import acting_for
from guanxi.execution import operations
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.execution.sql import Statement
from guanxi.merchants import service as merchants
from guanxi.merchants.service import NewMerchant
from guanxi.plugins import service as plugins
from guanxi.quality.service import search
from guanxi.settings import Settings
from guanxi.staff import service as staff


@dataclass
class Shop:
    """A merchant with membership enabled, as one who may do everything sees it."""

    ctx: Context
    opened: Installation

    async def customer(self, name: str, *phones: str, **fields: Any) -> UUID:
        contacts = [NewContact("email" if "@" in one else "phone", one) for one in phones]
        new = NewCustomer({"display_name": name, **fields}, contacts)
        return (await customers.create_customer(self.ctx, new)).id

    async def found(self, query: str, ctx: Context | None = None) -> set[UUID]:
        """Whom a search finds."""
        ctx = ctx or self.ctx
        statement = Statement(ctx.platform.dialect)
        mine = f't."merchant_id" = {statement.bind(ctx.merchant.id)}'
        said = search.write_condition(ctx, statement, "t", query)
        rows = await ctx.platform.fetch(f'SELECT t.id FROM "customer" t WHERE {mine} AND {said}', statement.params)
        return {UUID(bytes=row["id"]) if isinstance(row["id"], bytes) else UUID(int=row["id"].int) for row in rows}

    async def ask(self, document: str, *, by: Context | None = None, **variables: Any) -> Answer:
        """One operation in a context of its own."""
        ctx = dataclasses.replace(by or self.ctx, loaders={})
        return await operations.run(GraphQLRequest(query=document, variables=variables), ctx)

    async def told(self, document: str, **variables: Any) -> Any:
        """The data of an operation without errors."""
        answer = await self.ask(document, **variables)
        assert not answer.errors, answer.errors
        return answer.data

    def without(self, *missing: str) -> Context:
        """The same shop for an actor who lacks some permissions."""
        principal = self.ctx.principal
        actor = dataclasses.replace(principal.actor, permissions=principal.actor.permissions - set(missing))
        return dataclasses.replace(self.ctx, principal=dataclasses.replace(principal, actor=actor), loaders={})


@pytest.fixture
async def installation(database_settings: Settings) -> AsyncIterator[Installation]:
    async with app.running(database_settings, work=False) as opened:
        yield opened


async def open_shop(opened: Installation, slug: str) -> Shop:
    root = Context(staff.platform_principal(), opened.platform, request_id="test")
    row = await staff.found_merchant(root, NewMerchant(slug=slug, name=slug))
    ref = merchants.ref_of(row)
    principal = dataclasses.replace(staff.platform_principal(ref), plugins=frozenset({"membership"}))
    schema = await opened.platform.schema_for({"membership"})
    ctx = dataclasses.replace(root, principal=principal, schema=schema)
    with acting_for(ref.id):
        await plugins.enable(ctx, opened.platform, "membership")
    return Shop(ctx, opened)


@pytest.fixture
async def shop(installation: Installation) -> AsyncIterator[Shop]:
    """Shop A, bound for the whole test."""
    made = await open_shop(installation, "tea-a")
    with acting_for(made.ctx.merchant.id):
        yield made


@pytest.fixture
async def other(installation: Installation) -> Shop:
    """Shop B; bind it in the test."""
    return await open_shop(installation, "tea-b")


@pytest.fixture
def ctx(shop: Shop) -> Context:
    return shop.ctx
