"""What data quality does when customers change: in their transaction, once for all of it."""

from collections.abc import Sequence
from uuid import UUID

from guanxi.context import Context
from guanxi.events import CustomerCreated, CustomersImported, CustomerUpdated, Event
from guanxi.quality.service import index

INDEXED = frozenset({"display_name", "given_name", "family_name", "contact_points"})


async def follow_customers(ctx: Context, events: Sequence[Event]) -> None:
    """Index whoever is new or changed what he is found by."""
    new: dict[UUID, None] = {}
    changed: dict[UUID, None] = {}
    for event in events:
        if isinstance(event, CustomerCreated):
            new[event.customer_id] = None
        elif isinstance(event, CustomerUpdated) and INDEXED.intersection(event.changed):
            changed[event.customer_id] = None
        elif isinstance(event, CustomersImported):
            await index.add_imported(ctx, event.first_id, event.last_id)
    await index.add(ctx, [one for one in new if one not in changed])
    await index.replace(ctx, list(changed))
