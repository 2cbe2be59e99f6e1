"""What membership does when something happens on a customer's timeline."""

from collections.abc import Sequence
from uuid import UUID

from guanxi import Context
from guanxi.events import CustomerMerged, CustomerUnmerged, InteractionRecorded
from guanxi_membership import service

COUNTS = {"purchase": 1, "refund": -1, "return": -1}


async def count_purchase(ctx: Context, event: InteractionRecorded) -> None:
    """A live purchase or refund moves the member's spend, and with it the tier."""
    sign = COUNTS.get(event.kind)
    if sign is None or event.mode != "LIVE" or event.amount_minor is None:
        return
    await service.count_spend(ctx, customer_id=event.customer_id, amount_minor=sign * event.amount_minor)


async def merge_accounts(ctx: Context, event: CustomerMerged) -> None:
    """One person, one account."""
    ids = {"survivor_id": event.survivor_id, "absorbed_id": event.absorbed_id}
    await service.merge_accounts(ctx, merge_id=event.merge_id, **ids)


async def unmerge_accounts(ctx: Context, event: CustomerUnmerged) -> None:
    """Two persons, two accounts again."""
    await service.unmerge_accounts(ctx, merge_id=event.merge_id)


async def tell_story(ctx: Context, customer_ids: Sequence[UUID]) -> None:
    """The demonstration shop's program: four tiers, every customer a member."""
    ladder = (("茶友", 0), ("银叶", 100_000), ("金叶", 500_000), ("御茶", 2_000_000))
    tiers = [service.NewTier(name, threshold) for name, threshold in ladder]
    await service.create_program(ctx, name="一叶会", currency=None, tiers=tiers)
    await service.enrol_all(ctx, customer_ids)
