"""The fixture ``db``: each test that takes it runs on SQLite and on a real PostgreSQL, on a database of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from guanxi.db import migrations
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.settings import Settings
from guanxi.testing import counts
from guanxi.testing import server as servers
from guanxi.testing.server import Server


@dataclass
class Templates:
    """Databases migrated once per set of apps, to be copied for each test."""

    folder: Path
    server: Callable[[], Server]
    made: dict[tuple[str, tuple[App, ...]], str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def template(self, dialect: str, apps: Sequence[App]) -> str:
        """The path of a SQLite file, or the name of a PostgreSQL database."""
        key = (dialect, tuple(apps))
        if key not in self.made:
            self.made[key] = self._make(dialect, apps)
        return self.made[key]

    def _make(self, dialect: str, apps: Sequence[App]) -> str:
        name = f"template_{next(self.numbers)}"
        if dialect == "sqlite":
            path = str(self.folder / f"{name}.db")
            asyncio.run(_migrate(Settings(database_url=f"sqlite://{path}"), apps))
            return path
        asyncio.run(self.server().create(name))
        asyncio.run(_migrate(self.settings(name), apps))
        return name

    def settings(self, name: str) -> Settings:
        """How to reach a PostgreSQL database by its name."""
        server = self.server()
        keys = self.folder / "postgres.keys"
        return Settings(database_url=server.app_url(name), owner_url=server.owner_url(name), key_file=keys)


async def _migrate(settings: Settings, apps: Sequence[App]) -> None:
    """Every app's migrations; tables of an app without any straight from its models."""
    db = Database(settings, apps, role="owner")
    await db.open()
    try:
        await migrations.migrate(db)
        for app in apps:
            if app.migrations is None:
                await migrations.create_tables(db, app.label)
    finally:
        await db.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server for this run."""
    with servers.start() as server:
        yield server


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Migrated databases to copy; the server starts with the first test that needs it."""
    return Templates(tmp_path_factory.mktemp("templates"), lambda: request.getfixturevalue("postgres"))


@pytest.fixture
def app_set() -> Sequence[App]:
    """The database apps of ``db``: the whole installation's. Override it to test with fewer or others."""
    apps: Sequence[App] = import_module("guanxi.app").app_set()  # late: pytest loads this module in every run
    return apps


@pytest.fixture(params=counts.DATABASES)
def database_settings(
    request: pytest.FixtureRequest, templates: Templates, app_set: Sequence[App], tmp_path: Path
) -> Iterator[Settings]:
    """How to reach a migrated database that no other test uses: for tests that start processes of their own."""
    template = templates.template(request.param, app_set)
    if request.param == "sqlite":
        copy = shutil.copyfile(template, tmp_path / "guanxi.db")
        shutil.copy(f"{template}.keys", f"{copy}.keys")  # with its mode
        yield Settings(database_url=f"sqlite://{copy}", backup_dir=tmp_path / "backups", files_dir=tmp_path / "files")
        return
    name = f"test_{next(templates.numbers)}"
    asyncio.run(templates.server().create(name, template))
    yield templates.settings(name).model_copy(
        update={"backup_dir": tmp_path / "backups", "files_dir": tmp_path / "files"}
    )
    asyncio.run(templates.server().drop(name))


@pytest_asyncio.fixture
async def db(database_settings: Settings, app_set: Sequence[App]) -> AsyncIterator[Database]:
    """An open, migrated database, bound to the test; no merchant is."""
    opened = Database(database_settings, app_set)
    await opened.open()
    try:
        with opened.bound():
            yield opened
    finally:
        await opened.close()
