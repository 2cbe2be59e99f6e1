"""Plan, run, undo and write migrations of a whole app set.

Each function takes the database as it is served: what needs its owner opens a connection of the owner's.
"""

import importlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from tortoise.exceptions import ConfigurationError
from tortoise.migrations.autodetector import MigrationAutodetector

from guanxi.db import roles
from guanxi.db.database import Database
from guanxi.db.executor import Executor


async def plan(database: Database) -> list[str]:
    """What ``migrate`` would apply, as ``app.name``, in order."""
    with database.bound():
        steps = await _executor(database).plan()
    return [f"{step.migration.app_label}.{step.migration.name}" for step in steps]


async def migrate(database: Database) -> list[str]:
    """Apply what is missing; what was done, as ``+app.name``. Creates the serving role if the owner may."""
    async with _owning(database) as owner:
        if owner.dialect == "postgres":
            await roles.ensure_serving_role(owner.client, owner.settings.database_url)
        executor = _executor(owner)
        return await executor.run(await executor.plan())


async def undo(database: Database, app: str, keep: str | None = None) -> list[str]:
    """Undo an app's migrations after ``keep`` (None: all) and whatever depends on them; ``-app.name`` of each."""
    async with _owning(database) as owner:
        executor = _executor(owner)
        return await executor.run(await executor.undo_plan(app, keep))


async def generate(database: Database, order: Iterable[str]) -> list[str]:
    """Write missing migrations, one app at a time in dependency order, so that dependencies are recorded; the paths."""
    written: list[str] = []
    with database.bound():
        for label in order:
            importlib.invalidate_caches()
            for writer in await MigrationAutodetector(database.known_apps, database.app_config()).changes():
                if writer.app_label == label:
                    written.append(str(writer.write()))
    return written


async def create_tables(database: Database, label: str) -> list[str]:
    """Make the tables of an app without migrations from its models; those that exist stay as they are. The new ones."""
    async with _owning(database) as owner:
        executor = _executor(owner)
        made: list[str] = []
        async with executor.alone() as client:
            existing = set(await owner.table_names(client))
            for model in reversed(owner.models_of(label)):
                if model._meta.db_table not in existing:
                    await executor.editor_on(client).create_model(model)
                    made.append(model._meta.db_table)
        return made


def _executor(database: Database) -> Executor:
    serving_role = "" if database.dialect == "sqlite" else roles.role_of(database.settings.database_url)
    return Executor(database.client, database.app_config(), serving_role=serving_role)


@asynccontextmanager
async def _owning(database: Database) -> AsyncIterator[Database]:
    """The database itself if it was opened as its owner, else a second one beside it."""
    if database.in_transaction:
        raise ConfigurationError("migrations run outside transactions: they need the database for themselves")
    if database.role == "owner":
        with database.bound():
            yield database
        return
    owner = Database(database.settings, database.apps, role="owner")
    await owner.open()
    try:
        with owner.bound():
            yield owner
    finally:
        await owner.close()
    await database.refresh_walls()
