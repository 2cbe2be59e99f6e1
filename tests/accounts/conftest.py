"""A shop whose staff sign in."""

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from account_house import House

from guanxi.context import Context
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.merchants import service as merchants
from guanxi.staff import service as staff
from guanxi.testing.clock import Clock
from guanxi.testing.desk import BarePlatform


@pytest.fixture
def app_set() -> list[App]:
    labels = ("audit", "merchants", "staff", "accounts")
    return [App(label, f"guanxi.{label}.models", f"guanxi.{label}.migrations") for label in labels]


@pytest.fixture
async def house(db: Database, clock: Clock) -> AsyncIterator[House]:
    founder = Context(staff.platform_principal(), BarePlatform(db), "r1", clock=clock)
    row = await staff.found_merchant(founder, merchants.NewMerchant(slug="tea-a", name="Tea"))
    principal = staff.platform_principal(merchants.ref_of(row))
    with acting_for(row.id):
        yield House(db, replace(founder, principal=principal), clock)
