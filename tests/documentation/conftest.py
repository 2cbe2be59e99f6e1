"""What the documentation is compared with: the schemas of the core, of each bundled plugin, and of all."""

import asyncio
from pathlib import Path

import pytest

from guanxi.schema.composed import ComposedSchema
from guanxi.testing import reference, schemas


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def composed() -> dict[str, ComposedSchema]:
    """By the plugin's id, and ``core`` and ``all``."""
    plugins = reference.bundled_plugins()
    return asyncio.run(schemas.compose({"core": [], **{one: [one] for one in plugins}, "all": plugins}))
