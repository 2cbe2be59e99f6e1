"""Which customers, and in which order."""

from typing import Any

import strawberry

from guanxi.customers import models
from guanxi.customers.types.enums import Gender, Lifecycle
from guanxi.customers.types.outputs import Customer, schema
from guanxi.schema.ids import Id
from guanxi.schema.inputs import DateFilter, IdFilter, SortDirection, TextFilter, TimeFilter
from guanxi.schema.part import FilterEntry


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@strawberry.input(description="Conditions on a customer's stage; all that are given must hold.")
class LifecycleFilter:
    """Operators of the stage."""

    eq: Lifecycle | None = _optional("Equal.")
    ne: Lifecycle | None = _optional("Not equal.")
    in_: list[Lifecycle] | None = _optional("One of these; an empty list matches none.", "in")


@strawberry.input(description="Conditions on a customer's gender; all that are given must hold.")
class GenderFilter:
    """Operators of the gender."""

    eq: Gender | None = _optional("Equal.")
    ne: Gender | None = _optional("Not equal; unknown is not equal to anything.")
    in_: list[Gender] | None = _optional("One of these; an empty list matches none.", "in")
    is_null: bool | None = _optional("Whether it is unknown.")


@schema.filter(Customer, description="Which customers; exactly one condition, joined by and, or and not.")
class CustomerFilter:
    """Contact points are no filter: they can be masked."""

    and_: list["CustomerFilter"] | None = _optional("All of these hold.", "and")
    or_: list["CustomerFilter"] | None = _optional("At least one of these holds.", "or")
    not_: "CustomerFilter | None" = _optional("This does not hold.", "not")
    id: IdFilter | None = _optional("The id.")
    display_name: TextFilter | None = _optional("The name to show.")
    given_name: TextFilter | None = _optional("The given name.")
    family_name: TextFilter | None = _optional("The family name.")
    gender: GenderFilter | None = _optional("The gender.")
    birthday: DateFilter | None = _optional("The day of birth.")
    lifecycle: LifecycleFilter | None = _optional("The stage.")
    source: TextFilter | None = _optional("Where the customer came from.")
    owner_post_id: IdFilter | None = _optional("The post that looks after the customer.")
    archived_at: TimeFilter | None = _optional("When the customer was archived; `isNull: true` for those in use.")
    created_at: TimeFilter | None = _optional("When the customer became known.")
    updated_at: TimeFilter | None = _optional("When the customer last changed.")


schema.filter_field(
    FilterEntry(CustomerFilter, "tag", models.CustomerTag, "customer", "name"),
    TextFilter,
    description="The name of one of the customer's tags.",
)


@schema.order(Customer, description="One key of an order of customers.")
class CustomerOrder:
    """Each has an index."""

    created_at: SortDirection | None = _optional("When the customer became known.")
    updated_at: SortDirection | None = _optional("When the customer last changed.")
    display_name: SortDirection | None = _optional("The name to show, by code point.")


@strawberry.input(description="A customer's id in another system.")
class ExternalIdInput:
    """Both parts together are unique within the merchant."""

    system: str = strawberry.field(description="The other system, without case.")
    external_id: str = strawberry.field(description="The id there, exactly.")


@strawberry.input(one_of=True, description="One customer, by id or by a key.")
class CustomerBy:
    """Phone and e-mail need the right to see contact points."""

    id: Id | None = _optional("The id.")
    phone: str | None = _optional("A phone number, in any way of writing.")
    email: str | None = _optional("An e-mail address, in any way of writing.")
    external_id: ExternalIdInput | None = _optional("The id in another system.")
