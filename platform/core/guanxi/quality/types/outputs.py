"""What is read of data quality."""

from datetime import datetime
from typing import Any

import strawberry

from guanxi.context import Context
from guanxi.customers.models import Customer as CustomerModel
from guanxi.customers.permissions import READ_CUSTOMERS
from guanxi.customers.types.enums import ContactKind
from guanxi.customers.types.outputs import Customer
from guanxi.quality import models
from guanxi.quality.permissions import READ_QUALITY
from guanxi.schema.connections import Connection
from guanxi.schema.declare import many, one, page
from guanxi.schema.enums import Member, OpenEnum
from guanxi.schema.inputs import SortDirection
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.roots import Query
from guanxi.schema.scalars import Long
from guanxi.schema.values import Value

schema = SchemaPart()
MERGE, ABSORPTION, DUPLICATE = "mrg", "abs", "dup"


@schema.table(
    models.CustomerMerge,
    tag=MERGE,
    permission=READ_CUSTOMERS,
    description="One customer merged into another, and perhaps taken apart again.",
)
class CustomerMerge(Node):
    """Kept for ever."""

    survivor: Customer | None = one(CustomerModel, via="survivor_id", description="Who has everything now.")
    absorbed: Customer | None = one(CustomerModel, via="absorbed_id", description="Who was merged into the survivor.")
    merged_at: datetime
    merged_by: str
    unmerged_at: datetime | None
    unmerged_by: str | None


@schema.table(
    models.Absorption,
    tag=ABSORPTION,
    permission=READ_CUSTOMERS,
    description="Where a customer went that is merged into another now.",
)
class Absorption(Node):
    """Gone when the merge is taken back."""

    survivor: Customer | None = one(CustomerModel, via="survivor_id", description="Who stands for the customer.")
    merge: CustomerMerge | None = one(models.CustomerMerge, via="merge_id", description="The merge, to take it back.")


class DuplicateReason(OpenEnum):
    """What speaks for two customers being one person."""

    PHONE = Member["DuplicateReason"]("They share a phone.")
    EMAIL = Member["DuplicateReason"]("They share an e-mail address.")
    SAME_NAME = Member["DuplicateReason"]("They have the same name, also in simplified and traditional characters.")
    SAME_READING = Member["DuplicateReason"]("Their names are read alike.")
    EXTERNAL_ID = Member["DuplicateReason"]("Two systems call them by the same id.")
    SIMILAR_NAME = Member["DuplicateReason"]("Their names are read nearly alike.")
    CITY = Member["DuplicateReason"]("They live in the same city.")
    BIRTHDAY = Member["DuplicateReason"]("They share a birthday.")
    OTHER = Member["DuplicateReason"]("Anything else.")


@schema.table(
    models.DuplicatePair,
    tag=DUPLICATE,
    permission=READ_QUALITY,
    description="Two customers who may be the same person.",
)
class Duplicate(Node):
    """Gone when it is dismissed or the two are merged."""

    first: Customer | None = one(CustomerModel, via="customer_id", description="The one known for longer.")
    second: Customer | None = one(CustomerModel, via="other_id", description="The other one.")
    score: int
    found_at: datetime


@schema.batch(Duplicate, permission=READ_QUALITY, requires=("reasons",))
async def reasons(duplicates: list[Duplicate], ctx: Context) -> list[list[DuplicateReason]]:
    """Why, the strongest reason first."""
    return [[DuplicateReason(one) for one in _stored(duplicate)] for duplicate in duplicates]


def _stored(duplicate: Any) -> list[str]:
    return list(vars(duplicate)["reasons"])


@schema.order(Duplicate, description="One key of an order of duplicates.")
class DuplicateOrder:
    """Each has an index."""

    score: SortDirection | None = strawberry.field(default=strawberry.UNSET, description="How sure it is.")


schema.add(
    Query,
    "duplicates",
    Connection[Duplicate] | None,
    page(
        models.DuplicatePair,
        order_by=DuplicateOrder,
        order="-score",
        permission=READ_QUALITY,
        description="Customers who may be the same person, the surest first, as the last search for them found.",
    ),
)
schema.add(
    Customer,
    "merged_into",
    Absorption | None,
    one(
        models.Absorption,
        "customer",
        permission=READ_CUSTOMERS,
        description=(
            "Who stands for the customer, where it is merged into another: archived, readable by its id as before,"
            " and what is recorded for it is recorded for the survivor."
        ),
    ),
)
schema.add(
    Customer,
    "merges",
    list[CustomerMerge],
    many(
        models.CustomerMerge,
        "survivor",
        permission=READ_CUSTOMERS,
        description="Who was merged into the customer, oldest first.",
    ),
)


@schema.value(description="Invalid contact points of one kind and reason.")
class InvalidContacts(Value):
    """Find them with `contactPoints`."""

    kind: ContactKind = strawberry.field(description="What they are.")
    reason: str = strawberry.field(description="Why they are invalid, as `ContactPoint.invalidReason` says it.")
    count: Long = strawberry.field(description="How many.")


@schema.value(description="What is wrong with the data, counted. Customers are those in use that you may see.")
class DataQuality(Value):
    """A moment's view."""

    customers: Long = strawberry.field(description="How many customers.")
    without_contact: Long = strawberry.field(description="How many of them nobody can reach by a valid contact point.")
    duplicates: Long = strawberry.field(description="How many pairs may be the same person.")
    invalid: list[InvalidContacts] = strawberry.field(description="Invalid contact points, the most frequent first.")
