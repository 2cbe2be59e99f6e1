"""What membership does when something happens on a customer's timeline."""

from guanxi import Context
from guanxi.events import InteractionRecorded
from guanxi_membership import service

COUNTS = {"purchase": 1, "refund": -1}


async def count_purchase(ctx: Context, event: InteractionRecorded) -> None:
    """A live purchase or refund moves the member's spend, and with it the tier."""
    sign = COUNTS.get(event.kind)
    if sign is None or event.mode != "LIVE" or event.amount_minor is None:
        return
    await service.count_spend(ctx, customer_id=event.customer_id, amount_minor=sign * event.amount_minor)
