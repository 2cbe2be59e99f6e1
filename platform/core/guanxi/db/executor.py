"""Runs migrations: one transaction for each with its record, our schema editors, one process at a time."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from tortoise import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError
from tortoise.migrations.executor import MigrationExecutor, PlanStep
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.operations import RunPython, RunSQL
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

from guanxi.db import states
from guanxi.db.asyncpg_editor import PostgresEditor
from guanxi.db.sqlite_editor import SqliteEditor

RECORDS: Final = "tortoise_migrations"
LOCK: Final = "SELECT pg_advisory_xact_lock(7166217, 1)"  # the numbers mean nothing, but must stay
FORCED: Final = (
    "SELECT relname AS name FROM pg_class WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace"
)


class Recorder(MigrationRecorder):
    """The stock recorder takes any failure to read for "nothing is applied"."""

    async def applied_migrations(self) -> list[MigrationKey]:
        """What is applied, in order; nothing where there is no such table yet."""
        found = f"SELECT to_regclass('{RECORDS}') AS name"
        if self._dialect == "sqlite":
            found = f"SELECT name FROM sqlite_master WHERE name = '{RECORDS}'"
        _, rows = await self.connection.execute_query(found)
        if not rows or rows[0]["name"] is None:
            return []
        _, rows = await self.connection.execute_query(f'SELECT app, name FROM "{RECORDS}" ORDER BY id')
        return [MigrationKey(app_label=row["app"], name=row["name"]) for row in rows]


class Executor(MigrationExecutor):
    """Works on a database that was opened as its owner; planning works on any."""

    def __init__(self, connection: BaseDBAsyncClient, apps: dict[str, Any], *, serving_role: str) -> None:
        super().__init__(connection, apps)
        self.serving_role = serving_role
        self.recorder = self.loader.recorder = Recorder(connection)
        self._reached: tuple[set[MigrationKey], State] | None = None  # what is applied, and the models as of then

    @property
    def is_sqlite(self) -> bool:
        """Which of the two databases."""
        return self.connection.capabilities.dialect == "sqlite"

    def editor_on(self, client: BaseDBAsyncClient) -> SqliteEditor | PostgresEditor:
        """Our schema editor, inside a transaction."""
        return SqliteEditor(client) if self.is_sqlite else PostgresEditor(client, serving_role=self.serving_role)

    async def undo_plan(self, app: str, keep: str | None) -> list[PlanStep]:
        """What must go so that ``keep`` is the app's last migration (None: the app keeps nothing).

        Tortoise's own backward plan also undoes every plugin that depends on the target itself,
        and its ``__first__`` finds no root in an app that depends on another.
        """
        await self.loader.build_graph()
        graph, applied = self.loader.graph, set(await self.recorder.applied_migrations())
        kept = set(graph.forwards_plan(MigrationKey(app_label=app, name=keep))) if keep else set()
        going: set[MigrationKey] = set()
        for key in applied:
            if key.app_label == app and key not in kept:
                going.update(later for later in graph.backwards_plan(key) if later in applied)
        order = [key for key in self._full_plan() if key in going]
        return [PlanStep(migration=self._migration(key), backward=True) for key in reversed(order)]

    def _migration(self, key: MigrationKey) -> Any:
        return self.loader.graph.nodes[key]

    async def run(self, steps: Sequence[PlanStep]) -> list[str]:
        """Take the steps; what was done, as ``+app.name`` or ``-app.name``. A failing one leaves nothing of itself."""
        async with self.alone() as client:
            await self._ensure_records(client)
        done: list[str] = []
        for step in steps:
            if await self._take(step):
                sign = "-" if step.backward else "+"
                done.append(f"{sign}{step.migration.app_label}.{step.migration.name}")
        return done

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[BaseDBAsyncClient]:
        """A transaction that no other process migrates beside."""
        async with self.connection._in_transaction() as client:
            if not self.is_sqlite:  # on SQLite BEGIN IMMEDIATE is enough
                await client.execute_query(LOCK)
            yield client

    async def _ensure_records(self, client: BaseDBAsyncClient) -> None:
        await self.recorder.ensure_schema(self.editor_on(client))
        if not self.is_sqlite:
            await client.execute_query(f'GRANT SELECT ON "{RECORDS}" TO "{self.serving_role}"')

    async def _take(self, step: PlanStep) -> bool:
        migration = step.migration
        key = MigrationKey(app_label=migration.app_label, name=migration.name)
        async with self.alone() as client:
            recorder = Recorder(client)
            applied = set(await recorder.applied_migrations())
            if (key in applied) != step.backward:
                return False  # another process was faster
            state = self._state_before(step, applied, key)
            async with self._seeing_all_rows(client, migration.operations):
                await self._change(step, state, client)
            await (recorder.record_unapplied if step.backward else recorder.record_applied)(key.app_label, key.name)
            if self.is_sqlite:
                await _check_references(client, f"{key.app_label}.{key.name}")
        self._reached = None if step.backward else ({*applied, key}, state)
        return True

    async def _change(self, step: PlanStep, state: State, client: BaseDBAsyncClient) -> None:
        editor = self.editor_on(client)
        if step.backward:
            await step.migration.unapply(state, schema_editor=editor)
        else:
            await states.apply(step.migration, state, editor)

    def _state_before(self, step: PlanStep, applied: set[MigrationKey], key: MigrationKey) -> State:
        """The models as the migrations before this step leave them."""
        reached, self._reached = self._reached, None
        if reached is not None and reached[0] == applied and not step.backward:
            return reached[1]
        connections = {
            label: one.get("default_connection", "default") for label, one in self.loader.apps_config.items()
        }
        state = State(models={}, apps=StateApps(default_connections=connections))
        for one in self._full_plan():
            if step.backward and one == key:
                break
            if one in applied:
                states.advance(self._migration(one), state)
        return state

    @asynccontextmanager
    async def _seeing_all_rows(self, client: BaseDBAsyncClient, operations: Iterable[object]) -> AsyncIterator[None]:
        """Forced row-level security hides every row from the owner too, so a migration of data would change none."""
        names: list[str] = []
        if not self.is_sqlite and any(isinstance(one, RunPython | RunSQL) for one in operations):
            names = [row["name"] for row in (await client.execute_query(FORCED))[1]]
        for name in names:
            await client.execute_query(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
        yield
        for name in names:
            await client.execute_query(f'ALTER TABLE IF EXISTS "{name}" FORCE ROW LEVEL SECURITY')


async def _check_references(client: BaseDBAsyncClient, name: str) -> None:
    _, broken = await client.execute_query("PRAGMA foreign_key_check")
    if broken:
        raise IntegrityError(f"{name}: {len(broken)} rows point nowhere")
