"""Removing files that nobody holds on to."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from guanxi.context import Context
from guanxi.files.models import File
from guanxi.files.service.storage import store_of

BATCH: Final = 500
GRACE: Final = timedelta(days=1)  # that a content may wait for its row


@dataclass(frozen=True, slots=True)
class Cleaned:
    """How many rows were over their time, and how many contents had no row."""

    rows: int
    contents: int


async def remove_orphans(ctx: Context, *, grace: timedelta = GRACE) -> Cleaned:
    """Remove the bound merchant's files that are over their time, and contents that no row speaks of.

    Rows go first: a content whose row is there is never missing. Twice is once.
    """
    rows = await _remove_expired(ctx)
    return Cleaned(rows, await _remove_unknown(ctx, grace))


async def _remove_expired(ctx: Context) -> int:
    removed = 0
    while True:
        batch = await File.filter(expires_at__lte=ctx.now()).order_by("expires_at", "id").limit(BATCH)
        if not batch:
            return removed
        for row in batch:
            # Somebody may hold on to it meanwhile.
            if await File.filter(id=row.id, expires_at=row.expires_at).delete():
                removed += 1
                if row.place:
                    await asyncio.to_thread(store_of(ctx).remove, row.place)


async def _remove_unknown(ctx: Context, grace: timedelta) -> int:
    store, own = store_of(ctx), f"{ctx.merchant.id.hex}/"
    found = await asyncio.to_thread(lambda: [one for one in store.places(grace.total_seconds()) if one.startswith(own)])
    removed = 0
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        known = {row.place for row in await File.filter(place__in=batch)}
        for place in (one for one in batch if one not in known):
            await asyncio.to_thread(store.remove, place)
            removed += 1
    await asyncio.to_thread(store.remove_temporaries, grace.total_seconds())
    return removed
