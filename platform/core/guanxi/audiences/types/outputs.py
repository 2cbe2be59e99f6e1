"""What is read of audiences and segments."""

import datetime
from uuid import UUID

import strawberry

from guanxi.audiences import models, permissions
from guanxi.audiences.types.enums import AudienceTermKind, DayUnit, FactType, SegmentKind
from guanxi.customers.models import Customer as CustomerModel
from guanxi.customers.types.outputs import Customer
from guanxi.schema.connections import Connection
from guanxi.schema.declare import one, page
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.scalars import Long
from guanxi.schema.values import Value

schema = SchemaPart()
SEGMENT, MEMBER = "seg", "sgm"
READ = permissions.READ_SEGMENTS


@schema.table(models.SegmentMember, tag=MEMBER, permission=READ, description="A customer in a segment.")
class SegmentMember(Node):
    """As of the segment's last refresh."""

    customer: Customer | None = one(CustomerModel, via="customer_id", description="The customer.")
    entered_at: datetime.datetime


@schema.table(models.Segment, tag=SEGMENT, permission=READ, description="An audience that is saved under a name.")
class Segment(Node):
    """Its members are kept, so that reading them asks no fact."""

    name: str
    description: str | None
    kind: SegmentKind
    member_count: Long
    refreshed_at: datetime.datetime | None
    archived_at: datetime.datetime | None
    version: int
    created_at: datetime.datetime
    updated_at: datetime.datetime
    members: Connection[SegmentMember] | None = page(
        models.SegmentMember, "segment", order="-id", description="Who is in it, as of its last refresh."
    )


@schema.value(description="A day of a condition, fixed or counted from today.")
class Day(Value):
    """Either the day, or count and unit."""

    day: datetime.date | None = strawberry.field(default=None, description="This day.")
    count: int | None = strawberry.field(default=None, description="So many units from today; below zero before it.")
    unit: DayUnit | None = strawberry.field(default=None, description="What is counted.")


@schema.value(description="One place of an audience. All of them, each before what is below it, are the whole.")
class AudienceTerm(Value):
    """Flat, so that any depth can be read at once."""

    place: str = strawberry.field(description="Where it stands, such as and.0.not; empty for the whole.")
    kind: AudienceTermKind = strawberry.field(description="What it is.")
    fact: str | None = strawberry.field(default=None, description="The fact that is asked.")
    gte: float | None = strawberry.field(default=None, description="At least.")
    gt: float | None = strawberry.field(default=None, description="More than.")
    lte: float | None = strawberry.field(default=None, description="At most.")
    lt: float | None = strawberry.field(default=None, description="Less than.")
    texts: list[str] | None = strawberry.field(default=None, description="One of these.")
    from_: Day | None = strawberry.field(default=None, name="from", description="On or after this day.")
    until: Day | None = strawberry.field(default=None, description="On or before this day.")
    is_: bool | None = strawberry.field(default=None, name="is", description="So, or there.")
    segment: Segment | None = one(models.Segment, via="segment_id", description="The segment to be in.")
    segment_id: strawberry.Private[UUID | None] = None


@schema.value(description="A customer who would be meant.")
class AudienceMember(Value):
    """One of a sample."""

    customer: Customer | None = one(CustomerModel, via="customer_id", description="The customer.")
    customer_id: strawberry.Private[UUID | None] = None


@schema.value(description="Whom an audience means now.")
class AudiencePreview(Value):
    """Customers in use; archived ones are never meant."""

    count: Long = strawberry.field(description="How many customers.")
    sample: list[AudienceMember] = strawberry.field(description="The newest of them.")


@schema.value(description="Something that is known of customers and can be asked for.")
class Fact(Value):
    """Of the core, or of a plugin that is enabled."""

    name: str = strawberry.field(description="The name that conditions use.")
    type: FactType = strawberry.field(description="Which condition asks for it.")
    description: str = strawberry.field(description="What it says of a customer, in the client's language.")
    unit: str | None = strawberry.field(default=None, description="The unit of a number.")
    is_many: bool = strawberry.field(description="Whether a customer may have several values.")


@schema.value(description="Customers entered or left a segment.")
class SegmentChange(Value):
    """Told once for each refresh that moved anybody."""

    segment: Segment | None = one(models.Segment, via="segment_id", description="The segment.")
    entered: Long = strawberry.field(description="How many entered.")
    left: Long = strawberry.field(description="How many left.")
    at: datetime.datetime = strawberry.field(description="When it was found.")
    segment_id: strawberry.Private[UUID | None] = None


@schema.value(description="The segment with its members.")
class SaveSegmentPayload(Payload):
    """Answer of saveSegment."""

    segment: Segment | None = one(models.Segment, via="segment_id", description="The segment.")
    segment_id: strawberry.Private[UUID | None] = None


@schema.value(description="The segment with those who match now.")
class RefreshSegmentPayload(Payload):
    """Answer of refreshSegment."""

    segment: Segment | None = one(models.Segment, via="segment_id", description="The segment.")
    entered: Long | None = strawberry.field(default=None, description="How many entered.")
    left: Long | None = strawberry.field(default=None, description="How many left.")
    segment_id: strawberry.Private[UUID | None] = None


@schema.value(description="The segment that was put away.")
class ArchiveSegmentPayload(Payload):
    """Answer of archiveSegment."""

    segment: Segment | None = one(models.Segment, via="segment_id", description="The segment.")
    segment_id: strawberry.Private[UUID | None] = None
