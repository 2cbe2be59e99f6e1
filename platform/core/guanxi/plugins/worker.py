"""Works off what is due: late events, missed events, quarantines that end. One per process."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime

from guanxi.context import Actor, Context, MerchantRef, Principal, utc_now
from guanxi.db.merchant import acting_for
from guanxi.merchants.models import Merchant
from guanxi.merchants.service import ref_of
from guanxi.permissions import Permission
from guanxi.plugins import enablement, missed, outbox
from guanxi.plugins.enablement import ENABLED
from guanxi.plugins.platform import HostPlatform
from guanxi.telemetry import metrics

log = logging.getLogger("guanxi.worker")

EVERY_SECONDS = 5.0
AT_ONCE, ROUNDS = 100, 50

Clock = Callable[[], datetime]


def context_for(
    platform: HostPlatform, merchant: MerchantRef, plugins: Iterable[str] = (), clock: Clock = utc_now
) -> Context:
    """The system itself, acting for a merchant with every right."""
    actor = Actor("system", "system", frozenset(Permission.known))
    return Context(Principal(merchant, actor, frozenset(plugins)), platform, request_id="system", clock=clock)


class Worker:
    """Runs until stopped. Whatever fails for one merchant is logged and tried again; the others go on."""

    def __init__(self, platform: HostPlatform) -> None:
        self.platform = platform
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End after what runs now; nothing of it is left half done."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self.platform.settle()

    async def _run(self) -> None:
        platform, clock = self.platform, asyncio.get_running_loop().time
        next_round = clock()
        while True:
            platform.bell.clear()
            rung, platform.rung = platform.rung, set()
            is_round = clock() >= next_round
            next_round = clock() + EVERY_SECONDS if is_round else next_round
            with platform.db.bound():
                for merchant in await self._merchants() if is_round or rung else ():
                    if is_round or merchant.id in rung:
                        await self._serve(merchant)
            with suppress(TimeoutError):
                async with asyncio.timeout_at(next_round):
                    await platform.bell.wait()

    async def _merchants(self) -> list[MerchantRef]:
        try:
            return [ref_of(row) for row in await Merchant.all()]
        except Exception:
            log.exception("the merchants cannot be read; trying again")
            return []

    async def _serve(self, merchant: MerchantRef) -> None:
        try:
            with acting_for(merchant.id):
                await serve_merchant(self.platform, merchant)
        except Exception:
            log.exception("work for merchant %s failed; trying again", merchant.slug)


async def serve_merchant(platform: HostPlatform, merchant: MerchantRef, clock: Clock = utc_now) -> None:
    """Everything that is due for one merchant now, which is bound."""
    ctx = context_for(platform, merchant, clock=clock)
    await _release(ctx)
    plugins = await _present(platform, ctx)
    ctx = context_for(platform, merchant, plugins, clock)
    for plugin in plugins:
        while await missed.schedule(ctx, platform.host.loaded[plugin]) == missed.PAGE:
            pass
    for _ in range(ROUNDS):
        if await _tell_due(platform, ctx) < AT_ONCE:
            break


async def _present(platform: HostPlatform, ctx: Context) -> tuple[str, ...]:
    """The plugins that are enabled and there; events begin to wait for those that are enabled and are not."""
    rows = [row for row in (await enablement.choices(ctx)).values() if row.state == ENABLED]
    awake = [row for row in rows if row.suspended_until is None or row.suspended_until <= ctx.now()]
    present = platform.host.closure(row.plugin for row in awake)
    for row in awake:
        if row.plugin not in present:
            await missed.note_absence(ctx, row)
    return present


async def _release(ctx: Context) -> None:
    if await enablement.has_rested(ctx):
        async with ctx.transaction():
            for row in await enablement.release_rested(ctx):
                was_on = (row.enabled_at, row.suspended_at or ctx.now())
                await missed.since_off(ctx, row.plugin, was_on, is_replay=False)
                log.warning("plugin %s is tried again for merchant %s", row.plugin, ctx.merchant.slug)


async def _tell_due(platform: HostPlatform, ctx: Context) -> int:
    due = await outbox.list_due(ctx, AT_ONCE)
    for delivery, row in due:
        metrics.OUTBOX_LAG.observe(max(0.0, (ctx.now() - delivery.due_at).total_seconds()))
        error = await platform.teller.tell_late(ctx, delivery, row)
        if error is not None:
            platform.report_fault(ctx, delivery.plugin, outbox.hook_of(row.name), error)
    return len(due)
