"""A merchant whose deeds are recorded, on a database with nothing but the audit's tables."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for


@pytest.fixture
def app_set() -> Sequence[App]:
    return [
        App("merchants", "guanxi.merchants.models", "guanxi.merchants.migrations"),
        App("audit", "guanxi.audit.models", "guanxi.audit.migrations"),
    ]


@pytest.fixture
def ctx(db: Database) -> Iterator[Context]:
    """The merchant is bound."""
    platform: Any = db  # transactions are all that is asked of it
    merchant = MerchantRef(uuid7(), "shop", "Shop")
    with acting_for(merchant.id):
        yield Context(Principal(merchant, Actor("token", "t1")), platform, request_id="r1")
