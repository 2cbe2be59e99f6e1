"""Open once, usable in every request task: connections, transactions, raw reads and writes."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from tortoise import Model
from tortoise import context as tortoise_context
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from guanxi.db.apps import App
from guanxi.db.models import check_models
from guanxi.db.walls import check_tables, sqlite_wall
from guanxi.settings import Settings

PLACE = re.compile(r"\?(\d+)")


class Database:
    """One installation's database with the tables of its apps."""

    def __init__(
        self, settings: Settings, apps: Sequence[App], role: Literal["app", "owner"] = "app", *, check: bool = True
    ) -> None:
        self.settings, self.apps, self.role = settings, list(apps), role
        self.check = check and role == "app"
        self.context = TortoiseContext()

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgres``."""
        return "sqlite" if self.settings.database_url.startswith("sqlite:") else "postgres"

    def config(self) -> dict[str, Any]:
        """What Tortoise is told."""
        return {
            "connections": {"default": self._client()},
            "apps": {
                app.label: {
                    "models": [app.models],
                    "default_connection": "default",
                    **({"migrations": app.migrations} if app.migrations else {}),
                }
                for app in self.apps
            },
        }

    def _client(self) -> dict[str, Any]:
        settings = self.settings
        if self.dialect == "sqlite":
            credentials: dict[str, Any] = {
                "file_path": settings.database_url.split("://", 1)[1],
                "readers": settings.readers,
                "synchronous": settings.synchronous,
            }
            if self.role == "owner":
                credentials |= {"readers": 0, "foreign_keys": "OFF"}
            return {"engine": "guanxi.db.sqlite_engine", "credentials": credentials}
        url = urlsplit(settings.owner_url if self.role == "owner" and settings.owner_url else settings.database_url)
        host = dict(part.split("=", 1) for part in url.query.split("&") if "=" in part).get("host")
        return {
            "engine": "guanxi.db.asyncpg_engine",
            "credentials": {
                "host": unquote(host) if host else url.hostname,
                "port": url.port or 5432,
                "user": unquote(url.username or ""),
                "password": unquote(url.password or ""),
                "database": url.path.lstrip("/"),
                "minsize": 1,
                "maxsize": settings.pool_size,
            },
        }

    async def open(self) -> None:
        """Connect, learn the models, refuse to start without the database's walls."""
        with self.bound():
            EXECUTOR_CACHE.clear()  # keyed by alias and table only, so another dialect's SQL may be in it
            await self.context.init(config=self.config())
            for client in self.context.connections.all():
                if self.check and self.dialect == "sqlite":
                    client.on_open = sqlite_wall
                await client.create_connection(with_db=True)
            if self.check:
                check_models(self.context.apps)
                await check_tables(self.context)

    async def close(self) -> None:
        """Let go of every connection."""
        with self.bound():
            await self.context.close_connections()

    @contextmanager
    def bound(self) -> Iterator[None]:
        """Bind to the running task; once per request.

        ``with context:`` would keep one reset token on the shared object, so two requests overwrite each other's.
        """
        token = tortoise_context._current_context.set(self.context)
        try:
            yield
        finally:
            tortoise_context._current_context.reset(token)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Everything inside is written or nothing; nested: a savepoint. Cancel-safe."""
        async with in_transaction("default"):
            yield

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """One snapshot for all reads inside."""
        if self.dialect == "postgres":
            async with in_transaction("default"):
                yield
        else:
            yield

    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a statement with ``?1`` style parameters."""
        return await self.context.db("default").execute_query_dict(self._text(sql), list(params))

    async def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run a statement; how many rows it changed."""
        return (await self.context.db("default").execute_query(self._text(sql), list(params)))[0]

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row, in one go."""
        await self.context.db("default").execute_many(self._text(sql), [list(row) for row in rows])

    def has_app(self, label: str) -> bool:
        """Whether the models of this app are known."""
        return any(app.label == label for app in self.apps)

    async def add_app(self, app: App) -> None:
        """Learn the models of an app that came while running."""
        self.apps.append(app)
        with self.bound():
            self.context.apps.init_app(app.label, [app.models], "default")  # interim

    def models_of(self, label: str) -> list[type[Model]]:
        """An app's models, children before the tables they point to."""
        models = list(self.context.apps.get(label, {}).values())
        ordered: list[type[Model]] = []
        while models:
            free = [
                m for m in models
                if not any(
                    o is not m and any(o._meta.fields_map[f].related_model is m for f in o._meta.fk_fields | o._meta.o2o_fields)
                    for o in models
                )
            ] or models
            ordered += free
            models = [m for m in models if m not in free]
        return ordered

    def _text(self, sql: str) -> str:
        return PLACE.sub(r"$\1", sql) if self.dialect == "postgres" else sql
