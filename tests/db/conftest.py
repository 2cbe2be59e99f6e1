"""A small shop and its points, on both databases."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest

APPS = Path(__file__).parent / "example_apps"
sys.path.insert(0, str(APPS))

from tea_points.models import Account  # noqa: E402 - found through the path above
from tea_shop.models import Customer, Interaction, Kind  # noqa: E402 - as above

from guanxi.db import models  # noqa: E402 - beside the others
from guanxi.db.apps import App  # noqa: E402 - as above
from guanxi.db.merchant import acting_for  # noqa: E402 - as above
from guanxi.testing.clock import START  # noqa: E402 - as above


@pytest.fixture
def app_set() -> Sequence[App]:
    """Without migrations: the tables are made from the models."""
    return [App("shop", "tea_shop.models"), App("points", "tea_points.models")]


@pytest.fixture
def tea() -> UUID:
    """A merchant."""
    return UUID(int=0xA)


@pytest.fixture
def coffee() -> UUID:
    """Another merchant."""
    return UUID(int=0xB)


@pytest.fixture
def without_filter() -> Iterator[Callable[[], None]]:
    """Call it: the application's own filter is off for the rest of the test."""

    def switch() -> None:
        models.FILTER = False

    yield switch
    models.FILTER = True


@pytest.fixture
def join() -> Callable[[UUID, str], object]:
    """``await join(merchant, name)``: a customer with an interaction and an account."""

    async def joined(merchant: UUID, name: str) -> Customer:
        with acting_for(merchant):
            customer = await Customer.create(name=name, phone=f"1{name}")
            await Interaction.create(customer=customer, kind=Kind.VISIT, happened_at=START)
            await Account.create(customer=customer, balance=5)
            return customer

    return joined
