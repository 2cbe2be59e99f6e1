"""A shop with membership enabled, on a running installation; its clock stands still."""

import dataclasses
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guanxi import app
from guanxi.app import Installation
from guanxi.context import Context
from guanxi.db.merchant import acting_for
from guanxi.execution import operations
from guanxi.execution.request import GraphQLRequest
from guanxi.merchants import service as merchants
from guanxi.merchants.service import NewMerchant
from guanxi.settings import Settings
from guanxi.staff import service as staff

sys.path.insert(0, str(Path(__file__).parent))
NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)


@pytest.fixture
async def installation(database_settings: Settings) -> AsyncIterator[Installation]:
    async with app.running(database_settings, work=False) as opened:
        yield opened


@pytest.fixture
async def open_shop(installation: Installation) -> Callable[[str], Awaitable[Context]]:
    """The platform acting for a new shop that has membership enabled; bind the merchant in the test."""

    async def opened(slug: str) -> Context:
        root = Context(staff.platform_principal(), installation.platform, request_id="test", clock=lambda: NOON)
        row = await staff.found_merchant(root, NewMerchant(slug=slug, name=slug))
        principal = staff.platform_principal(merchants.ref_of(row))
        principal = dataclasses.replace(principal, plugins=frozenset({"membership"}), epoch=row.epoch)
        schema = await installation.platform.schema_for({"membership"})
        return dataclasses.replace(root, principal=principal, schema=schema)

    return opened


@pytest.fixture
async def ctx(open_shop: Callable[[str], Awaitable[Context]]) -> AsyncIterator[Context]:
    """Shop A, bound for the whole test."""
    made = await open_shop("tea-a")
    with acting_for(made.merchant.id):
        yield made


@pytest.fixture
def ask(ctx: Context) -> Callable[..., Awaitable[Any]]:
    """The answer's data; ``by`` is another actor's context."""

    async def asked(document: str, by: Context | None = None, **variables: Any) -> Any:
        asking = dataclasses.replace(by or ctx, loaders={})
        answer = await operations.run(GraphQLRequest(document, variables=variables), asking)
        assert not answer.errors, answer.errors
        return answer.data

    return asked
