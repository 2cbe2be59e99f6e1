"""Two shops on one database, each with an actor who may do everything with customers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.customers import permissions
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.permissions import SIGNED_IN
from guanxi.testing.desk import BarePlatform, Desk

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


def open_shop(db: Database, slug: str) -> Desk:
    merchant = MerchantRef(uuid7(), slug, slug.title())
    principal = Principal(merchant, Actor("token", "t", EVERYTHING))
    platform: Any = BarePlatform(db)
    return Desk(Context(principal, platform, "r1", clock=lambda: NOON))


@pytest.fixture
def app_set() -> list[App]:
    """Customers need the tables of posts, which own them."""
    return [App(name, f"guanxi.{name}.models", f"guanxi.{name}.migrations") for name in ("staff", "customers")]


@pytest.fixture
def other(db: Database) -> Desk:
    """Shop B."""
    return open_shop(db, "tea-b")


@pytest.fixture
def shop(db: Database) -> Iterator[Desk]:
    """Shop A, bound for the whole test."""
    found = open_shop(db, "tea-a")
    with found.acting():
        yield found


@pytest.fixture
def ctx(shop: Desk) -> Context:
    """Shop A, everything allowed."""
    return shop.ctx
