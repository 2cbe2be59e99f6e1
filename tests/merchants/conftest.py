"""A platform that may open shops, and one shop opened by it, without roles."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.merchants import service
from guanxi.merchants.permissions import WRITE_MERCHANT


@dataclass
class Platform:
    """Transactions of the database, nothing else."""

    db: Database

    def transaction(self) -> AbstractAsyncContextManager[None]:
        return self.db.transaction()

    async def publish(self, ctx: Context, event: object) -> None:
        raise NotImplementedError

    async def command(self, ctx: Context, name: str, value: object, *, key: str) -> Any:
        raise NotImplementedError

    async def facts(self, ctx: Context, name: str, customer_ids: Any) -> list[Any]:
        raise NotImplementedError


@pytest.fixture
def app_set() -> list[App]:
    return [App(label, f"guanxi.{label}.models", f"guanxi.{label}.migrations") for label in ("audit", "merchants")]


@pytest.fixture
def platform_ctx(db: Database) -> Context:
    nowhere = MerchantRef(uuid7(), "", "")
    moment = datetime(2026, 11, 1, 12, tzinfo=UTC)
    return Context(Principal(nowhere, Actor("platform", "cli")), Platform(db), "r1", clock=lambda: moment)


@pytest.fixture
def open_shop(platform_ctx: Context) -> Callable[..., Awaitable[Context]]:
    """Open a shop; the context is that of somebody who may change its settings."""

    async def opened(slug: str, **settings: Any) -> Context:
        new = service.NewMerchant(slug=slug, name=slug.title(), **settings)
        row = await service.create_merchant(platform_ctx, new, then=nothing)
        actor = Actor("token", "t", frozenset({WRITE_MERCHANT}))
        return replace(platform_ctx, principal=Principal(service.ref_of(row), actor), loaders={})

    return opened


async def nothing(ctx: Context) -> None:
    """What a shop needs at least."""
