"""What changes of data quality answer."""

from uuid import UUID

import strawberry

from guanxi.customers.models import Customer as CustomerModel
from guanxi.customers.types.outputs import Customer
from guanxi.quality import models
from guanxi.quality.types.outputs import CustomerMerge, schema
from guanxi.schema.declare import one
from guanxi.schema.payloads import Payload


@schema.value(description="The merged customer.")
class MergeCustomersPayload(Payload):
    """Answer of mergeCustomers."""

    customer: Customer | None = one(CustomerModel, via="customer_id", description="Who has everything now.")
    merge: CustomerMerge | None = one(models.CustomerMerge, via="merge_id", description="The merge.")
    customer_id: strawberry.Private[UUID | None] = None
    merge_id: strawberry.Private[UUID | None] = None


@schema.value(description="Two customers again.")
class UnmergeCustomersPayload(Payload):
    """Answer of unmergeCustomers."""

    survivor: Customer | None = one(CustomerModel, via="survivor_id", description="Who keeps what came since.")
    absorbed: Customer | None = one(CustomerModel, via="absorbed_id", description="Who has its own facts again.")
    merge: CustomerMerge | None = one(models.CustomerMerge, via="merge_id", description="The merge.")
    survivor_id: strawberry.Private[UUID | None] = None
    absorbed_id: strawberry.Private[UUID | None] = None
    merge_id: strawberry.Private[UUID | None] = None


@schema.value(description="What became of a suggestion.")
class DismissDuplicatePayload(Payload):
    """Answer of dismissDuplicate; nothing but errors."""


@schema.value(description="The search for duplicates that was ordered.")
class FindDuplicatesPayload(Payload):
    """Answer of findDuplicates; nothing but errors."""
