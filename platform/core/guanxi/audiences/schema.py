"""GraphQL of audiences and segments."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from guanxi.audiences import loaders, models, permissions, service
from guanxi.audiences.events import SegmentChanged
from guanxi.audiences.types import filters, inputs, outputs
from guanxi.context import Context
from guanxi.customers.types.outputs import Customer
from guanxi.execution import rows
from guanxi.permissions import SIGNED_IN
from guanxi.schema.connections import Connection
from guanxi.schema.declare import many, page
from guanxi.schema.ids import Id
from guanxi.schema.roots import Query
from guanxi.schema.scalars import Long

schema = outputs.schema
READ = permissions.READ_SEGMENTS
Who = Annotated[inputs.Audience, strawberry.argument(description="Which customers.")]
Sample = Annotated[int, strawberry.argument(description="How many of them to name, 0 to 100.")]
Only = Annotated[Id | None, strawberry.argument(description="Only this segment; all when left out.")]

schema.add(
    Query,
    "segments",
    Connection[outputs.Segment] | None,
    page(
        models.Segment,
        where=filters.SegmentFilter,
        order_by=filters.SegmentOrder,
        order="-created_at",
        permission=READ,
        description="The merchant's segments, archived ones too, newest first.",
    ),
)
schema.add(
    Customer,
    "segments",
    list[outputs.Segment] | None,
    many(
        models.Segment,
        through=(models.SegmentMember, "customer", "segment"),
        order="name",
        permission=READ,
        description="The segments that the customer is in, as of their last refresh.",
    ),
)


@schema.query(permission=READ)
async def segment(ctx: Context, by: inputs.SegmentBy) -> outputs.Segment | None:
    """One segment, archived or not; null where there is none."""
    return await rows.find(ctx, outputs.Segment, await loaders.find_segment(by))


@schema.batch(outputs.Segment, permission=READ, requires=("audience",))
async def audience(segments: list[outputs.Segment], ctx: Context) -> list[list[outputs.AudienceTerm]]:
    """The segment's condition: every place of it, each before what is below it."""
    return [loaders.terms_of(one) for one in segments]


@schema.query(permission=permissions.PREVIEW_AUDIENCES)
async def preview_audience(ctx: Context, audience: Who, first: Sample = 10) -> outputs.AudiencePreview | None:
    """How many customers an audience means now, and some of them. Each fact needs its own permission."""
    preview = await service.preview_audience(ctx, loaders.audience_of(audience), sample=first)
    sample = [outputs.AudienceMember(customer_id=one) for one in preview.sample]
    return outputs.AudiencePreview(count=Long(preview.count), sample=sample)


@schema.query(permission=SIGNED_IN)
async def facts(ctx: Context) -> list[outputs.Fact] | None:
    """What audiences may be built of, by name: those facts that you may read."""
    return [loaders.fact_of(ctx, one) for one in await service.facts_on_offer(ctx)]


@schema.mutation(permission=permissions.WRITE_SEGMENTS)
async def save_segment(ctx: Context, values: inputs.SaveSegmentInput) -> outputs.SaveSegmentPayload | None:
    """Save an audience under a name and find its members."""
    segment_id = values.id.of(outputs.SEGMENT) if values.id else None
    made = await service.save_segment(
        ctx, loaders.draft_of(values), segment_id=segment_id, expected_version=values.expected_version
    )
    return outputs.SaveSegmentPayload(segment_id=made)


@schema.mutation(permission=permissions.WRITE_SEGMENTS)
async def refresh_segment(ctx: Context, values: inputs.RefreshSegmentInput) -> outputs.RefreshSegmentPayload | None:
    """Let a dynamic segment's members be whoever matches now."""
    segment_id = values.id.of(outputs.SEGMENT)
    moved = await service.refresh_segment(ctx, segment_id)
    return outputs.RefreshSegmentPayload(segment_id=segment_id, entered=Long(moved.entered), left=Long(moved.left))


@schema.mutation(permission=permissions.WRITE_SEGMENTS)
async def archive_segment(ctx: Context, values: inputs.ArchiveSegmentInput) -> outputs.ArchiveSegmentPayload | None:
    """Put a segment away. It is found no more and no audience may name it; its members stay in the table."""
    segment_id = values.id.of(outputs.SEGMENT)
    await service.archive_segment(ctx, segment_id, expected_version=values.expected_version)
    return outputs.ArchiveSegmentPayload(segment_id=segment_id)


@schema.subscription(permission=READ)
async def segment_changed(ctx: Context, segment: Only = None) -> AsyncGenerator[outputs.SegmentChange, None]:
    """Customers entering and leaving segments, told once for each refresh."""
    wanted = segment.of(outputs.SEGMENT) if segment else None
    async for event in ctx.platform.follow(ctx):
        if isinstance(event, SegmentChanged) and wanted in {None, event.segment_id}:
            yield loaders.change_of(event)
