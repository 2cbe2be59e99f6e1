"""What data quality does when customers change: in their transaction, once for all of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from guanxi.context import Context
from guanxi.events import (
    CustomerCreated,
    CustomerErased,
    CustomersImported,
    CustomerUpdated,
    Event,
    InteractionsImported,
)
from guanxi.quality.service import duplicates, index, merges

INDEXED = frozenset({"display_name", "given_name", "family_name", "contact_points"})


async def follow_customers(ctx: Context, events: Sequence[Event]) -> None:
    """Index whoever is new or changed what he is found by; keep those who are merged away."""
    await _keep_merges(ctx, events)
    new: dict[UUID, None] = {}
    changed: dict[UUID, None] = {}
    for event in events:
        if isinstance(event, CustomerCreated):
            new[event.customer_id] = None
        elif isinstance(event, CustomerUpdated) and INDEXED.intersection(event.changed):
            changed[event.customer_id] = None
        elif isinstance(event, CustomerErased):
            changed[event.customer_id] = None
            await duplicates.forget_customer(event.customer_id)
        elif isinstance(event, CustomersImported):
            await index.add_imported(ctx, event.first_id, event.last_id)
    await index.add(ctx, [one for one in new if one not in changed])
    await index.replace(ctx, list(changed))


async def find_duplicates(ctx: Context, payload: dict[str, Any]) -> None:
    """All pairs of the merchant anew."""
    await duplicates.find_duplicates(ctx)


async def rebuild_search(ctx: Context, payload: dict[str, Any]) -> None:
    """The whole search index anew: after a change of its rules or keys."""
    await index.rebuild(ctx)


async def _keep_merges(ctx: Context, events: Sequence[Event]) -> None:
    """Who is merged into another gets no new facts and is not taken back into use."""
    restored = [one.customer_id for one in events if isinstance(one, CustomerUpdated) and "archived_at" in one.changed]
    if restored:
        await merges.check_restored(ctx, restored)
    for event in events:
        if isinstance(event, InteractionsImported):
            await merges.bring_home(ctx, event.first_id, event.last_id)


async def survivor_ids_of(ctx: Context, customer_ids: Sequence[UUID]) -> list[str | None]:
    """The id of who stands for each customer, as hexadecimal text, in the order asked; None for himself."""
    return [one.hex if one is not None else None for one in await merges.survivors_of(ctx, list(customer_ids))]
