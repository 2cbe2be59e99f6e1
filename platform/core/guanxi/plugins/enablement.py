"""What each merchant has enabled: read with every new epoch, changed by one guarded statement each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import F, Q

from guanxi.context import Context
from guanxi.db.merchant import acting_for
from guanxi.merchants import service as merchants
from guanxi.plugins.models import Enablement
from guanxi.plugins.quarantine import RuntimeFault, rest

ENABLED, DISABLED, PURGED, NEVER = "enabled", "disabled", "purged", "available"
FORGIVEN_AFTER = timedelta(hours=1)


async def plugins_of(merchant_id: UUID, now: datetime) -> frozenset[str]:
    """The plugins that a merchant has enabled and that are not in quarantine."""
    with acting_for(merchant_id):
        running = Q(suspended_until__isnull=True) | Q(suspended_until__lte=now)
        names = await Enablement.filter(running, state=ENABLED).values_list("plugin", flat=True)
    return frozenset(str(name) for name in names)


async def choices(ctx: Context) -> dict[str, Enablement]:
    """All choices that the merchant ever made, by plugin."""
    return {row.plugin: row for row in await Enablement.all()}


async def lock_choices(ctx: Context) -> dict[str, Enablement]:
    """The choices, in a transaction that changes them: they stay as they are until it ends.

    The epoch is raised, which locks the merchant, so that two changes happen one after the other and
    every process looks again with its next request.
    """
    await merchants.raise_epoch(ctx)
    return await choices(ctx)


async def set_state(ctx: Context, plugin: str, row: Enablement | None, after: str) -> None:
    """Go on to another state, in a transaction that holds ``lock_choices``."""
    now = ctx.now()
    stamp = {ENABLED: "enabled_at", DISABLED: "disabled_at", PURGED: "purged_at"}[after]
    fresh: dict[str, Any] = {"state": after, stamp: now, "suspensions": 0, "faults": []}
    if row is None:
        await Enablement.create(plugin=plugin, **{"enabled_at": now, **fresh})
        return
    # What it has not heard of yet it will hear of when it is enabled again, but not once its data is gone.
    unheard = None if after == PURGED else row.missed_since or row.suspended_at
    await Enablement.filter(id=row.id).update(
        version=F("version") + 1,
        missed_since=unheard,
        suspended_at=None,
        suspended_until=None,
        **fresh,  # names: those written out above
    )


async def suspend(ctx: Context, plugin: str, faults: Sequence[RuntimeFault] = ()) -> datetime | None:
    """Put an enabled plugin in quarantine; until when. None when it rests already or was not enabled.

    In the caller's transaction. ``faults`` are kept for the merchant to see.
    """
    row = (await lock_choices(ctx)).get(plugin)
    now = ctx.now()
    if row is None or row.state != ENABLED or (row.suspended_until is not None and row.suspended_until > now):
        return None
    is_forgiven = row.released_at is not None and now - row.released_at >= FORGIVEN_AFTER
    before = 0 if is_forgiven else row.suspensions
    until = now + rest(before)
    kept = [{"place": one.place, "reason": one.reason, "at": one.at.isoformat()} for one in faults]
    await Enablement.filter(id=row.id).update(
        suspended_at=row.suspended_at or now, suspended_until=until, suspensions=before + 1, faults=kept
    )
    return until


async def has_rested(ctx: Context) -> bool:
    """Whether a quarantine is over that has not been ended yet."""
    return await Enablement.filter(state=ENABLED, suspended_until__lte=ctx.now()).exists()


async def release_rested(ctx: Context) -> list[Enablement]:
    """End each quarantine that is over, in the caller's transaction; the rows as they were before.

    The epoch is raised, so that they are tried again.
    """
    rows = (await lock_choices(ctx)).values()
    now = ctx.now()
    over = [row for row in rows if row.state == ENABLED and row.suspended_until and row.suspended_until <= now]
    for row in over:
        await Enablement.filter(id=row.id).update(suspended_at=None, suspended_until=None, released_at=now)
    return over
