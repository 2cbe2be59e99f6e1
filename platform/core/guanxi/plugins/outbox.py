"""Events: written with their data, told to plugins at once where that works, and later where it does not."""

import dataclasses
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from guanxi.context import Context
from guanxi.events import Event
from guanxi.hookspecs import HOOK_EVENTS, OTHER_EVENTS
from guanxi.plugins.calls import HookCaller, acting_as
from guanxi.plugins.models import Delivery, OutboxEvent

log = logging.getLogger("guanxi.outbox")

INLINE_SECONDS = 0.25
LATE_SECONDS = 2.0
RETRY_AFTER = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
MAX_ATTEMPTS = 12
PENDING, DONE, DEAD = "pending", "done", "dead"

Transaction = Callable[[], AbstractAsyncContextManager[None]]
PluginsNow = Callable[[Context], Awaitable[frozenset[str]]]
Failure = tuple[str, Exception]
_adapters: dict[type[Event], TypeAdapter[Any]] = {}


def hook_of(name: str) -> str:
    """The hook that is told of an event of this name."""
    return name if name in HOOK_EVENTS else OTHER_EVENTS


async def write(ctx: Context, event: Event, told: Sequence[str]) -> None:
    """The event's row, in the running transaction; ``told`` are the plugins that are called with it now."""
    await OutboxEvent.create(
        id=event.event_id,
        name=event.name,
        payload=_adapter(type(event)).dump_python(event, mode="json"),
        occurred_at=event.occurred_at,
        recorded_at=ctx.now(),
        told=list(told),
        is_replay=ctx.is_replay,
    )


def read(row: OutboxEvent) -> Event | None:
    """A row as its event again; None where no loaded part declares such an event."""
    cls = Event.known.get(row.name)
    return _adapter(cls).validate_python(row.payload) if cls is not None else None


class Teller:
    """Tells plugins of events, each in a savepoint, so that nothing a plugin does loses a core fact."""

    def __init__(self, caller: HookCaller, transaction: Transaction, plugins_now: PluginsNow) -> None:
        self.caller, self.transaction, self.plugins_now = caller, transaction, plugins_now

    async def tell_now(self, ctx: Context, event: Event, plugins: Collection[str]) -> list[Failure]:
        """Call the handlers; those that failed are due again. The event itself stands whatever they do."""
        failed: list[Failure] = []
        for plugin, function in self.caller.host.implementations(hook_of(event.name), plugins):
            try:
                async with self.transaction():
                    arguments = {"ctx": acting_as(plugin, ctx), "event": event}
                    await self.caller.call(function, arguments, seconds=INLINE_SECONDS)
            except Exception as error:  # noqa: BLE001 - contained, counted and tried again
                failed.append((plugin, error))
                await self._note_failure(ctx, event, plugin, error)
        return failed

    async def tell_all(self, ctx: Context, event: Event, plugins: Collection[str]) -> dict[str, str]:
        """Call the handlers without any of them being due again; ``told``, or the name of the failure."""
        said: dict[str, str] = {}
        for plugin, function in self.caller.host.implementations_of(hook_of(event.name), plugins):
            try:
                async with self.transaction():
                    arguments = {"ctx": acting_as(plugin, ctx), "event": event}
                    await self.caller.call(function, arguments, seconds=LATE_SECONDS)
                said[plugin] = "told"
            except Exception as error:  # noqa: BLE001 - contained, and told to whoever asked
                said[plugin] = type(error).__name__
        return said

    async def tell_late(self, ctx: Context, delivery: Delivery, row: OutboxEvent) -> Exception | None:
        """One delivery, claimed and done in one transaction: whoever claims second finds it done.

        Returns why it failed. It stays due where its plugin was switched off meanwhile.
        """
        try:
            async with self.transaction():
                if delivery.plugin in self.caller.host.closure(await self.plugins_now(ctx)):
                    await self._tell_claimed(ctx, delivery, row)
        except Exception as error:  # noqa: BLE001 - contained, counted and tried again
            await _put_off(ctx, delivery, error)
            return error
        return None

    async def _tell_claimed(self, ctx: Context, delivery: Delivery, row: OutboxEvent) -> None:
        event = read(row)
        if event is None:  # its own plugin is broken or gone: it can be read when that is repaired
            await Delivery.filter(id=delivery.id, state=PENDING).update(due_at=ctx.now() + RETRY_AFTER[-1])
        elif await Delivery.filter(id=delivery.id, state=PENDING).update(state=DONE, error=None):
            function = self.caller.host.loaded[delivery.plugin].hooks.get(hook_of(row.name))
            late = dataclasses.replace(acting_as(delivery.plugin, ctx), is_replay=delivery.is_replay)
            if function is not None:
                await self.caller.call(function, {"ctx": late, "event": event}, seconds=LATE_SECONDS)

    async def _note_failure(self, ctx: Context, event: Event, plugin: str, error: Exception) -> None:
        await Delivery.create(
            event_id=event.event_id, plugin=plugin, state=PENDING, due_at=ctx.now(), error=type(error).__name__
        )


async def list_due(ctx: Context, limit: int) -> list[tuple[Delivery, OutboxEvent]]:
    """What the plugins of ``ctx`` have to hear now, oldest event first."""
    plugins = list(ctx.principal.plugins)
    due = Delivery.filter(state=PENDING, due_at__lte=ctx.now(), plugin__in=plugins).order_by("event_id")
    deliveries = await due.limit(limit)
    events = {row.id: row for row in await OutboxEvent.filter(id__in=[one.event_id for one in deliveries])}
    return [(one, events[one.event_id]) for one in deliveries if one.event_id in events]


async def _put_off(ctx: Context, delivery: Delivery, error: Exception) -> None:
    attempts = delivery.attempts + 1
    wait = RETRY_AFTER[min(attempts, len(RETRY_AFTER)) - 1]
    state = DEAD if attempts >= MAX_ATTEMPTS else PENDING
    await Delivery.filter(id=delivery.id, state=PENDING, attempts=delivery.attempts).update(
        attempts=attempts, due_at=ctx.now() + wait, error=type(error).__name__, state=state
    )
    log.warning("plugin %s failed on an event, try %d: %s", delivery.plugin, attempts, type(error).__name__)


def _adapter(cls: type[Event]) -> TypeAdapter[Any]:
    if cls not in _adapters:
        _adapters[cls] = TypeAdapter(cls)
    return _adapters[cls]
