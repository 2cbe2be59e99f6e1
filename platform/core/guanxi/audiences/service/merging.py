"""Members of static segments whose customers are merged, separated again, or erased."""

from collections.abc import Iterable
from uuid import UUID

from guanxi.audiences.models import Segment, SegmentChange, SegmentMember
from guanxi.audiences.service import refreshing
from guanxi.audiences.service.refreshing import STATIC
from guanxi.audiences.service.store import Moved
from guanxi.context import Context
from guanxi.execution.sql import Statement

Move = tuple[UUID, bool]  # a customer who enters, or else leaves


async def move_members(ctx: Context, merge_id: UUID, absorbed_id: UUID, survivor_id: UUID) -> None:
    """Let the survivor take the absorbed customer's places. The same merge again moves nobody."""
    theirs = Segment.filter(kind=STATIC, members__customer_id=absorbed_id).order_by("id")
    for segment in await theirs.select_for_update(no_key=True):
        await _move(ctx, segment, [(absorbed_id, False), (survivor_id, True)], merge_id)


async def move_back(ctx: Context, merge_id: UUID) -> None:
    """Undo what the merge moved, and only that. Twice is once: whoever is back already stays."""
    changes = await SegmentChange.filter(merge_id=merge_id)
    segments = (
        await Segment.filter(id__in={one.segment_id for one in changes}).order_by("id").select_for_update(no_key=True)
    )
    for segment in segments:
        mine = [(one.customer_id, not one.has_entered) for one in changes if one.segment_id == segment.id]
        await _move(ctx, segment, mine, None)


async def recount(ctx: Context) -> None:
    """Let every segment's count be the number of its members, in one statement."""
    statement = Statement(ctx.platform.dialect)
    merchant = statement.bind(ctx.merchant.id)
    await ctx.platform.fetch(
        'UPDATE "segment" SET member_count = (SELECT count(*) FROM "segment_member" m'
        ' WHERE m.merchant_id = "segment".merchant_id AND m.segment_id = "segment".id)'
        f" WHERE merchant_id = {merchant}",
        statement.params,
    )


async def _move(ctx: Context, segment: Segment, moves: Iterable[Move], merge_id: UUID | None) -> None:
    """Those moves that change anything, as one refresh."""
    named = list(moves)
    rows = SegmentMember.filter(segment_id=segment.id, customer_id__in=[one for one, _ in named])
    members = set(await rows.values_list("customer_id", flat=True))
    real = [(one, enters) for one, enters in named if (one in members) != enters]
    if not real:
        return
    number = segment.refresh_number + 1
    await SegmentChange.bulk_create(
        SegmentChange(
            segment_id=segment.id,
            customer_id=one,
            refresh_number=number,
            has_entered=enters,
            merge_id=merge_id,
            changed_at=ctx.now(),
        )
        for one, enters in real
    )
    entered = sum(enters for _, enters in real)
    await refreshing.finish(ctx, segment, number, Moved(entered, len(real) - entered))
