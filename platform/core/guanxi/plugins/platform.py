"""What services reach through ``ctx.platform``: transactions, reads, events, facts and commands."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from uuid import UUID

from tortoise import Model

from guanxi.context import Context, forbidden
from guanxi.db import migrations
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.errors import BadUserInputError, GuanxiError, PluginDisabledError, PluginFailedError, Text
from guanxi.events import Event
from guanxi.plugins import outbox
from guanxi.plugins.calls import HookCaller
from guanxi.plugins.followers import Followers
from guanxi.plugins.host import PluginHost
from guanxi.plugins.loading import Loaded
from guanxi.plugins.quarantine import Quarantine

log = logging.getLogger("guanxi.plugins")
_uncommitted: ContextVar[list[tuple[UUID, Event]] | None] = ContextVar("guanxi_uncommitted", default=None)


class HostPlatform:
    """Implements guanxi.context.Platform over one database and one plugin host."""

    def __init__(self, db: Database, host: PluginHost, caller: HookCaller, cursor_key: bytes, backup_dir: Path) -> None:
        self.db, self.host, self.caller = db, host, caller
        self.cursor_key, self.backup_dir = cursor_key, backup_dir
        self.followers = Followers()
        self.quarantine = Quarantine()
        self.bell = asyncio.Event()

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgres``."""
        return self.db.dialect

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """A transaction; at its outermost commit followers hear of its events."""
        if _uncommitted.get() is not None:
            async with self.db.transaction():
                yield
            return
        events: list[tuple[UUID, Event]] = []
        token = _uncommitted.set(events)
        try:
            async with self.db.transaction():
                yield
        finally:
            _uncommitted.reset(token)
        for merchant, event in events:
            self.followers.tell(merchant, event)

    def reading(self) -> AbstractAsyncContextManager[None]:
        """One snapshot for an operation's reads."""
        return self.db.reading()

    async def fetch(self, sql: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        """Rows of one read."""
        return await self.db.fetch(sql, list(params))

    async def publish(self, ctx: Context, event: object) -> None:
        """Write the event and tell the merchant's plugins. Raises: TypeError outside a transaction."""
        waiting = _uncommitted.get()
        if not isinstance(event, Event) or waiting is None:
            raise TypeError("publish an Event inside `async with ctx.transaction()`")
        await outbox.write(ctx, event)
        for plugin, error in await outbox.tell_inline(self.db, self.caller, ctx, event):
            self.report_fault(ctx, plugin, event.name, error)
        if not ctx.is_replay:
            waiting.append((ctx.merchant.id, event))

    def follow(self, ctx: Context) -> AsyncIterator[Event]:
        """The merchant's events as they are committed in this process."""
        return self.followers.follow(ctx.merchant.id)

    async def command(self, ctx: Context, name: str, value: object, *, key: str) -> Any:
        """Run a command in the caller's transaction. Raises: PluginDisabledError, ForbiddenError."""
        loaded = self.host.loaded.get(name.split(".", 1)[0])
        command = loaded.commands.get(name) if loaded and self._is_on(ctx, loaded.manifest.id) else None
        if command is None:
            raise disabled(name)
        ctx.require(command.permission)
        if not isinstance(value, command.input):
            raise BadUserInputError(
                Text(f"{name} takes a {command.input.__name__}.", f"{name} 需要 {command.input.__name__}。")
            )
        async with self.db.transaction():
            return await command.run(ctx, value, key)

    async def facts(self, ctx: Context, name: str, customer_ids: Sequence[UUID]) -> list[Any]:
        """A fact of many customers. Raises: PluginDisabledError, ForbiddenError, PluginFailedError."""
        loaded = self.host.loaded.get(name.split(".", 1)[0])
        fact = loaded.facts.get(name) if loaded and self._is_on(ctx, loaded.manifest.id) else None
        if fact is None:
            raise disabled(name)
        if not ctx.can(fact.permission):
            raise forbidden(fact.permission)
        try:
            async with asyncio.timeout(2.0):
                values = list(await fact.get(ctx, customer_ids))
            if len(values) != len(customer_ids):
                raise TypeError(f"{name} answered {len(values)} values for {len(customer_ids)} customers")
        except GuanxiError:
            raise
        except Exception as error:
            self.report_fault(ctx, name.split(".", 1)[0], name, error)
            raise PluginFailedError(
                Text(f"The fact {name} failed.", f"事实 {name} 读取失败。"),
                hint=Text("Try again, or tell the plugin's author.", "请重试，或联系插件作者。"),
            ) from error
        return values

    async def learn_models(self, loaded: Loaded) -> None:
        """Tell the database of the models of a plugin that was found while running."""
        manifest = loaded.manifest
        if manifest.models is not None and not self.db.has_app(manifest.id):
            await self.db.add_app(App(manifest.id, manifest.models, manifest.migrations))

    async def prepare_tables(self, loaded: Loaded) -> None:
        """Make the tables of a plugin where the database has none yet."""
        manifest = loaded.manifest
        if manifest.models is not None and manifest.migrations is None:
            await migrations.create_tables(self.db, manifest.id)
        elif manifest.models is not None and await migrations.plan(self.db):
            await migrations.migrate(self.db)

    def models_of(self, loaded: Loaded) -> list[type[Model]]:
        """The plugin's models, children before the tables they point to."""
        return self.db.models_of(loaded.manifest.id) if loaded.manifest.models else []

    def wake(self) -> None:
        """Something is due: the worker need not wait for its next round."""
        self.bell.set()

    def report_fault(self, ctx: Context, plugin: str, place: str, error: BaseException) -> None:
        """Count a contained failure; the fifth in a minute puts the plugin in quarantine for this merchant."""
        log.warning(
            "plugin %s failed at %s for merchant %s, request %s",
            plugin, place, ctx.merchant.slug, ctx.request_id, exc_info=error,
        )  # fmt: skip
        self.quarantine.count(ctx.merchant.id, plugin, place, error, ctx.now())
        self.wake()

    def _is_on(self, ctx: Context, plugin: str) -> bool:
        return plugin in ctx.principal.plugins


def disabled(name: str) -> PluginDisabledError:
    """The one answer where a fact or command is not on offer."""
    plugin = name.split(".", 1)[0]
    return PluginDisabledError(
        Text(f"{name} needs the plugin {plugin}.", f"{name} 需要启用插件 {plugin}。"),
        hint=Text(f"Enable {plugin}, or do without.", f"请启用 {plugin}，或移除该引用。"),
        details={"plugin": plugin},
    )
