"""What privacy does when other parts of the core change customers."""

from collections.abc import Sequence

from guanxi.context import Context
from guanxi.events import CustomerMerged, CustomerUnmerged, Event
from guanxi.privacy import service


async def follow_merges(ctx: Context, events: Sequence[Event]) -> None:
    """Consent goes with its person, in the transaction of the merge."""
    for event in events:
        if isinstance(event, CustomerMerged):
            await service.join_consents(ctx, event)
        elif isinstance(event, CustomerUnmerged):
            await service.part_consents(ctx, event)
