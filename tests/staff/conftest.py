"""Two shops, each opened by the platform with a first administrator token."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pytest

from guanxi.context import Context, Principal
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.merchants import service as merchants
from guanxi.merchants.schema import schema as merchant_schema
from guanxi.plugins import composing
from guanxi.schema.composed import ComposedSchema
from guanxi.staff import service
from guanxi.staff.models import Role
from guanxi.staff.schema import schema as staff_schema
from guanxi.testing.clock import Clock
from guanxi.testing.desk import BarePlatform


@dataclass
class Shop:
    """A merchant as its first administrator sees it."""

    db: Database
    ctx: Context
    text: str
    clock: Clock

    @cached_property
    def schema(self) -> ComposedSchema:
        return composing.schema_of({"merchants": merchant_schema, "staff": staff_schema}, {})

    def acting(self) -> Any:
        return acting_for(self.ctx.merchant.id)

    async def authenticate(self, text: str) -> Principal:
        return await service.authenticate(self.db, text, self.clock())

    async def epoch(self) -> int:
        return (await merchants.get_merchant(self.ctx)).epoch

    async def role_id(self, name: str) -> Any:
        return (await Role.get(name=name)).id

    async def token(self, role: str, **terms: Any) -> service.IssuedToken:
        return await service.create_token(self.ctx, name=f"a {role}", role_id=await self.role_id(role), **terms)

    async def ask(self, document: str, text: str = "", **variables: Any) -> Any:
        """The answer to one operation of the token (the administrator's unless given)."""
        ctx = replace(await self.ctx_of(text or self.text), schema=self.schema)
        with self.acting():
            return await self.schema.execute(document, variable_values=variables, context_value=ctx)

    async def ctx_of(self, text: str) -> Context:
        return replace(self.ctx, principal=await self.authenticate(text), loaders={})


@pytest.fixture
def app_set() -> list[App]:
    return [
        App(label, f"guanxi.{label}.models", f"guanxi.{label}.migrations") for label in ("audit", "merchants", "staff")
    ]


@pytest.fixture
def platform_of() -> Callable[[Database], BarePlatform]:
    return BarePlatform


@pytest.fixture
def platform_ctx(db: Database, clock: Clock) -> Context:
    return Context(service.platform_principal(), BarePlatform(db), "r1", clock=clock)


@pytest.fixture
def open_shop(db: Database, clock: Clock, platform_ctx: Context) -> Callable[[str], Any]:
    async def opened(slug: str) -> Shop:
        row = await service.found_merchant(platform_ctx, merchants.NewMerchant(slug=slug, name=slug.title()))
        founder = replace(platform_ctx, principal=service.platform_principal(merchants.ref_of(row)))
        with acting_for(row.id):
            role = await service.get_role(founder, "admin")
            text = (await service.create_token(founder, name="first", role_id=role.id)).text
        principal = await service.authenticate(db, text, clock())
        return Shop(db, replace(platform_ctx, principal=principal, loaders={}), text, clock)

    return opened


@pytest.fixture
async def shop(open_shop: Callable[[str], Any]) -> Shop:
    """Shop A. Bind it in the test: ``with shop.acting():``."""
    return await open_shop("tea-a")


@pytest.fixture
async def other(open_shop: Callable[[str], Any]) -> Shop:
    """Shop B."""
    return await open_shop("tea-b")
