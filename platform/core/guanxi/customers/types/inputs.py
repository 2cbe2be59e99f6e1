"""What is written of customers."""

from datetime import date

import strawberry

from guanxi.customers.types.enums import Collected, ContactKind, Gender, Lifecycle
from guanxi.customers.types.filters import ExternalIdInput
from guanxi.schema.ids import Id
from guanxi.schema.scalars import TimeZone

VERSION = "The version that you read."


@strawberry.input(description="A contact point to add; one that the customer has already is not added again.")
class ContactPointInput:
    """An address may come in parts, as one text, or both."""

    kind: ContactKind = strawberry.field(description="What it is.")
    value: str = strawberry.field(default="", description="As the customer wrote it; may be left out of an address.")
    is_verified: bool = strawberry.field(default=False, description="Whether the customer proved to hold it.")
    is_preferred: bool = strawberry.field(default=False, description="The first choice of its kind.")
    province: str | None = strawberry.field(default=None, description="Province of an address.")
    city: str | None = strawberry.field(default=None, description="City of an address.")
    district: str | None = strawberry.field(default=None, description="District of an address.")
    street: str | None = strawberry.field(default=None, description="Street, building and door of an address.")
    postcode: str | None = strawberry.field(default=None, description="Postcode of an address.")
    source: str | None = strawberry.field(default=None, description="Where it came from.")
    collected: Collected = strawberry.field(default=Collected.DIRECT, description="Who gave it.")


@strawberry.input(description="A change of one contact point; what is absent stays, null clears.")
class UpdateContactPointInput:
    """The kind stays."""

    id: Id = strawberry.field(description="The contact point.")
    value: strawberry.Maybe[str] = strawberry.field(description="As the customer wrote it.")
    is_verified: strawberry.Maybe[bool] = strawberry.field(description="Whether the customer proved to hold it.")
    is_preferred: strawberry.Maybe[bool] = strawberry.field(description="The first choice of its kind.")
    province: strawberry.Maybe[str | None] = strawberry.field(description="Province of an address.")
    city: strawberry.Maybe[str | None] = strawberry.field(description="City of an address.")
    district: strawberry.Maybe[str | None] = strawberry.field(description="District of an address.")
    street: strawberry.Maybe[str | None] = strawberry.field(description="Street, building and door.")
    postcode: strawberry.Maybe[str | None] = strawberry.field(description="Postcode of an address.")
    source: strawberry.Maybe[str | None] = strawberry.field(description="Where it came from.")
    collected: strawberry.Maybe[Collected] = strawberry.field(description="Who gave it.")


@strawberry.input(description="A customer's own fields; what is absent stays as it is, null clears.")
class CustomerFieldsInput:
    """Base of the inputs that create and change customers."""

    display_name: strawberry.Maybe[str | None] = strawberry.field(
        description="The name to show, at most 120 characters; null: made of family and given name."
    )
    given_name: strawberry.Maybe[str | None] = strawberry.field(description="The given name.")
    family_name: strawberry.Maybe[str | None] = strawberry.field(description="The family name.")
    gender: strawberry.Maybe[Gender | None] = strawberry.field(description="The gender; null where unknown.")
    birthday: strawberry.Maybe[date | None] = strawberry.field(description="The day of birth, solar calendar.")
    is_lunar_birthday: strawberry.Maybe[bool] = strawberry.field(
        description="Whether it is celebrated by the lunar calendar."
    )
    locale: strawberry.Maybe[str | None] = strawberry.field(description="The preferred language, BCP 47.")
    timezone: strawberry.Maybe[TimeZone | None] = strawberry.field(description="The time zone, IANA.")
    lifecycle: strawberry.Maybe[Lifecycle] = strawberry.field(description="How near to the shop; at first LEAD.")
    source: strawberry.Maybe[str | None] = strawberry.field(description="Where the customer came from.")


@strawberry.input(description="A new customer.")
class CreateCustomerInput(CustomerFieldsInput):
    """At least one name is needed."""

    contact_points: list[ContactPointInput] = strawberry.field(
        default_factory=list, description="How the customer is reached, at most 50."
    )
    identities: list[ExternalIdInput] = strawberry.field(
        default_factory=list, description="What other systems call the customer, at most 50."
    )
    tags: list[str] = strawberry.field(default_factory=list, description="Tags, at most 50 of 40 characters.")


@strawberry.input(description="A change of one customer; what is absent stays, null clears.")
class UpdateCustomerInput(CustomerFieldsInput):
    """Removals come first, then changes, then additions."""

    id: Id = strawberry.field(description="The customer.")
    expected_version: int = strawberry.field(description=VERSION)
    add_contact_points: list[ContactPointInput] = strawberry.field(
        default_factory=list, description="Contact points to add."
    )
    update_contact_points: list[UpdateContactPointInput] = strawberry.field(
        default_factory=list, description="Contact points to change."
    )
    remove_contact_points: list[Id] = strawberry.field(default_factory=list, description="Contact points to remove.")
    add_identities: list[ExternalIdInput] = strawberry.field(default_factory=list, description="Identities to link.")
    remove_identities: list[ExternalIdInput] = strawberry.field(
        default_factory=list, description="Identities to unlink."
    )
    tags: strawberry.Maybe[list[str]] = strawberry.field(description="These tags and no others.")
    add_tags: list[str] = strawberry.field(default_factory=list, description="Tags to put on.")
    remove_tags: list[str] = strawberry.field(default_factory=list, description="Tags to take off.")


@strawberry.input(description="A customer whose own browser is to be let in.")
class IssueShopperTokenInput:
    """For that customer alone."""

    customer: Id = strawberry.field(description="The customer.")
    seconds: int = strawberry.field(default=900, description="How long it is good, a minute to an hour.")


@strawberry.input(description="A customer to put away. Everything is kept.")
class ArchiveCustomerInput:
    """Twice is once."""

    id: Id = strawberry.field(description="The customer.")
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="An archived customer to take back into use.")
class RestoreCustomerInput:
    """Twice is once."""

    id: Id = strawberry.field(description="The customer.")
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="A customer as another system knows it; created or changed.")
class UpsertCustomerInput(CustomerFieldsInput):
    """Nothing is taken away."""

    external_id: ExternalIdInput = strawberry.field(description="What the other system calls the customer.")
    contact_points: list[ContactPointInput] = strawberry.field(
        default_factory=list, description="Contact points to add, at most 50."
    )
    tags: list[str] = strawberry.field(default_factory=list, description="Tags to put on, at most 50.")


@strawberry.input(description="Many customers to create or change.")
class UpsertCustomersInput:
    """One transaction; a refused item stops no other."""

    items: list[UpsertCustomerInput] = strawberry.field(description="At most 500.")


@strawberry.input(description="Who looks after these customers from now on.")
class AssignCustomersInput:
    """At most 500 at once."""

    customers: list[Id] = strawberry.field(description="The customers.")
    post: Id | None = strawberry.field(default=None, description="The post; absent: nobody.")
