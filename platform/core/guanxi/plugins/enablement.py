"""What each merchant has enabled: read with every new epoch, changed by one guarded statement each."""

from datetime import datetime
from uuid import UUID

from tortoise.expressions import F, Q

from guanxi.context import Context
from guanxi.db.merchant import acting_for
from guanxi.merchants import service as merchants
from guanxi.plugins.models import Enablement
from guanxi.plugins.quarantine import rest

ENABLED, DISABLED, PURGED, NEVER = "enabled", "disabled", "purged", "available"


async def plugins_of(merchant_id: UUID, now: datetime) -> frozenset[str]:
    """The plugins that a merchant has enabled and that are not in quarantine."""
    with acting_for(merchant_id):
        running = Q(suspended_until__isnull=True) | Q(suspended_until__lte=now)
        names = await Enablement.filter(running, state=ENABLED).values_list("plugin", flat=True)
    return frozenset(str(name) for name in names)


async def enabled_of(ctx: Context) -> dict[str, Enablement]:
    """All choices that the merchant ever made, by plugin."""
    return {row.plugin: row for row in await Enablement.all()}


async def set_state(ctx: Context, plugin: str, before: tuple[str, ...], after: str) -> bool:
    """Go from one of the states ``before`` to ``after``; False when it is in another. In the caller's transaction.

    The epoch is raised first: it locks the merchant, so that two changes happen one after the other.
    """
    await merchants.raise_epoch(ctx)
    now = ctx.now()
    stamps = {"enabled_at": now} if after == ENABLED else {"disabled_at": now} if after == DISABLED else {}
    changed = await Enablement.filter(plugin=plugin, state__in=before).update(
        state=after, suspended_until=None, suspensions=0, version=F("version") + 1, **stamps
    )
    if changed or NEVER not in before or await Enablement.exists(plugin=plugin):
        return bool(changed)
    await Enablement.create(plugin=plugin, state=after, enabled_at=now)
    return True


async def suspend(ctx: Context, plugin: str) -> datetime | None:
    """Put an enabled plugin in quarantine; None when it was not enabled. In the caller's transaction."""
    await merchants.raise_epoch(ctx)
    row = await Enablement.get_or_none(plugin=plugin, state=ENABLED)
    if row is None:
        return None
    until = ctx.now() + rest(row.suspensions)
    await Enablement.filter(plugin=plugin, state=ENABLED).update(
        suspended_until=until, suspensions=F("suspensions") + 1
    )
    return until


async def release_rested(ctx: Context) -> bool:
    """Whether a quarantine has run out since; then the epoch is raised, so that the plugin is tried again."""
    over = Enablement.filter(state=ENABLED, suspended_until__lte=ctx.now())
    if not await over.exists():
        return False
    async with ctx.transaction():
        await merchants.raise_epoch(ctx)
        return bool(await over.update(suspended_until=None))
