"""Two shops on one database, each with an actor who may do everything with customers."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.customers import permissions
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.permissions import SIGNED_IN

NOON = datetime(2026, 11, 1, 4, tzinfo=UTC)
EVERYTHING = frozenset(
    {
        SIGNED_IN,
        permissions.READ_CUSTOMERS,
        permissions.WRITE_CUSTOMERS,
        permissions.READ_CONTACTS,
        permissions.WRITE_CONTACTS,
        permissions.WRITE_TAGS,
    }
)


@dataclass
class Platform:
    """Transactions of the database; events are collected, no plugin is there to answer."""

    db: Database
    events: list[Any] = field(default_factory=list)
    cursor_key: bytes = b"k" * 32

    def transaction(self) -> AbstractAsyncContextManager[None]:
        return self.db.transaction()

    def reading(self) -> AbstractAsyncContextManager[None]:
        return self.db.reading()

    @property
    def dialect(self) -> str:
        return self.db.dialect

    async def fetch(self, sql: str, params: Any) -> list[dict[str, Any]]:
        return await self.db.fetch(sql, params)

    async def publish(self, ctx: Context, event: object) -> None:
        self.events.append(event)


@dataclass
class Shop:
    """A merchant as one of its actors sees it."""

    ctx: Context
    events: list[Any]

    @contextmanager
    def acting(self) -> Iterator[Context]:
        with acting_for(self.ctx.merchant.id):
            yield self.ctx

    def without(self, *missing: str) -> Context:
        """The same shop for an actor who lacks some permissions."""
        actor = replace(self.ctx.actor, permissions=EVERYTHING - set(missing))
        return replace(self.ctx, principal=replace(self.ctx.principal, actor=actor), loaders={})


def open_shop(db: Database, slug: str) -> Shop:
    merchant = MerchantRef(uuid7(), slug, slug.title())
    principal = Principal(merchant, Actor("token", "t", EVERYTHING))
    platform: Any = Platform(db)
    return Shop(Context(principal, platform, "r1", clock=lambda: NOON), platform.events)


@pytest.fixture
def app_set() -> list[App]:
    """Customers need the tables of posts, which own them."""
    return [App(name, f"guanxi.{name}.models", f"guanxi.{name}.migrations") for name in ("staff", "customers")]


@pytest.fixture
def other(db: Database) -> Shop:
    """Shop B."""
    return open_shop(db, "tea-b")


@pytest.fixture
def shop(db: Database) -> Iterator[Shop]:
    """Shop A, bound for the whole test."""
    found = open_shop(db, "tea-a")
    with found.acting():
        yield found


@pytest.fixture
def ctx(shop: Shop) -> Context:
    """Shop A, everything allowed."""
    return shop.ctx
