"""A served shop."""

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from team_shop import Shop

from guanxi import app
from guanxi.context import Context
from guanxi.db.merchant import acting_for
from guanxi.merchants import service as merchants
from guanxi.settings import Settings
from guanxi.staff import service as staff
from guanxi.testing.clock import Clock


@pytest.fixture
async def shop(database_settings: Settings, clock: Clock) -> AsyncIterator[Shop]:
    async with app.running(database_settings, work=False) as opened:
        founder = Context(staff.platform_principal(), opened.platform, "r1", clock=clock)
        row = await staff.found_merchant(founder, merchants.NewMerchant(slug="tea-a", name="Tea"))
        with acting_for(row.id):
            ctx = replace(founder, principal=staff.platform_principal(merchants.ref_of(row)))
            yield Shop(opened, ctx, clock)
