"""What clients send to record and take back interactions."""

from datetime import datetime

import strawberry

from guanxi.interactions.types.enums import Channel, InteractionKind, RecordMode
from guanxi.schema.ids import Id
from guanxi.schema.scalars import JSON, Currency, Long

LIVE = RecordMode("LIVE")
SMALLEST = "in the currency's smallest unit"


@strawberry.input(description="One article.")
class InteractionItemInput:
    """Stands in the list at the place that it is sent at."""

    sku: str = strawberry.field(description="The merchant's number of the article.")
    qty: int = strawberry.field(default=1, description="How many.")
    amount_minor: Long | None = strawberry.field(default=None, description=f"The amount of the line, {SMALLEST}.")
    category: str | None = strawberry.field(default=None, description="What sort of article it is.")


@strawberry.input(description="A fact to record.")
class InteractionInput:
    """The external id is the business key: the same fact again is not recorded twice."""

    customer: Id = strawberry.field(description="Whose timeline it belongs to.")
    kind: InteractionKind = strawberry.field(description="What happened.")
    occurred_at: datetime = strawberry.field(description="When it happened.")
    channel: Channel = strawberry.field(default=Channel("other"), description="Where it happened.")
    external_id: str | None = strawberry.field(
        default=None, description="What the source calls it, unique for ever; other content under it is a CONFLICT."
    )
    source: str | None = strawberry.field(default=None, description="Who calls it so; the channel when left out.")
    order_ref: str | None = strawberry.field(default=None, description="The order that it belongs to.")
    amount_minor: Long | None = strawberry.field(default=None, description=f"The amount, {SMALLEST}.")
    currency: Currency | None = strawberry.field(default=None, description="The merchant's when left out.")
    tax_minor: Long | None = strawberry.field(default=None, description="The tax within the amount.")
    shipping_minor: Long | None = strawberry.field(default=None, description="The shipping within the amount.")
    discount_minor: Long | None = strawberry.field(default=None, description="The discount already taken off.")
    refund_of: Id | None = strawberry.field(
        default=None, description="The interaction that a refund, return or exchange gives back."
    )
    subject: str | None = strawberry.field(default=None, description="What it is about, at most 200 characters.")
    body: str | None = strawberry.field(default=None, description="What was said, at most 20,000 characters.")
    attributes: JSON | None = strawberry.field(default=None, description="An object of the merchant's own shape.")
    items: list[InteractionItemInput] = strawberry.field(default_factory=list, description="Articles, at most 200.")


@strawberry.input(description="A fact to record.")
class RecordInteractionInput(InteractionInput):
    """The fact's own fields, flat."""

    mode: RecordMode = strawberry.field(default=LIVE, description="Whether it is news.")


@strawberry.input(description="Facts to record, all or none.")
class RecordInteractionsInput:
    """A batch."""

    interactions: list[InteractionInput] = strawberry.field(description="At most 1,000.")
    mode: RecordMode = strawberry.field(default=LIVE, description="Whether they are news.")


@strawberry.input(description="A fact to take back.")
class VoidInteractionInput:
    """Once and for good."""

    id: Id = strawberry.field(description="The interaction.")
    reason: str | None = strawberry.field(default=None, description="Why, at most 200 characters.")
