"""Open once, usable in every request task: connections, transactions, raw reads and writes."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal

from tortoise import BaseDBAsyncClient, Model
from tortoise import context as tortoise_context
from tortoise.apps import Apps
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext
from tortoise.exceptions import ConfigurationError

from guanxi.crypto import KeySource
from guanxi.db import connecting, inspection, sealing
from guanxi.db.apps import ALIAS, App
from guanxi.db.models import check_models
from guanxi.db.shield import finish
from guanxi.db.transactions import OpenTransaction
from guanxi.settings import Settings

PLACE = re.compile(r"\?(\d+)")
Role = Literal["app", "owner"]


class Database:
    """One installation's database with the tables of its apps.

    Args:
        settings: where it is.
        apps: all apps of the installation, dependencies first.
        role: ``app`` serves behind the walls; ``owner`` migrates, without walls and without readers.
        check: False serves without comparing the tables with what the models need.
    """

    def __init__(self, settings: Settings, apps: Sequence[App], role: Role = "app", *, check: bool = True) -> None:
        self.settings, self.apps, self.role = settings, list(apps), role
        self.is_checked = check and role == "app"
        self.context = TortoiseContext()
        self.root: connecting.RootClient | None = None
        self.keys = KeySource(settings)

    @property
    def dialect(self) -> Literal["sqlite", "postgres"]:
        """Which kind of database."""
        return connecting.dialect_of(self.settings.database_url)

    def app_config(self) -> dict[str, dict[str, Any]]:
        """The apps as Tortoise is told."""
        return {
            app.label: {
                "models": [app.models],
                "default_connection": ALIAS,
                **({"migrations": app.migrations} if app.migrations else {}),
            }
            for app in self.apps
        }

    async def open(self) -> None:
        """Connect, learn the models, refuse to start without the database's walls.

        Raises:
            ConfigurationError: a model that cannot be scoped, or a table without its wall.
        """
        try:
            with self.bound():
                await self._open()
        except BaseException:
            await finish(self.close())
            raise

    async def _open(self) -> None:
        EXECUTOR_CACHE.clear()  # it knows tables by name only, and another app set may have used the name
        if self.role == "owner":
            self.keys.make()
        self._check_models(self.apps)
        connection = connecting.connection_of(self.settings, self.role)
        await self.context.init(config={"connections": {ALIAS: connection}, "apps": self.app_config()})
        self.root = connecting.root_client(self.context.connections)
        await self.root.create_connection(with_db=True)
        await self._check_walls()

    def _check_models(self, apps: Sequence[App]) -> None:
        """Before Tortoise resolves relations, which changes the classes that they point to."""
        if self.is_checked:
            found = Apps(None, self.context.connections)
            for app in apps:
                found.init_app(app.label, [app.models], _init_relations=False)
            check_models(found)

    async def _check_walls(self) -> None:
        if self.is_checked:
            models = [model for models in self.known_apps.values() for model in models.values()]
            await inspection.check_walls(self.root, models)

    async def close(self) -> None:
        """Let go of every connection; a transaction that is still open after some seconds is rolled back."""
        root, self.root = self.root, None
        if root is not None:
            await root.close()

    @contextmanager
    def bound(self) -> Iterator[None]:
        """Bind to the running task; once per request.

        ``with context:`` would keep one reset token on the shared object, so two requests overwrite each other's.
        """
        token = tortoise_context._current_context.set(self.context)
        try:
            with sealing.using(self.keys):
                yield
        finally:
            tortoise_context._current_context.reset(token)

    @property
    def client(self) -> Any:
        """The running transaction, or the database itself. Raises: ConfigurationError when it is not open."""
        if self.root is None:
            raise ConfigurationError("the database is not open")
        return self.context.connections.get(ALIAS)

    @property
    def in_transaction(self) -> bool:
        """Whether the running task is inside ``transaction`` or ``reading``."""
        return isinstance(self.client, OpenTransaction)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Everything inside is written or nothing; nested: a savepoint. Cancel-safe."""
        async with self.client._in_transaction():
            yield

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """One snapshot for all reads inside, writes refused; inside a transaction, that transaction."""
        client = self.client
        if isinstance(client, OpenTransaction):
            yield
            return
        async with client.reading():
            yield

    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a statement with ``?1`` style parameters."""
        rows: list[dict[str, Any]] = await self.client.execute_query_dict(self._text(sql), list(params))
        return rows

    async def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run a statement; how many rows it changed."""
        changed: int = (await self.client.execute_query(self._text(sql), list(params)))[0]
        return changed

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row, all or none."""
        await self.client.execute_many(self._text(sql), [list(row) for row in rows])

    def _text(self, sql: str) -> str:
        return PLACE.sub(r"$\1", sql) if self.dialect == "postgres" else sql

    @property
    def known_apps(self) -> Apps:
        """Tortoise's registry. Raises: ConfigurationError when it is not open."""
        if self.context.apps is None:
            raise ConfigurationError("the database is not open")
        return self.context.apps

    def has_app(self, label: str) -> bool:
        """Whether the models of this app are known."""
        return any(app.label == label for app in self.apps)

    async def add_app(self, app: App) -> None:
        """Learn the models of an app that came while running; its migrations can be run then.

        Raises:
            ConfigurationError: a model that cannot be scoped; nothing of the app is known then.
        """
        if self.has_app(app.label):
            raise ConfigurationError(f"there is an app {app.label} already")
        self._check_models([*self.apps, app])
        known = self.known_apps
        try:
            with self.bound():
                for model in known.init_app(app.label, [app.models]).values():
                    model._meta.default_connection = ALIAS
                known._build_initial_querysets()
        except BaseException:
            known.apps.pop(app.label, None)
            raise
        EXECUTOR_CACHE.clear()
        self.apps.append(app)
        await self.refresh_walls()

    async def refresh_walls(self) -> None:
        """Put walls around new tables now (on SQLite each connection does with its next statement) and check all."""
        if self.root is not None:
            await self.root.refresh_walls()
        await self._check_walls()

    async def table_names(self, client: BaseDBAsyncClient | None = None) -> list[str]:
        """Every table that there is."""
        sql = inspection.SQLITE_TABLES if self.dialect == "sqlite" else inspection.POSTGRES_TABLES
        return [row["name"] for row in (await (client or self.client).execute_query(sql))[1]]

    def models_of(self, label: str) -> list[type[Model]]:
        """An app's models, children before the tables they point to."""
        waiting = list(self.known_apps.apps.get(label, {}).values())
        ordered: list[type[Model]] = []
        while waiting:
            targets = {target for model in waiting for target in _targets(model) if target is not model}
            free = [model for model in waiting if model not in targets] or waiting  # a circle has no right order
            ordered += free
            waiting = [model for model in waiting if model not in free]
        return ordered


def _targets(model: type[Model]) -> list[Any]:
    meta = model._meta
    return [getattr(meta.fields_map[name], "related_model", None) for name in meta.fk_fields | meta.o2o_fields]
