"""Works off what is due: late events, quarantines that begin and end. One per process."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.db.merchant import acting_for
from guanxi.merchants.models import Merchant
from guanxi.merchants.service import ref_of
from guanxi.permissions import Permission
from guanxi.plugins import enablement, outbox
from guanxi.plugins.platform import HostPlatform

log = logging.getLogger("guanxi.worker")

EVERY_SECONDS = 5.0


def context_for(platform: HostPlatform, merchant: MerchantRef, plugins: Iterable[str] = ()) -> Context:
    """The system itself, acting for a merchant with every right."""
    actor = Actor("system", "system", frozenset(Permission.known))
    return Context(Principal(merchant, actor, frozenset(plugins)), platform, request_id="system")


class Worker:
    """Runs until stopped. Whatever fails for one merchant is logged and tried again; the others go on."""

    def __init__(self, platform: HostPlatform) -> None:
        self.platform = platform
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End after the delivery that runs."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        platform = self.platform
        while True:
            platform.bell.clear()
            with platform.db.bound():
                for merchant in await self._merchants():
                    await self._serve(merchant)
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_SECONDS):
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


async def serve_merchant(platform: HostPlatform, merchant: MerchantRef) -> None:
    """Everything that is due for one merchant now."""
    ctx = context_for(platform, merchant)
    await _suspend(platform, ctx, merchant.id)
    await enablement.release_rested(ctx)
    plugins = await enablement.plugins_of(merchant.id, ctx.now())
    ctx = context_for(platform, merchant, plugins)
    for plugin, error in await outbox.tell_due(platform.db, platform.caller, ctx):
        platform.report_fault(ctx, plugin, "event", error)


async def _suspend(platform: HostPlatform, ctx: Context, merchant: UUID) -> None:
    for plugin in platform.quarantine.take_due(merchant):
        async with ctx.transaction():
            until = await enablement.suspend(ctx, plugin)
        log.warning("plugin %s rests for merchant %s until %s", plugin, ctx.merchant.slug, until)
