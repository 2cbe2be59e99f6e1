"""Tortoise's migrations with three repairs: one transaction per migration *and* its record, our schema
editors, and foreign keys off (then checked) while SQLite remakes tables."""

import importlib
from collections.abc import Iterable
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, PlanStep
from tortoise.migrations.graph import MigrationKey
from tortoise.transactions import in_transaction

from guanxi.db.database import Database
from guanxi.db.walls import PostgresEditor, SqliteEditor


class Executor(MigrationExecutor):
    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> Any:
        kind = SqliteEditor if self.connection.capabilities.dialect == "sqlite" else PostgresEditor
        return kind(self.connection, atomic=atomic, collect_sql=collect_sql)

    async def undo_plan(self, app: str, keep: str | None) -> list[PlanStep]:
        """What must go so that ``keep`` is the app's last migration (None: the app keeps nothing).

        Tortoise's own backward plan also undoes every plugin that depends on the target itself,
        and its ``__first__`` finds no root in an app that depends on another.
        """
        await self.loader.build_graph()
        graph, applied = self.loader.graph, set(await self.recorder.applied_migrations())
        kept = set(graph.forwards_plan(MigrationKey(app_label=app, name=keep))) if keep else set()
        plan: dict[MigrationKey, PlanStep] = {}
        for key in sorted(k for k in applied if k.app_label == app and k not in kept):
            for later in graph.backwards_plan(key):
                if later in applied:
                    plan[later] = PlanStep(migration=graph.nodes[later], backward=True)
        order = [key for key in self._full_plan() if key in plan]
        return [plan[key] for key in reversed(order)]

    async def run(self, steps: list[PlanStep] | None = None) -> list[str]:
        """Apply all, or the given steps; returns what was done. A failing step leaves nothing of itself behind."""
        alias = self.connection.connection_name
        await self.recorder.ensure_schema(self._schema_editor(atomic=False))
        await self.connection.execute_query(f'SELECT 1 FROM "{self.recorder.table_name}"')  # fail now, not as "none applied"
        done: list[str] = []
        for step in steps if steps is not None else await self.plan():
            migration = step.migration
            key = MigrationKey(app_label=migration.app_label, name=migration.name)
            applied = set(await self.recorder.applied_migrations())
            state = await self._project_state(applied, upto=key if step.backward else None)
            async with in_transaction(alias) as client:
                editor = self._schema_editor()
                editor.client = client
                recorder = type(self.recorder)(client)
                if step.backward:
                    await migration.unapply(state, schema_editor=editor)
                    await recorder.record_unapplied(key.app_label, key.name)
                else:
                    await migration.apply(state, schema_editor=editor)
                    await recorder.record_applied(key.app_label, key.name)
                if self.connection.capabilities.dialect == "sqlite":
                    _, broken = await client.execute_query("PRAGMA foreign_key_check")
                    if broken:
                        raise IntegrityError(f"{key}: {len(broken)} rows point nowhere")
            done.append(f"{'-' if step.backward else '+'}{key.app_label}.{key.name}")
        return done


async def plan(database: Database) -> list[str]:
    """What ``migrate`` would apply, in order."""
    with database.bound():
        executor = Executor(database.context.db("default"), database.config()["apps"])
        await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
        return [f"{step.migration.app_label}.{step.migration.name}" for step in await executor.plan()]


async def migrate(database: Database) -> list[str]:
    """``database`` is opened for migration only: on SQLite with ``foreign_keys: OFF`` and no readers."""
    with database.bound():
        return await Executor(database.context.db("default"), database.config()["apps"]).run()


async def undo(database: Database, app: str, keep: str | None = None) -> list[str]:
    with database.bound():
        executor = Executor(database.context.db("default"), database.config()["apps"])
        return await executor.run(await executor.undo_plan(app, keep))


async def generate(database: Database, order: Iterable[str]) -> list[str]:
    """Write missing migrations, one app at a time in dependency order, so that dependencies are recorded."""
    written: list[str] = []
    apps = database.config()["apps"]
    with database.bound():
        for label in order:
            importlib.invalidate_caches()
            detector = MigrationAutodetector(database.context.apps, apps)
            for writer in await detector.changes():
                if writer.app_label == label:
                    written.append(str(writer.write()))
    return written


async def create_tables(database: Database, label: str) -> None:
    """Make the tables of an app without migrations, straight from its models; those that exist stay."""
    with database.bound():
        client = database.context.db("default")
        executor = Executor(client, database.config()["apps"])
        for model in reversed(database.models_of(label)):
            editor = executor._schema_editor()
            await editor.create_model(model)
