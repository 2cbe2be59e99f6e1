"""Whole installations as their users meet them: real server processes, real databases, tokens and HTTP."""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

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


class Towns:
    """A migrated database with shops for each kind of database, to be copied."""

    def __init__(self, templates: Templates) -> None:
        self.templates = templates
        self.made: dict[str, tuple[str, list[Shop]]] = {}

    def shops(self, dialect: str) -> list[Shop]:
        """Merchants without any plugin; every copy has the same."""
        return self._town(dialect)[1]

    def copy(self, dialect: str, folder: Path) -> Settings:
        """How to reach a copy of one's own."""
        name, _ = self._town(dialect)
        if dialect == "sqlite":
            copy = shutil.copyfile(name, folder / "guanxi.db")
            shutil.copy(f"{name}.keys", f"{copy}.keys")  # with its mode
            return Settings(database_url=f"sqlite://{copy}")
        return self._create(name)

    def _town(self, dialect: str) -> tuple[str, list[Shop]]:
        if dialect not in self.made:
            template = self.templates.template(dialect, installed_apps())
            if dialect == "sqlite":
                name = str(shutil.copyfile(template, Path(template).with_name("town.db")))  # others copy the template
                shutil.copy(f"{template}.keys", f"{name}.keys")
                settings = Settings(database_url=f"sqlite://{name}")
            else:
                settings = self._create(template)
                name = urlsplit(settings.database_url).path.lstrip("/")
            self.made[dialect] = name, open_shops(settings, SHOPS)
        return self.made[dialect]

    def _create(self, template: str) -> Settings:
        name = f"journey_{next(self.templates.numbers)}"
        asyncio.run(self.templates.server().create(name, template))
        return self.templates.settings(name)


@pytest.fixture(scope="session")
def towns(templates: Templates, postgres: Server) -> Towns:
    """Databases to copy. The server is asked for here, so that it outlives whoever uses them."""
    return Towns(templates)


@pytest.fixture(scope="session")
def houses(towns: Towns, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], House]]:
    """``houses("sqlite")``: the house of a database, whose two processes serve until the run ends.

    Tests share it, each with shops of its own: no merchant sees another. Whoever ends a process takes ``serve``.
    """
    made: dict[str, House] = {}
    with ExitStack() as stack:

        def house_of(dialect: str) -> House:
            if dialect not in made:
                made[dialect] = stack.enter_context(_open_house(towns, dialect, tmp_path_factory.mktemp(dialect)))
            return made[dialect]

        yield house_of


@contextmanager
def _open_house(towns: Towns, dialect: str, folder: Path) -> Iterator[House]:
    settings, shops = towns.copy(dialect, folder), iter(towns.shops(dialect))
    plugins = folder / "plugins"
    plugins.mkdir()
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


@pytest.fixture(params=counts.DATABASES)
def database_settings(request: pytest.FixtureRequest, towns: Towns, tmp_path: Path) -> Settings:
    """A database of the test's own, with shops."""
    return towns.copy(request.param, tmp_path)


@pytest.fixture
def shop(database_settings: Settings, towns: Towns) -> Shop:
    """A merchant in the test's own database."""
    dialect = "sqlite" if database_settings.database_url.startswith("sqlite") else "postgres"
    return towns.shops(dialect)[0]


@pytest.fixture
def serve(database_settings: Settings, tmp_path: Path) -> Iterator[Callable[[], ServerProcess]]:
    """Starts one more process on the test's own database, which the test may end."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(serving(database_settings, tmp_path))[0]
