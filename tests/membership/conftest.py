"""Membership on a real database, through an installation's platform."""

import dataclasses
from collections.abc import AsyncIterator

import pytest

from guanxi import app
from guanxi.app import Installation
from guanxi.context import Context
from guanxi.customers import service as customers
from guanxi.customers.models import Customer
from guanxi.customers.service import NewCustomer
from guanxi.db.merchant import acting_for
from guanxi.merchants import service as merchants
from guanxi.merchants.service import NewMerchant
from guanxi.plugins import outbox
from guanxi.settings import Settings
from guanxi.staff import service as staff


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it does is tested here, not how fast: on a busy machine a handler may take longer."""
    monkeypatch.setattr(outbox, "INLINE_SECONDS", 10.0)


@pytest.fixture
async def installation(database_settings: Settings) -> AsyncIterator[Installation]:
    async with app.running(database_settings, work=False) as opened:
        yield opened


@pytest.fixture
async def ctx(installation: Installation) -> AsyncIterator[Context]:
    """The platform acting for a shop that has membership enabled."""
    root = Context(staff.platform_principal(), installation.platform, request_id="test")
    row = await staff.found_merchant(root, NewMerchant(slug="tea", name="tea"))
    principal = dataclasses.replace(staff.platform_principal(merchants.ref_of(row)), plugins=frozenset({"membership"}))
    with acting_for(row.id):
        inside = dataclasses.replace(root, principal=principal)
        schema = await installation.platform.schema_for({"membership"})
        yield dataclasses.replace(inside, schema=schema)


@pytest.fixture
async def customer(ctx: Context) -> Customer:
    return await customers.create_customer(ctx, NewCustomer({"display_name": "王伟"}))
