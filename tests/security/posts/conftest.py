"""A merchant with units and posts, in a whole installation, on both databases."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))

from firm import Firm, open_firm

from guanxi import app
from guanxi.settings import Settings
from guanxi.testing import counts
from guanxi.testing.databases import Templates


@pytest.fixture(scope="module", params=counts.DATABASES)
def shared_settings(
    request: pytest.FixtureRequest, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A database for all tests of a module."""
    template = templates.template(request.param, app.app_set())
    if request.param == "sqlite":
        path = shutil.copyfile(template, tmp_path_factory.mktemp("firm") / "firm.db")
        shutil.copy(f"{template}.keys", f"{path}.keys")  # with its mode
        yield Settings(database_url=f"sqlite://{path}")
        return
    name = f"firm_{next(templates.numbers)}"
    asyncio.run(templates.server().create(name, template))
    yield templates.settings(name)
    asyncio.run(templates.server().drop(name))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def firm(shared_settings: Settings) -> AsyncIterator[Firm]:
    """Units without posts: each test opens posts of its own."""
    async with open_firm(shared_settings) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def staffed(firm: Firm) -> Firm:
    """Posts with a customer each: ``lin`` and ``wu`` in the east, ``zhou`` at the east's counter, ``ma`` in the west.

    ``east`` sees its unit, ``region`` what is under the east as well, ``boss`` everything. ``new`` has no customers.
    """
    for title, unit, scope in (
        ("lin", "east", "own"),
        ("wu", "east", "own"),
        ("zhou", "counter", "own"),
        ("ma", "west", "own"),
        ("new", "west", "own"),
        ("east", "east", "unit"),
        ("region", "east", "subtree"),
        ("boss", "head", "merchant"),
    ):
        await firm.open_post(title, unit, scope)
    for title in ("lin", "wu", "zhou", "ma"):
        await firm.customers_of(title, f"c-{title}")
    await firm.customers_of(None, "c-nobody")
    return firm
