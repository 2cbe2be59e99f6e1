"""Two shops on one database, each with an actor who may do everything with interactions, and some customers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.customers.models import Customer
from guanxi.customers.permissions import READ_CUSTOMERS, WRITE_CUSTOMERS
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.interactions import permissions
from guanxi.interactions.rules.facts import NewInteraction
from guanxi.permissions import SIGNED_IN
from guanxi.testing.desk import BarePlatform, Desk

NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)
EVERYTHING = frozenset(
    {
        SIGNED_IN,
        READ_CUSTOMERS,
        WRITE_CUSTOMERS,
        permissions.READ_INTERACTIONS,
        permissions.RECORD_INTERACTIONS,
        permissions.VOID_INTERACTIONS,
        permissions.IMPORT_INTERACTIONS,
    }
)


@dataclass
class Shop(Desk):
    """With customers."""

    async def customers(self, count: int) -> list[UUID]:
        """New customers' ids."""
        made = [Customer(id=uuid7(), display_name=f"c{n}", created_at=NOON, updated_at=NOON) for n in range(count)]
        await Customer.bulk_create(made)
        return [one.id for one in made]


def shop_of(platform: Any, merchant: MerchantRef) -> Shop:
    principal = Principal(merchant, Actor("token", "t", EVERYTHING))
    return Shop(Context(principal, platform, "r1", clock=lambda: NOON))


def open_shop(db: Database, slug: str, **settings: Any) -> Shop:
    return shop_of(BarePlatform(db), MerchantRef(uuid7(), slug, slug.title(), **settings))


@pytest.fixture
def app_set() -> Sequence[App]:
    return [
        App(name, f"guanxi.{name}.models", f"guanxi.{name}.migrations")
        for name in ("staff", "customers", "interactions")
    ]


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
def open_another(db: Database) -> Callable[..., Shop]:
    """Another shop with settings of its own; bind it in the test."""
    return lambda slug, **settings: open_shop(db, slug, **settings)


@pytest.fixture
def cdnow_shop(open_another: Callable[..., Shop]) -> Iterator[Shop]:
    """The shop that the real file is about, bound for the whole test."""
    found = open_another("cdnow", timezone="America/New_York", currency="USD")
    with found.acting():
        yield found


@pytest.fixture
def ctx(shop: Shop) -> Context:
    """Shop A, everything allowed."""
    return shop.ctx


@pytest.fixture
async def customer(shop: Shop) -> UUID:
    """A customer of shop A."""
    return (await shop.customers(1))[0]


@pytest.fixture
def new(customer: UUID) -> Callable[..., NewInteraction]:
    """A purchase of the customer for 10 yuan, at noon in Shanghai, unless said otherwise."""

    def made(**said: Any) -> NewInteraction:
        values = {"customer_id": customer, "kind": "purchase", "occurred_at": NOON, "amount_minor": 1000, **said}
        return NewInteraction(**values)

    return made


@pytest.fixture(scope="session")
def cdnow() -> Path:
    """The real file: 69,659 purchases. Found without importing the package, which needs others."""
    spec = find_spec("lifetimes")
    assert spec is not None, "run: pip install lifetimes==0.11.3 --no-deps"
    return Path(next(iter(spec.submodule_search_locations or ()))) / "datasets" / "CDNOW_master.txt"


@pytest.fixture
def part_of(cdnow: Path, tmp_path: Path) -> Callable[[int], Path]:
    """The first purchases of the real file as a file of their own."""

    def cut(rows: int) -> Path:
        path = tmp_path / f"cdnow-{rows}.txt"
        path.write_bytes(b"".join(cdnow.read_bytes().splitlines(keepends=True)[: rows + 1]))
        return path

    return cut
