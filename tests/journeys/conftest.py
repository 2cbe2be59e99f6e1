"""Whole installations as their users meet them: real server processes, real databases, tokens and HTTP."""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "journeys"), str(TESTS / "clients")]

from client_packages import node, packages  # noqa: E402 - found through the path above
from journey_servers import Caller, House, ServerProcess, Shop, new_client, open_shops, serving  # noqa: E402 - as above

from guanxi.app import app_set as installed_apps  # noqa: E402 - beside the others
from guanxi.settings import Settings  # noqa: E402 - as above
from guanxi.testing import counts  # noqa: E402 - as above
from guanxi.testing.databases import Templates  # noqa: E402 - as above
from guanxi.testing.server import Server  # noqa: E402 - as above

__all__ = ["node", "packages"]

SHOPS = 40


@pytest.fixture(scope="session")
def houses(
    templates: Templates, postgres: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], House]]:
    """``houses("sqlite")``: the house of a database, whose two processes serve until the run ends.

    Tests share it, each with shops of its own: no merchant sees another. Whoever ends a process takes ``serve``.
    """
    made: dict[str, House] = {}
    with ExitStack() as stack:

        def house_of(dialect: str) -> House:
            if dialect not in made:
                made[dialect] = stack.enter_context(_open_house(templates, dialect, tmp_path_factory.mktemp(dialect)))
            return made[dialect]

        yield house_of


@contextmanager
def _open_house(templates: Templates, dialect: str, folder: Path) -> Iterator[House]:
    template = templates.template(dialect, installed_apps())
    plugins = folder / "plugins"
    plugins.mkdir()
    if dialect == "sqlite":
        settings = Settings(database_url=f"sqlite://{shutil.copyfile(template, folder / 'guanxi.db')}")
    else:
        asyncio.run(templates.server().create("house", template))
        settings = templates.settings("house")
    shops = iter(open_shops(settings, SHOPS))
    with serving(settings, folder, 2, GUANXI_PLUGIN_DIRS=json.dumps([str(plugins)])) as (first, second):
        yield House(settings, folder, plugins, (first, second), shops)


@pytest.fixture(params=counts.DATABASES)
def house(request: pytest.FixtureRequest, houses: Callable[[str], House]) -> House:
    """Two processes on one database, which other tests use too."""
    return houses(request.param)


@pytest.fixture
def tea(house: House) -> Shop:
    """A merchant without any plugin."""
    return house.new_shop()


@pytest.fixture
def silk(house: House) -> Shop:
    """Another merchant."""
    return house.new_shop()


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    """Asks over HTTP."""
    async with new_client() as http:
        yield Caller(http)


@pytest.fixture
def shop(database_settings: Settings) -> Shop:
    """A merchant in a database of the test's own."""
    return open_shops(database_settings, 1)[0]


@pytest.fixture
def serve(database_settings: Settings, tmp_path: Path) -> Iterator[Callable[[], ServerProcess]]:
    """Starts one more process on the test's own database, which the test may end."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(serving(database_settings, tmp_path))[0]
