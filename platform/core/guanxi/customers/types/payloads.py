"""What changes of customers answer."""

from datetime import datetime
from uuid import UUID

import strawberry

from guanxi.customers import models
from guanxi.customers.types.enums import UpsertStatus
from guanxi.customers.types.outputs import Customer, schema
from guanxi.schema.declare import one
from guanxi.schema.payloads import Payload, UserError
from guanxi.schema.values import Value


@schema.value(description="The new customer.")
class CreateCustomerPayload(Payload):
    """Answer of createCustomer."""

    customer: Customer | None = one(models.Customer, via="customer_id", description="The new customer.")
    customer_id: strawberry.Private[UUID | None] = None


@schema.value(description="One of the customers that were assigned.")
class AssignedCustomer(Value):
    """In the order of the input."""

    customer: Customer | None = one(models.Customer, via="customer_id", description="The customer.")
    customer_id: strawberry.Private[UUID | None] = None


@schema.value(description="The customer as it stands after the change.")
class UpdateCustomerPayload(Payload):
    """Answer of updateCustomer."""

    customer: Customer | None = one(models.Customer, via="customer_id", description="The changed customer.")
    customer_id: strawberry.Private[UUID | None] = None


@schema.value(description="The customers with who looks after them, in the order of the input.")
class AssignCustomersPayload(Payload):
    """Answer of assignCustomers."""

    customers: list[AssignedCustomer] = strawberry.field(default_factory=list, description="Them.")


@schema.value(description="The token.")
class IssueShopperTokenPayload(Payload):
    """Answer of issueShopperToken."""

    text: str | None = strawberry.field(default=None, description="The bearer token of the shopper's browser.")
    expires_at: datetime | None = strawberry.field(default=None, description="When it ends.")


@schema.value(description="The archived customer.")
class ArchiveCustomerPayload(Payload):
    """Answer of archiveCustomer."""

    customer: Customer | None = one(models.Customer, via="customer_id", description="The archived customer.")
    customer_id: strawberry.Private[UUID | None] = None


@schema.value(description="The restored customer.")
class RestoreCustomerPayload(Payload):
    """Answer of restoreCustomer."""

    customer: Customer | None = one(models.Customer, via="customer_id", description="The restored customer.")
    customer_id: strawberry.Private[UUID | None] = None


@schema.value(description="What became of one item of a batch.")
class UpsertOutcome(Value):
    """In the order of the items."""

    status: UpsertStatus = strawberry.field(description="What became of it.")
    customer: Customer | None = one(
        models.Customer, via="customer_id", description="The customer as it stands after the whole batch."
    )
    error: UserError | None = strawberry.field(description="Why the item was refused.", default=None)
    customer_id: strawberry.Private[UUID | None] = None


@schema.value(description="What became of a batch.")
class UpsertCustomersPayload(Payload):
    """Answer of upsertCustomers."""

    outcomes: list[UpsertOutcome] | None = strawberry.field(
        description="One for each item, in their order; null when the whole batch was refused.", default=None
    )
