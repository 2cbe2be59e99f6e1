"""Which customers and which contact points."""

from typing import Any

import strawberry

from guanxi.customers import models
from guanxi.customers.permissions import READ_CUSTOMERS
from guanxi.customers.types.enums import ContactKind
from guanxi.customers.types.filters import CustomerFilter
from guanxi.customers.types.outputs import ContactPoint
from guanxi.quality.permissions import READ_QUALITY
from guanxi.quality.service import search
from guanxi.quality.types.outputs import schema
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.inputs import BooleanFilter, SortDirection, TextFilter
from guanxi.schema.part import FilterRule
from guanxi.schema.roots import Query

schema.filter_field(
    FilterRule(CustomerFilter, "search", search.write_condition, READ_CUSTOMERS),
    str,
    description=(
        "Each word finds the beginning of a name or of any part of it, in characters, pinyin or initials, without"
        " regard to case, diacritics, width or traditional forms; four digits find the end of a phone, and a whole"
        " phone or e-mail address its owner, for those who may see contact points."
    ),
)


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@strawberry.input(description="Conditions on the kind of a contact point; all that are given must hold.")
class ContactKindFilter:
    """Operators of the kind."""

    eq: ContactKind | None = _optional("Equal.")
    in_: list[ContactKind] | None = _optional("One of these; an empty list matches none.", "in")


@schema.filter(ContactPoint, description="Which contact points; exactly one condition, joined by and, or and not.")
class ContactPointFilter:
    """Their values are no filter: they can be masked."""

    and_: list["ContactPointFilter"] | None = _optional("All of these hold.", "and")
    or_: list["ContactPointFilter"] | None = _optional("At least one of these holds.", "or")
    not_: "ContactPointFilter | None" = _optional("This does not hold.", "not")
    is_valid: BooleanFilter | None = _optional("Whether it has the form of its kind.")
    invalid_reason: TextFilter | None = _optional("Why it is invalid, such as `too_short`.")
    kind: ContactKindFilter | None = _optional("What it is.")
    source: TextFilter | None = _optional("Where it came from.")


@schema.order(ContactPoint, description="One key of an order of contact points.")
class ContactPointOrder:
    """By age."""

    created_at: SortDirection | None = _optional("When it was added.")


schema.add(
    Query,
    "contact_points",
    Connection[ContactPoint] | None,
    page(
        models.ContactPoint,
        where=ContactPointFilter,
        order_by=ContactPointOrder,
        order="-created_at",
        permission=READ_QUALITY,
        description="The contact points of all customers, newest first: `where: {isValid: {eq: false}}` to clean up.",
    ),
)
