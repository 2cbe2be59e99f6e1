"""Two shops of one shape in one installation, on both databases, seeded once and copied for each test."""

import asyncio
import copy
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))

from fuzz_shops import Shop, new_shops, seed
from fuzz_world import World, open_world

from guanxi import app
from guanxi.db.apps import App
from guanxi.settings import Settings
from guanxi.testing import counts
from guanxi.testing.databases import Templates

Shops = tuple[Shop, Shop]
Open = Callable[..., AsyncIterator[World]]


@dataclass
class Seeded:
    """A database with both shops for each kind, to be copied."""

    templates: Templates
    folder: Path
    made: dict[str, tuple[str, Shops]] = field(default_factory=dict)

    def shops(self, dialect: str, apps: Sequence[App]) -> tuple[str, Shops]:
        """The name or path of the seeded database, and the shops in it."""
        if dialect not in self.made:
            name = self._make(dialect, self.templates.template(dialect, apps))
            self.made[dialect] = name, asyncio.run(self._seed(self.settings(dialect, name)))
        return self.made[dialect]

    def copy(self, dialect: str, name: str, to: Path) -> Settings:
        """A database of its own for one test."""
        if dialect == "sqlite":
            return self.settings(dialect, str(shutil.copyfile(name, to / "shops.db")))
        fresh = f"shops_{next(self.templates.numbers)}"
        asyncio.run(self.templates.server().create(fresh, name))
        return self.settings(dialect, fresh)

    def settings(self, dialect: str, name: str) -> Settings:
        if dialect == "sqlite":
            return Settings(database_url=f"sqlite://{name}", key_file=self.folder / "shops.keys")
        return self.templates.settings(name)

    def _make(self, dialect: str, template: str) -> str:
        if dialect == "sqlite":
            shutil.copy(f"{template}.keys", self.folder / "shops.keys")  # with its mode
            return str(shutil.copyfile(template, self.folder / "shops.db"))
        asyncio.run(self.templates.server().create("shops", template))
        return "shops"

    async def _seed(self, settings: Settings) -> Shops:
        a, b = new_shops()
        async with app.running(settings, work=False) as opened:
            assert opened.host.faults == {}
            for shop in (a, b):  # B last, so that nothing of A is newest
                await seed(opened, shop, self.folder)
        return a, b


@pytest.fixture(scope="session")
def seeded(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    return Seeded(templates, tmp_path_factory.mktemp("shops"))


@pytest.fixture(params=counts.DATABASES)
def shops_settings(
    request: pytest.FixtureRequest, seeded: Seeded, app_set: Sequence[App], tmp_path: Path
) -> Iterator[tuple[Settings, Shops]]:
    name, shops = seeded.shops(request.param, app_set)
    settings = seeded.copy(request.param, name, tmp_path)
    yield settings, copy.deepcopy(shops)
    if request.param == "postgres":
        asyncio.run(seeded.templates.server().drop(settings.database_url.rpartition("/")[2]))


@pytest.fixture(scope="module", params=counts.DATABASES)
def shared_settings(
    request: pytest.FixtureRequest, seeded: Seeded, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Settings, Shops]]:
    name, shops = seeded.shops(request.param, app.app_set())
    settings = seeded.copy(request.param, name, tmp_path_factory.mktemp("shared"))
    yield settings, copy.deepcopy(shops)
    if request.param == "postgres":
        asyncio.run(seeded.templates.server().drop(settings.database_url.rpartition("/")[2]))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    shared_settings: tuple[Settings, Shops], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A ``world`` for the tests of one module, each of which leaves it as it was."""
    settings, shops = shared_settings
    folder = tmp_path_factory.mktemp("shared")
    async with app.running(settings, work=False) as opened, open_world(opened, shops, folder) as made:
        yield made


@pytest.fixture
async def world(shops_settings: tuple[Settings, Shops], tmp_path: Path) -> AsyncIterator[World]:
    """The installation as it is served: core and every bundled plugin."""
    settings, shops = shops_settings
    async with app.running(settings, work=False) as opened, open_world(opened, shops, tmp_path) as made:
        yield made
