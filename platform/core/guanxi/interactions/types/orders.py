"""What is read of orders."""

from datetime import datetime

import strawberry

from guanxi.interactions.types.outputs import schema
from guanxi.schema.enums import Member, OpenEnum
from guanxi.schema.scalars import Long
from guanxi.schema.values import Value


class OrderState(OpenEnum):
    """How far an order has come."""

    ORDERED = Member["OrderState"]("It was placed.")
    PAID = Member["OrderState"]("It was paid.")
    SHIPPED = Member["OrderState"]("It was sent.")
    DELIVERED = Member["OrderState"]("It arrived.")
    SETTLED = Member["OrderState"]("It is a purchase: nothing is open any more.")
    EXCHANGED = Member["OrderState"]("Something was exchanged.")
    RETURNED = Member["OrderState"]("Something came back.")
    REFUNDED = Member["OrderState"]("Money was given back.")
    OTHER = Member["OrderState"]("Any other state.")


@schema.value(description="A state that an order went through.")
class OrderStep(Value):
    """An order never goes back."""

    state: OrderState = strawberry.field(description="The state.")
    since: datetime = strawberry.field(description="When it was reached.")
    until: datetime | None = strawberry.field(description="When the next one was reached; null while it stands.")
    seconds: Long | None = strawberry.field(description="How long it lasted; null while it stands.")


@schema.value(description="An order: the interactions of one customer that share an order's reference.")
class SalesOrder(Value):
    """Derived from the timeline at the moment of asking."""

    order_ref: str = strawberry.field(description="The order's reference, as the shop writes it.")
    state: OrderState = strawberry.field(description="Where it stands.")
    steps: list[OrderStep] = strawberry.field(description="The states it went through, the first one first.")
