"""What is read of interactions."""

from datetime import date, datetime
from typing import Optional
from uuid import UUID

import strawberry

from guanxi.customers.models import Customer as CustomerModel
from guanxi.customers.types.outputs import Customer
from guanxi.interactions import models, permissions
from guanxi.interactions.types.enums import Channel, InteractionKind, RecordMode
from guanxi.schema.declare import column, many, money, one
from guanxi.schema.money import Money
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.scalars import JSON, Currency, Long
from guanxi.schema.values import Value

schema = SchemaPart()
INTERACTION, ITEM, CUSTOMER = "int", "itm", "cus"
READ = permissions.READ_INTERACTIONS


@schema.table(models.InteractionItem, tag=ITEM, permission=READ, description="One article of a sale or a return.")
class InteractionItem(Node):
    """In the order of its position."""

    position: int
    sku: str
    category: str | None
    qty: int
    amount_minor: Long | None


@schema.interface(
    models.Interaction,
    tag=INTERACTION,
    permission=READ,
    kind_column="kind",
    description="Something that happened between a customer and the merchant; never changed, only compensated.",
)
class Interaction(Node):
    """Plugins add implementers for their kinds."""

    customer: Customer | None = one(CustomerModel, via="customer_id", description="Whose timeline it stands on.")
    kind: InteractionKind
    occurred_at: datetime
    recorded_at: datetime
    channel: Channel
    source: str
    external_id: str | None
    order_ref: str | None
    amount_minor: Long | None
    currency: Currency
    amount: Money | None = money("amount_minor", description="The amount with its currency.")
    tax_minor: Long | None
    shipping_minor: Long | None
    discount_minor: Long | None
    refund_of: Optional["Interaction"] = one(
        models.Interaction, via="refund_of_id", description="What this gives money or goods back for."
    )
    voids: Optional["Interaction"] = one(models.Interaction, via="voids_id", description="What this takes back.")
    voided_by: Optional["Interaction"] = one(
        models.Interaction, via="voided_by_id", description="What took this back; null while it stands."
    )
    subject: str | None
    body: str | None
    actor: str
    attributes: JSON = column(description="An object of the merchant's own shape.")
    mode: RecordMode
    items: list[InteractionItem] = many(
        models.InteractionItem, "interaction", order="position", sizes=(50, 200), description="Articles, as sent."
    )


@schema.implements(description="An interaction of a kind that has no type of its own.")
class GenericInteraction(Interaction):
    """Every kind of the core, and those of plugins that are not enabled."""


@schema.value(description="One group of interactions, counted and summed. Voided ones are left out.")
class InteractionStats(Value):
    """What was not grouped by is null."""

    customer: Customer | None = one(CustomerModel, via="customer_id", description="The customer, when grouped by it.")
    kind: InteractionKind | None = strawberry.field(description="The kind, when grouped by it.")
    channel: Channel | None = strawberry.field(description="The channel, when grouped by it.")
    bucket: date | None = strawberry.field(description="The first day of the day or month, when grouped by it.")
    currency: Currency = strawberry.field(description="Amounts of different currencies are never added up.")
    count: Long = strawberry.field(description="How many interactions.")
    amount: Money = strawberry.field(description="The sum of all their amounts.")
    net: Money = strawberry.field(description="Purchases minus refunds and returns.")
    first_at: datetime = strawberry.field(description="When the first of them happened.")
    last_at: datetime = strawberry.field(description="When the last of them happened.")
    customer_id: strawberry.Private[UUID | None] = None
