"""Events that happened while a plugin was off or in quarantine: found in the outbox, page by page, and made due."""

from datetime import datetime, timedelta

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from guanxi.context import Context
from guanxi.hookspecs import HOOK_EVENTS, OTHER_EVENTS
from guanxi.plugins.enablement import ENABLED
from guanxi.plugins.loading import Loaded
from guanxi.plugins.models import Delivery, Enablement, OutboxEvent
from guanxi.plugins.outbox import DEAD, PENDING

PAGE = 500
# Clocks of two processes differ; what a plugin has heard of already is not told it again.
MARGIN = timedelta(minutes=1)


async def since_off(ctx: Context, plugin: str, was_on: tuple[datetime, datetime], *, is_replay: bool) -> None:
    """Have the plugin hear of what was recorded since it went off; and of what it failed on for good before.

    ``was_on`` is from when to when it was on last.
    """
    began, ended = was_on
    await _begin(plugin, max(began, ended - MARGIN), by_occurrence=False, is_replay=is_replay)
    await Delivery.filter(plugin=plugin, state=DEAD).update(state=PENDING, attempts=0, due_at=ctx.now())


async def since_occurred(plugin: str, since: datetime) -> None:
    """Have the plugin hear of what happened since, whenever it was recorded."""
    await _begin(plugin, since, by_occurrence=True, is_replay=True)


async def note_absence(ctx: Context, row: Enablement) -> None:
    """An enabled plugin is not there, as after an update that broke it: what is recorded from now on waits for it."""
    await Enablement.filter(id=row.id, missed_since__isnull=True).update(
        missed_since=max(row.enabled_at, ctx.now() - MARGIN),
        missed_after=None,
        missed_by_occurrence=False,
        missed_is_replay=False,
    )


async def schedule(ctx: Context, plugin: Loaded) -> int:
    """Make the next page due for a plugin; how many events were looked at, 0 when all are scheduled."""
    row = await Enablement.get_or_none(plugin=plugin.id, state=ENABLED, missed_since__isnull=False)
    if row is None:
        return 0
    page = await _missed(row, plugin).order_by("id").limit(PAGE)
    async with ctx.transaction():
        if await _advance(row, page):
            await _make_due(ctx, row, page)
    return len(page)


async def _begin(plugin: str, since: datetime, *, by_occurrence: bool, is_replay: bool) -> None:
    row = await Enablement.get(plugin=plugin)
    if row.missed_since is not None:  # it was not through with the last time
        since, by_occurrence = min(since, row.missed_since), row.missed_by_occurrence
    await Enablement.filter(id=row.id).update(
        missed_since=since, missed_after=None, missed_by_occurrence=by_occurrence, missed_is_replay=is_replay
    )


async def _advance(row: Enablement, page: list[OutboxEvent]) -> bool:
    """Whether this page is ours: another worker may have taken it."""
    last = {"missed_after": row.missed_after} if row.missed_after is not None else {"missed_after__isnull": True}
    after = {"missed_after": page[-1].id} if len(page) == PAGE else {"missed_since": None, "missed_after": None}
    return bool(await Enablement.filter(id=row.id, missed_since=row.missed_since, **last).update(**after))


def _missed(row: Enablement, plugin: Loaded) -> QuerySet[OutboxEvent]:
    of_hooks = Q(name__in=[name for name in HOOK_EVENTS if name in plugin.hooks])
    if OTHER_EVENTS in plugin.hooks:
        of_hooks |= ~Q(name__in=HOOK_EVENTS)
    moment = "occurred_at__gte" if row.missed_by_occurrence else "recorded_at__gte"
    found = OutboxEvent.filter(of_hooks, **{moment: row.missed_since})  # names: one of the two above
    return found.filter(id__gt=row.missed_after) if row.missed_after is not None else found


async def _make_due(ctx: Context, row: Enablement, page: list[OutboxEvent]) -> None:
    ids = [event.id for event in page]
    known = set(await Delivery.filter(plugin=row.plugin, event_id__in=ids).values_list("event_id", flat=True))
    new = [event for event in page if event.id not in known and not _was_told(row, event)]
    now = ctx.now()
    await Delivery.bulk_create(
        Delivery(event_id=event.id, plugin=row.plugin, state=PENDING, due_at=now, is_replay=row.missed_is_replay)
        for event in new
    )


def _was_told(row: Enablement, event: OutboxEvent) -> bool:
    """Whether it was called with the event, and has not been purged since."""
    return row.plugin in event.told and (row.purged_at is None or event.recorded_at > row.purged_at)
