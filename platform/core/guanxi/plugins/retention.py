"""How long events are kept: as long as a plugin may still have to hear of them, and no longer than needed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from tortoise.expressions import Q

from guanxi.context import Context
from guanxi.plugins.enablement import PURGED
from guanxi.plugins.missed import MARGIN
from guanxi.plugins.models import Delivery, Enablement, OutboxEvent
from guanxi.plugins.outbox import PENDING

PASSING: Final = ("job_progressed",)  # told while it happens; a plugin that was off needs none of it
PASSING_KEPT: Final = timedelta(days=7)
KEPT: Final = timedelta(days=400)
PAGE: Final = 500


async def trim_events(ctx: Context, payload: Mapping[str, Any] | None = None) -> None:
    """Forget the merchant's old events with their deliveries, page by page.

    What was recorded since a plugin went off is kept until it is back or purged, and so is what one has still to hear.
    """
    needed = await _needed_since()
    until = ctx.now() - KEPT
    await _trim(ctx, Q(recorded_at__lt=min(until, needed) if needed is not None else until))
    await _trim(ctx, Q(name__in=PASSING, recorded_at__lt=ctx.now() - PASSING_KEPT))


async def _needed_since() -> datetime | None:
    """From when on events are kept for plugins that are off, in quarantine or behind."""
    marks = [
        moment
        for row in await Enablement.exclude(state=PURGED)
        for moment in (row.missed_since, row.suspended_at, row.disabled_at)
        if moment is not None
    ]
    return min(marks) - MARGIN if marks else None


async def _trim(ctx: Context, old: Q) -> None:
    rows = await OutboxEvent.filter(old).order_by("id").limit(PAGE)
    while rows:
        ids = [row.id for row in rows]
        async with ctx.transaction():
            due = await Delivery.filter(event_id__in=ids, state=PENDING).values_list("event_id", flat=True)
            over = [one for one in ids if one not in set(due)]
            await Delivery.filter(event_id__in=over).delete()
            await OutboxEvent.filter(id__in=over).delete()
        rows = await OutboxEvent.filter(old, id__gt=ids[-1]).order_by("id").limit(PAGE)
