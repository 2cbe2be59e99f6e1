"""Let a segment's members be whoever matches now, and tell who came and went."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.exceptions import IntegrityError

from guanxi.audiences import errors, permissions
from guanxi.audiences.events import SegmentChanged
from guanxi.audiences.models import Segment, SegmentChange
from guanxi.audiences.rules import storage
from guanxi.audiences.service import store
from guanxi.audiences.service.store import Moved
from guanxi.context import Context
from guanxi.errors import ConflictError, NotFoundError, PluginDisabledError

DYNAMIC, STATIC = "dynamic", "static"
MAX_ATTEMPTS = 3
MAX_CHANGES = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """One customer who entered, or else left."""

    customer_id: UUID
    has_entered: bool


async def refresh_segment(ctx: Context, segment_id: UUID) -> Moved:
    """Find a dynamic segment's members anew. Twice is once: nobody moves the second time, and nothing is told.

    Refreshes of one segment wait for each other. Everything happens in a few statements in one transaction.

    Raises:
        ForbiddenError: WRITE_SEGMENTS, or the right to one of the facts, is missing.
        NotFoundError: there is no such segment.
        ConflictError: it is static, or archived.
        PluginDisabledError: a fact of a plugin that is off; the members stay as they are.
    """
    ctx.require(permissions.WRITE_SEGMENTS)
    for attempt in range(MAX_ATTEMPTS):
        try:
            async with ctx.transaction():
                segment = await lock_segment(segment_id)
                if segment.kind == STATIC:
                    raise errors.static_segment()
                return await find_members(ctx, segment)
        except IntegrityError:  # a customer was deleted between being found and being written
            if attempt == MAX_ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


async def refresh_all(ctx: Context) -> dict[UUID, Moved]:
    """Refresh every dynamic segment, each in a transaction of its own; a plugin that is off stops only its own."""
    ctx.require(permissions.WRITE_SEGMENTS)
    done: dict[UUID, Moved] = {}
    wanted = Segment.filter(kind=DYNAMIC, archived_at=None).order_by("refreshed_at", "id")
    for segment in await wanted.only("id"):
        try:
            done[segment.id] = await refresh_segment(ctx, segment.id)
        except (NotFoundError, ConflictError, PluginDisabledError):
            continue  # archived or changed meanwhile, or its plugin is off: the members stay as they were
    return done


async def lock_segment(segment_id: UUID) -> Segment:
    """The segment, locked until the transaction ends. Raises: NotFoundError; ConflictError where it is archived."""
    row = await Segment.filter(id=segment_id).select_for_update(no_key=True).first()
    if row is None:
        raise errors.unknown_segment(("id",))
    if row.is_archived:
        raise errors.archived()
    return row


async def find_members(ctx: Context, segment: Segment) -> Moved:
    """The same for a segment that is locked already, whatever its kind."""
    number = segment.refresh_number + 1
    moved = await store.note_changes(ctx, storage.from_json(segment.audience), segment.id, number)
    if moved == Moved(0, 0):
        await Segment.filter(id=segment.id).update(refreshed_at=ctx.now())
        return moved
    await finish(ctx, segment, number, moved)
    return moved


async def finish(ctx: Context, segment: Segment, number: int, moved: Moved) -> None:
    """Apply the changes that are written down under ``number``, count them and tell of them."""
    await store.apply_changes(ctx, segment.id, number)
    await Segment.filter(id=segment.id).update(
        refreshed_at=ctx.now(),
        refresh_number=number,
        member_count=segment.member_count + moved.entered - moved.left,
    )
    await ctx.publish(
        SegmentChanged(
            occurred_at=ctx.now(),
            segment_id=segment.id,
            refresh_number=number,
            entered=moved.entered,
            left=moved.left,
        )
    )


async def changes_of(
    ctx: Context, segment_id: UUID, refresh_number: int, *, after: UUID | None = None, limit: int = MAX_CHANGES
) -> list[Change]:
    """Who moved in one refresh, by customer; ``after`` is the last one of the page before.

    Raises:
        ForbiddenError: READ_SEGMENTS is missing.
    """
    ctx.require(permissions.READ_SEGMENTS)
    wanted = SegmentChange.filter(segment_id=segment_id, refresh_number=refresh_number)
    rows = wanted.filter(customer_id__gt=after) if after is not None else wanted
    found = await rows.order_by("customer_id").limit(min(limit, MAX_CHANGES)).values_list("customer_id", "has_entered")
    return [Change(customer, bool(entered)) for customer, entered in found]


async def segments_of(ctx: Context, customer_ids: Sequence[UUID]) -> list[list[UUID]]:
    """The segments that each customer is in, in the order asked. Raises: ForbiddenError."""
    ctx.require(permissions.READ_SEGMENTS)
    found: dict[UUID, list[UUID]] = {one: [] for one in customer_ids}
    rows = Segment.filter(members__customer_id__in=list(found), archived_at=None)
    for customer, segment in await rows.order_by("id").values_list("members__customer_id", "id"):
        if customer in found:
            found[customer].append(segment)
    return [found[one] for one in customer_ids]
