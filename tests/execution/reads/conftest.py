"""The toy club on real databases."""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "schema"))

import pytest
from toy_desk import Desk, Platform
from toy_sets import compose

from guanxi.context import MerchantRef
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.schema.composed import ComposedSchema

composed = cache(compose)


@pytest.fixture
def app_set() -> Sequence[App]:
    return [App("club", "toy_models", None)]


@pytest.fixture
def desk_of(db: Database) -> Callable[..., Desk]:
    def made(number: int, schema: ComposedSchema) -> Desk:
        return Desk(db, MerchantRef(UUID(int=number), f"m{number}", f"M{number}"), schema, Platform(db))

    return made


@pytest.fixture
def desk(desk_of: Callable[..., Desk]) -> Desk:
    """The first merchant, with the badges plugin."""
    made: Desk = desk_of(1, composed("badges"))
    return made


@pytest.fixture
def other(desk_of: Callable[..., Desk]) -> Desk:
    """Another merchant."""
    made: Desk = desk_of(2, composed("badges"))
    return made
