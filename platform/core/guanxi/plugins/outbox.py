"""Events: written with their data, told to plugins at once where that works, and later where it does not."""

import dataclasses
import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, get_type_hints
from uuid import UUID

from guanxi.context import Context
from guanxi.db.database import Database
from guanxi.events import Event
from guanxi.hookspecs import HOOK_EVENTS
from guanxi.plugins.calls import HookCaller
from guanxi.plugins.models import Delivery, OutboxEvent

log = logging.getLogger("guanxi.outbox")

INLINE_SECONDS = 0.25
LATE_SECONDS = 5.0
RETRY_AFTER = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
MAX_ATTEMPTS = 12


async def write(ctx: Context, event: Event) -> None:
    """The event's row, in the running transaction."""
    await OutboxEvent.create(
        id=event.event_id,
        name=event.name,
        payload=_plain(event.payload()),
        occurred_at=event.occurred_at,
        recorded_at=ctx.now(),
    )


def read(row: OutboxEvent) -> Event | None:
    """A row as its event again; None where no loaded part declares such an event."""
    cls = Event.known.get(row.name)
    if cls is None:
        return None
    hints = get_type_hints(cls)
    values = {name: _typed(hints[name], value) for name, value in row.payload.items() if name in hints}
    return cls(**values)


async def tell_inline(db: Database, caller: HookCaller, ctx: Context, event: Event) -> list[tuple[str, Exception]]:
    """Call the handlers of the merchant's plugins, each in a savepoint; what failed is due again soon.

    Returns the failures. The event itself stands whatever the handlers do.
    """
    failed: list[tuple[str, Exception]] = []
    if event.name not in HOOK_EVENTS:
        return failed
    for plugin, function in caller.implementations(event.name, ctx.principal.plugins):
        try:
            async with db.transaction():
                await caller.call(function, {"ctx": ctx, "event": event}, seconds=INLINE_SECONDS)
        except Exception as error:  # noqa: BLE001 - nothing a plugin does loses a core fact
            failed.append((plugin, error))
            await Delivery.create(
                event_id=event.event_id, plugin=plugin, state="pending", due_at=ctx.now(), error=_short(error)
            )
    return failed


async def schedule_missed(ctx: Context, plugin: str, hooks: Iterable[str], since: datetime) -> int:
    """Make every event since a moment due for a plugin that was not there; those it heard of stay as they are."""
    heard = set(await Delivery.filter(plugin=plugin).values_list("event_id", flat=True))
    missed = (
        await OutboxEvent.filter(recorded_at__gte=since, name__in=list(hooks))
        .order_by("id")
        .values_list("id", flat=True)
    )
    now = ctx.now()
    new = [
        Delivery(event_id=one, plugin=plugin, state="pending", due_at=now, is_replay=True)
        for one in missed
        if one not in heard
    ]
    await Delivery.bulk_create(new, batch_size=500)
    return len(new)


async def tell_due(db: Database, caller: HookCaller, ctx: Context, limit: int = 100) -> list[tuple[str, Exception]]:
    """Tell what is due for the bound merchant, oldest first. Returns the failures."""
    failed: list[tuple[str, Exception]] = []
    due = await Delivery.filter(state="pending", due_at__lte=ctx.now()).order_by("event_id").limit(limit)
    for delivery in due:
        error = await _tell_late(db, caller, ctx, delivery)
        if error is not None:
            failed.append((delivery.plugin, error))
    return failed


async def _tell_late(db: Database, caller: HookCaller, ctx: Context, delivery: Delivery) -> Exception | None:
    """One delivery, claimed and done in one transaction: whoever claims second finds it done."""
    functions = dict(caller.implementations(*(await _hook_of(delivery)), ctx.principal.plugins))
    function = functions.get(delivery.plugin)
    if function is None:
        return None  # not enabled now: it stays due
    late = dataclasses.replace(ctx, is_replay=delivery.is_replay, loaders={})
    try:
        async with db.transaction():
            claimed = await Delivery.filter(id=delivery.id, state="pending").update(state="done", error=None)
            row = await OutboxEvent.get_or_none(id=delivery.event_id)
            event = read(row) if row is not None else None
            if claimed and event is not None:
                await caller.call(function, {"ctx": late, "event": event}, seconds=LATE_SECONDS)
    except Exception as error:  # noqa: BLE001 - contained, counted and tried again
        await _put_off(ctx, delivery, error)
        return error
    return None


async def _hook_of(delivery: Delivery) -> tuple[str]:
    row = await OutboxEvent.get_or_none(id=delivery.event_id)
    return (row.name if row is not None and row.name in HOOK_EVENTS else HOOK_EVENTS[0],)


async def _put_off(ctx: Context, delivery: Delivery, error: Exception) -> None:
    attempts = delivery.attempts + 1
    wait = RETRY_AFTER[min(attempts, len(RETRY_AFTER)) - 1]
    state = "dead" if attempts >= MAX_ATTEMPTS else "pending"
    await Delivery.filter(id=delivery.id, state="pending").update(
        attempts=attempts, due_at=ctx.now() + wait, error=_short(error), state=state
    )
    log.warning("plugin %s failed on an event, try %d: %s", delivery.plugin, attempts, type(error).__name__)


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime | date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _typed(hint: Any, value: Any) -> Any:
    kinds = getattr(hint, "__args__", (hint,)) if value is not None else ()
    if hint is UUID or UUID in kinds:
        return UUID(value) if value is not None else None
    if hint is datetime or datetime in kinds:
        return datetime.fromisoformat(value) if value is not None else None
    return tuple(value) if isinstance(value, list) else value
