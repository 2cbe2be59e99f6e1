"""A running installation with two shops, seen by somebody who may do everything about privacy."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from guanxi import app
from guanxi.app import Installation
from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.customers import service as customers
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.rules.profile import Identity
from guanxi.db.merchant import acting_for
from guanxi.execution import operations
from guanxi.execution.request import GraphQLRequest
from guanxi.merchants import service as merchants
from guanxi.merchants.models import Merchant
from guanxi.permissions import Permission
from guanxi.plugins import enablement
from guanxi.plugins import service as plugins
from guanxi.settings import Settings
from guanxi.staff import service as staff
from guanxi.testing.clock import Clock

sys.path.insert(0, str(Path(__file__).parent))  # test modules import what stands beside them


@dataclass
class Shop:
    """A merchant, and whoever may do everything there but what is named."""

    opened: Installation
    ref: MerchantRef
    clock: Clock

    @contextmanager
    def acting(self) -> Iterator[None]:
        with acting_for(self.ref.id):
            yield

    async def ctx(self, *missing: str) -> Context:
        """As a request that arrives now would get it."""
        epoch = (await Merchant.get(id=self.ref.id)).epoch
        enabled = await enablement.plugins_of(self.ref.id, self.clock())
        actor = Actor("token", "t", frozenset(Permission.known) - set(missing))
        schema = await self.opened.platform.schema_for(enabled)
        principal = Principal(self.ref, actor, enabled, epoch)
        return Context(principal, self.opened.platform, "r1", clock=self.clock, schema=schema)

    async def ask(self, document: str, *missing: str, **variables: Any) -> Any:
        """The data of an answer that has no errors."""
        with self.acting():
            answer = await operations.run(GraphQLRequest(document, variables=variables), await self.ctx(*missing))
        assert answer.errors == []
        return answer.data

    async def add_customer(self, name: str = "李雷") -> UUID:
        """A customer with a bit of everything; texts carry the name."""
        contacts = [
            NewContact("phone", "13800000001", source="form"),
            NewContact("email", f"{name}@shop.example"),
            NewContact("address", province="浙江", city="杭州", street=f"{name}路 1 号"),
        ]
        fields: Any = {"display_name": name, "given_name": name, "source": "form", "gender": "male"}
        new = customers.NewCustomer(fields, contacts, [Identity("taobao", f"tb-{name}")], [f"tag-{name}"])
        with self.acting():
            return (await customers.create_customer(await self.ctx(), new)).id

    async def enable(self, plugin: str) -> None:
        with self.acting():
            await plugins.enable(await self.ctx(), self.opened.platform, plugin)

    async def disable(self, plugin: str) -> None:
        with self.acting():
            await plugins.disable(await self.ctx(), self.opened.platform, plugin)


async def open_shop(opened: Installation, slug: str, clock: Clock) -> Shop:
    founder = Context(staff.platform_principal(), opened.platform, "r0", clock=clock)
    row = await staff.found_merchant(founder, merchants.NewMerchant(slug=slug, name=slug.title()))
    return Shop(opened, merchants.ref_of(row), clock)


@pytest.fixture
async def opened(database_settings: Settings) -> AsyncIterator[Installation]:
    """The whole installation, without a worker."""
    async with app.running(database_settings, work=False) as installation:
        with installation.db.bound():
            yield installation


@pytest.fixture
async def shop(opened: Installation, clock: Clock) -> AsyncIterator[Shop]:
    """Shop A, bound for the whole test."""
    found = await open_shop(opened, "tea-a", clock)
    with found.acting():
        yield found


@pytest.fixture
async def other(opened: Installation, clock: Clock) -> Shop:
    """Shop B."""
    return await open_shop(opened, "tea-b", clock)


@pytest.fixture
async def ctx(shop: Shop) -> Context:
    """Shop A, everything allowed."""
    return replace(await shop.ctx(), loaders={})
