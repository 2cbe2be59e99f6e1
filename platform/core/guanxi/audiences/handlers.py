"""What audiences do when customers are merged, separated or erased: in that transaction."""

from collections.abc import Sequence

from guanxi.audiences.service import merging
from guanxi.context import Context
from guanxi.events import CustomerErased, CustomerMerged, CustomerUnmerged, Event


async def follow_customers(ctx: Context, events: Sequence[Event]) -> None:
    """Dynamic segments follow with their next refresh: what they ask of has moved by then."""
    for event in events:
        if isinstance(event, CustomerMerged):
            await merging.move_members(ctx, event.merge_id, event.absorbed_id, event.survivor_id)
        elif isinstance(event, CustomerUnmerged):
            await merging.move_back(ctx, event.merge_id)
    if any(isinstance(event, CustomerErased) for event in events):
        await merging.recount(ctx)
