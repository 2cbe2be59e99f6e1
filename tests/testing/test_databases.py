"""Each test that takes ``db`` has a migrated database of its own, on both kinds."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.merchants.models import Merchant

PLACES = {"sqlite": "guanxi.db", "postgres": "test_"}


@pytest.fixture
def app_set() -> Sequence[App]:
    return [App("merchants", "guanxi.merchants.models", "guanxi.merchants.migrations")]


@pytest.mark.parametrize("turn", [1, 2])
async def test_a_test_finds_nothing_that_another_wrote(db: Database, turn: int) -> None:
    assert await Merchant.all() == []

    await Merchant.create(slug="tea", name="茶", created_at=datetime.now(UTC))


async def test_the_database_is_the_kind_that_the_test_names(db: Database, request: pytest.FixtureRequest) -> None:
    assert db.dialect in request.node.name
    assert PLACES[db.dialect] in db.settings.database_url
