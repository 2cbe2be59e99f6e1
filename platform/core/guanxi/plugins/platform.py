"""What services reach through ``ctx.platform``: transactions, reads, events, facts and commands."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from contextvars import Context as TaskContext
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from tortoise import Model

from guanxi.audiences import loaders as audience_loaders
from guanxi.audiences import service as audiences
from guanxi.context import Context
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.db.signals import NOTIFY
from guanxi.db.transactions import Savepoint
from guanxi.errors import GuanxiError
from guanxi.events import Event
from guanxi.files.service.storage import FileStore
from guanxi.hookspecs import Fact, JobKind, SavedOperation
from guanxi.jobs.service import fencing
from guanxi.plugins import enablement, errors, outbox, relay, tables
from guanxi.plugins.calls import HookCaller, acting_as
from guanxi.plugins.followers import Followers
from guanxi.plugins.host import PluginHost
from guanxi.plugins.loading import Loaded
from guanxi.plugins.quarantine import Quarantine, RuntimeFault
from guanxi.plugins.relay import Relay
from guanxi.schema.composed import ComposedSchema
from guanxi.settings import Limits

log = logging.getLogger("guanxi.plugins")

OFFER_SECONDS = 2.0
ASK_SECONDS = 10.0
EPOCH = "SELECT epoch FROM merchant WHERE id = ?1"


# A domain of the core hears of all events of a transaction at once, inside it, before it commits.
CoreFollower = Callable[[Context, Sequence[Event]], Awaitable[None]]


@dataclass
class Writing:
    """What the running transaction, or savepoint, has to tell once it is committed."""

    events: list[tuple[UUID, Event]] = field(default_factory=list)
    unheard: list[tuple[Context, Event]] = field(default_factory=list)
    due: set[UUID] = field(default_factory=set)
    plugins: dict[UUID, frozenset[str]] = field(default_factory=dict)


_writing: ContextVar[Writing | None] = ContextVar("guanxi_writing", default=None)


class HostPlatform:
    """Implements guanxi.context.Platform over one database and one plugin host."""

    def __init__(self, db: Database, host: PluginHost, caller: HookCaller, cursor_key: bytes, backup_dir: Path) -> None:
        self.db, self.host, self.caller = db, host, caller
        self.cursor_key, self.backup_dir = cursor_key, backup_dir
        self.core_facts: dict[str, Fact] = {}
        self.core_operations: list[SavedOperation] = []
        self.core_followers: Sequence[CoreFollower] = ()
        self.core_jobs: dict[str, JobKind] = {}
        self.files: FileStore
        self.limits = Limits.model_validate({})
        self.followers = Followers()
        self.relay: Relay | None = None
        self.origin = uuid4().hex
        self.quarantine = Quarantine()
        self.teller = outbox.Teller(caller, self.transaction, self.plugins_now)
        self.bell = asyncio.Event()
        self.rung: set[UUID] = set()
        self._suspending: set[asyncio.Task[None]] = set()
        self._sought: set[str] = set()
        self._installing = asyncio.Lock()

    @property
    def job_kinds(self) -> Mapping[str, JobKind]:
        """Every kind of job that is declared here, by name."""
        return self.core_jobs | {name: kind for one in self.host.loaded.values() for name, kind in one.jobs.items()}

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgres``."""
        return self.db.dialect

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """A transaction; at its outermost commit followers hear of its events. Nested: a savepoint."""
        outer = _writing.get()
        inner = Writing(plugins=outer.plugins) if outer is not None else Writing()
        _writing.set(inner)
        try:
            async with self.db.transaction():
                if outer is None:
                    await fencing.check(self.db)
                yield
                if outer is None:
                    await self._tell_core(inner)
                    await self._announce(inner)
        finally:
            # Not reset(): a transaction that a plugin leaks ends in a context where it did not begin.
            _writing.set(outer)
        if outer is not None:
            outer.events += inner.events
            outer.unheard += inner.unheard
            outer.due |= inner.due
            return
        for merchant, event in inner.events:
            self.followers.tell(merchant, event)
        for merchant in inner.due:
            self.wake(merchant)

    def reading(self) -> AbstractAsyncContextManager[None]:
        """One snapshot for an operation's reads."""
        return self.db.reading()

    async def fetch(self, sql: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        """Rows of one read."""
        return await self.db.fetch(sql, list(params))

    async def plugins_now(self, ctx: Context) -> frozenset[str]:
        """What the merchant has enabled at this moment; in a transaction it stays so until that ends.

        A request may be older than the merchant's last change: the second of the two gates.
        """
        writing = _writing.get()
        if writing is None:
            return ctx.principal.plugins
        merchant = ctx.merchant.id
        if merchant not in writing.plugins:
            lock = " FOR SHARE" if self.dialect == "postgres" else ""  # SQLite has one writer anyway
            rows = await self.db.fetch(EPOCH + lock, [merchant])
            is_current = bool(rows) and rows[0]["epoch"] == ctx.principal.epoch
            known = ctx.principal.plugins if is_current else await enablement.plugins_of(merchant, ctx.now())
            writing.plugins[merchant] = known
        return writing.plugins[merchant]

    def forget_plugins(self, ctx: Context) -> None:
        """The running transaction has changed what is enabled."""
        writing = _writing.get()
        if writing is not None:
            writing.plugins.pop(ctx.merchant.id, None)

    async def publish(self, ctx: Context, event: object) -> None:
        """Write the event and tell the merchant's plugins. Raises: TypeError outside a transaction."""
        writing = _writing.get()
        if not isinstance(event, Event) or writing is None:
            raise TypeError("publish an Event inside `async with ctx.transaction()`")
        plugins = await self.plugins_now(ctx)
        told = [one for one, _ in self.host.implementations(outbox.hook_of(event.name), plugins)]
        await outbox.write(ctx, event, told)
        writing.unheard.append((ctx, event))
        for plugin, error in await self.teller.tell_now(ctx, event, told):
            self.report_fault(ctx, plugin, outbox.hook_of(event.name), error)
            writing.due.add(ctx.merchant.id)
        if not ctx.is_replay:
            writing.events.append((ctx.merchant.id, event))

    async def tell_disabled(self, ctx: Context, event: object) -> dict[str, str]:
        """Tell plugins that the merchant has had and switched off, each in a savepoint.

        The answer is ``told``, or the failure's name, by plugin.

        Raises: TypeError outside a transaction.
        """
        if not isinstance(event, Event) or _writing.get() is None:
            raise TypeError("tell an Event inside `async with ctx.transaction()`")
        known, enabled = await enablement.choices(ctx), self.host.closure(await self.plugins_now(ctx))
        off = [one for one in known if one not in enabled and known[one].state != enablement.PURGED]
        return await self.teller.tell_all(ctx, event, off)

    async def follow(self, ctx: Context) -> AsyncIterator[Event]:
        """The merchant's events as they are committed, in this process and, where it has a relay, in others."""
        with self.followers.following(ctx.merchant.id) as queue:
            if self.relay is not None:
                await self.relay.begin(ctx.merchant.id)
            while True:
                yield await queue.get()

    async def command(self, ctx: Context, name: str, value: object, *, key: str) -> Any:
        """Run a command in the caller's transaction. Raises: PluginDisabledError, ForbiddenError, PluginFailedError."""
        loaded = await self._offering(ctx, name)
        command = loaded.commands.get(name) if loaded else None
        if command is None:
            raise errors.disabled(name)
        ctx.require(command.permission)
        if not isinstance(value, command.input):
            raise errors.wrong_input(name, command.input.__name__)
        async with self._containing(ctx, name), self.transaction():
            return await self.caller.run(command.run, replace(ctx, loaders={}), value, key, seconds=OFFER_SECONDS)

    async def facts(self, ctx: Context, name: str, customer_ids: Sequence[UUID]) -> list[Any]:
        """A fact of many customers. Raises: PluginDisabledError, ForbiddenError, PluginFailedError."""
        fact = await self.fact(ctx, name)
        ctx.require(fact.permission)
        async with self._containing(ctx, name), self._savepoint():
            values = list(await self.caller.run(fact.get, ctx, customer_ids, seconds=OFFER_SECONDS))
            if len(values) != len(customer_ids):
                raise TypeError(f"{name} answered {len(values)} values for {len(customer_ids)} customers")
        return values

    async def fact(self, ctx: Context, name: str) -> Fact:
        """The fact of this name. Raises: PluginDisabledError where the merchant has none."""
        loaded = None if name in self.core_facts else await self._offering(ctx, name)
        fact = loaded.facts.get(name) if loaded else self.core_facts.get(name)
        if fact is None:
            raise errors.disabled(name)
        return fact

    async def facts_on_offer(self, ctx: Context) -> list[Fact]:
        """The core's, and those of every plugin that the merchant has enabled; by name."""
        offering = self.host.closure(await self.plugins_now(ctx))
        theirs = [fact for one in offering for fact in self.host.loaded[one].facts.values()]
        return sorted([*self.core_facts.values(), *theirs], key=lambda one: one.name)

    async def matches(self, ctx: Context, audience: object, customer_ids: Sequence[UUID]) -> list[bool]:
        """Whether each customer is in an audience. Raises: as ``Context.matches``."""
        return await audiences.matches(ctx, audience_loaders.tree_of(audience), customer_ids)

    async def settings(self, ctx: Context, plugin: str) -> Any:
        """The merchant's settings of a plugin, as its settings model; the defaults where it has set none.

        Raises: PluginDisabledError where there is no such plugin, or it has no settings.
        """
        loaded = self.host.loaded.get(plugin)
        if loaded is None or loaded.manifest.settings is None:
            raise errors.disabled(plugin)
        row = (await enablement.choices(ctx)).get(plugin)
        return loaded.manifest.settings.model_validate(row.settings if row is not None else {})

    async def call_hook(self, ctx: Context, loaded: Loaded, hook: str, seconds: float, **arguments: Any) -> None:
        """Call a plugin's life cycle hook in a savepoint. Raises: GuanxiError; PluginFailedError for all else."""
        function = loaded.hooks.get(hook)
        if function is None:
            return
        async with self._containing(ctx, f"{loaded.id}.{hook}"), self.transaction():
            await self.caller.call(function, {"ctx": acting_as(loaded.id, ctx), **arguments}, seconds=seconds)

    async def ask_plugins(self, ctx: Context, hook: str, **arguments: Any) -> list[Any]:
        """What each of the merchant's plugins answers to a hook, in order. Raises: PluginFailedError."""
        answers = []
        for plugin, function in self.host.implementations(hook, ctx.principal.plugins):
            async with self._containing(ctx, f"{plugin}.{hook}"):
                acting = {"ctx": acting_as(plugin, ctx), **arguments}
                answers.append(await self.caller.call(function, acting, seconds=ASK_SECONDS))
        return answers

    async def schema_for(self, plugins: Iterable[str]) -> ComposedSchema:
        """The schema of what a merchant has enabled; a plugin that another process found is looked for first."""
        unknown = {one for one in plugins if one not in self.host.loaded} - self._sought
        if unknown:
            self._sought |= unknown
            await self.rescan()
        return await self.host.schema_for(plugins)

    async def rescan(self) -> list[str]:
        """Load what came to the server since; the ids of what can be enabled now and could not before."""
        async with self._installing:
            before = set(self.host.loaded)
            await self.host.compositions.run(self.host.discover)
            for app in self.host.apps():
                if not self.db.has_app(app.label):
                    await self.db.add_app(app)
            await self.host.compositions.run(self.host.compose_all)
            return sorted(set(self.host.loaded) - before)

    async def prepare_tables(self, loaded: Loaded) -> None:
        """Make the tables of a plugin where the database has none yet. Raises: ConflictError."""
        app = tables.app_of(loaded)
        if app is not None:
            async with self._installing:
                await tables.make(self.db, app)

    def models_of(self, loaded: Loaded) -> list[type[Model]]:
        """The plugin's models, children before the tables they point to."""
        return self.db.models_of(loaded.id) if loaded.manifest.models else []

    def wake(self, merchant: UUID) -> None:
        """Something is due for a merchant: the worker need not wait for its next round."""
        self.rung.add(merchant)
        self.bell.set()

    def report_fault(self, ctx: Context, plugin: str, place: str, error: BaseException) -> None:
        """Count a contained failure; the fifth in a minute puts the plugin in quarantine for this merchant."""
        log.warning(
            "plugin %s failed at %s for merchant %s, request %s",
            plugin, place, ctx.merchant.slug, ctx.request_id, exc_info=error,
        )  # fmt: skip
        fault = RuntimeFault(plugin, place, type(error).__name__, ctx.now())
        if self.quarantine.count(ctx.merchant.id, fault):
            # In a task and context of its own: the transaction of whoever met the fault may be rolled back.
            task = asyncio.get_running_loop().create_task(self._suspend(ctx, plugin), context=TaskContext())
            self._suspending.add(task)
            task.add_done_callback(self._suspending.discard)

    async def settle(self) -> None:
        """Until every quarantine that has to begin has begun."""
        while self._suspending:
            await asyncio.wait(set(self._suspending))

    async def _announce(self, writing: Writing) -> None:
        """Have other processes told at the commit; on SQLite they see that the file was changed."""
        if self.dialect == "postgres":
            for text in relay.messages(self.origin, writing.events):
                await self.db.fetch(NOTIFY, [relay.CHANNEL, text])

    async def _suspend(self, ctx: Context, plugin: str) -> None:
        merchant = ctx.merchant
        try:
            with self.db.bound(), acting_for(merchant.id):
                async with self.transaction():
                    until = await enablement.suspend(ctx, plugin, self.quarantine.faults(merchant.id, plugin))
        except Exception:
            log.exception("plugin %s could not be put in quarantine for merchant %s", plugin, merchant.slug)
            return
        if until is not None:
            log.warning("plugin %s rests for merchant %s until %s", plugin, merchant.slug, until)

    async def _tell_core(self, writing: Writing) -> None:
        """Tell the core's domains, which are not contained: where one fails, nothing is written at all."""
        while writing.unheard:
            heard, writing.unheard = writing.unheard, []
            by_merchant: dict[UUID, list[Event]] = {}
            contexts = {ctx.merchant.id: ctx for ctx, _ in heard}
            for ctx, event in heard:
                by_merchant.setdefault(ctx.merchant.id, []).append(event)
            for merchant, events in by_merchant.items():
                for follower in self.core_followers:
                    await follower(contexts[merchant], events)

    async def _offering(self, ctx: Context, name: str) -> Loaded | None:
        """The plugin that offers a fact or command, where the merchant has it enabled."""
        plugin = name.split(".", 1)[0]
        return self.host.loaded[plugin] if plugin in self.host.closure(await self.plugins_now(ctx)) else None

    def _savepoint(self) -> AbstractAsyncContextManager[Any]:
        """So that a read of a plugin that fails does not spoil the transaction around it, as it does on PostgreSQL."""
        is_needed = self.dialect == "postgres" and self.db.in_transaction
        return Savepoint(self.db.client) if is_needed else nullcontext()

    @asynccontextmanager
    async def _containing(self, ctx: Context, name: str) -> AsyncIterator[None]:
        try:
            yield
        except GuanxiError:
            raise
        except Exception as error:
            plugin, place = name.split(".", 1)
            self.report_fault(ctx, plugin, place, error)
            raise errors.failed(name) from error
