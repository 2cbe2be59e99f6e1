"""GraphQL types of custom fields."""

import datetime as dt
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from guanxi.customers.models import Customer as CustomerModel
from guanxi.customers.types.enums import Collected
from guanxi.customers.types.filters import CustomerFilter
from guanxi.customers.types.outputs import Customer
from guanxi.customfields import models, permissions
from guanxi.customfields.service import filtering
from guanxi.schema import declare
from guanxi.schema.declare import column, one
from guanxi.schema.enums import Member, OpenEnum
from guanxi.schema.ids import Id
from guanxi.schema.inputs import BooleanFilter, DateFilter, LongFilter, SortDirection
from guanxi.schema.money import Money
from guanxi.schema.nodes import Node
from guanxi.schema.part import FilterRule, SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.scalars import Currency, Long

schema = SchemaPart()
FIELD, VALUE = "cfd", "cfv"
READ = permissions.READ_FIELDS


class FieldKind(OpenEnum):
    """What the values of a custom field are."""

    TEXT = Member["FieldKind"]("A text of at most 500 characters.")
    NUMBER = Member["FieldKind"]("A number.")
    MONEY = Member["FieldKind"]("An amount of money.")
    DATE = Member["FieldKind"]("A day.")
    ENUM = Member["FieldKind"]("One of the field's options.")
    BOOL = Member["FieldKind"]("Yes or no.")
    REFERENCE = Member["FieldKind"]("Another customer.")
    OTHER = Member["FieldKind"]("A kind that nobody here knows; it cannot be chosen.")


@schema.table(models.CustomField, tag=FIELD, permission=READ, description="A field that the merchant has defined.")
class CustomField(Node):
    """Key and kind never change."""

    key: str
    label: str
    kind: FieldKind
    archived_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


@schema.table(
    models.CustomValue, tag=VALUE, permission=READ, description="What a custom field says of a customer; one is set."
)
class CustomFieldValue(Node):
    """Which of the values is set follows from the field's kind."""

    field: CustomField | None = one(models.CustomField, via="field_id", description="The field.")
    text: str | None
    number: float | None
    money: Money | None = declare.money("amount_minor", description="Of a MONEY.")
    date: dt.date | None = column("day")
    option: str | None = column("choice")
    flag: bool | None
    reference: Customer | None = one(CustomerModel, via="reference_id", description="Of a REFERENCE.")
    source: str | None
    collected: Collected
    collected_at: datetime


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@schema.order(CustomField, description="The order of custom fields; give one field each.")
class CustomFieldOrder:
    """Ties are broken by id."""

    created_at: SortDirection | None = _optional("When it was defined.")


@strawberry.input(description="Conditions on the text of a custom field; all that are given must hold.")
class CustomTextFilter:
    """Comparison is by code point."""

    eq: str | None = _optional("Equal.")
    in_: list[str] | None = _optional("One of these; an empty list matches none.", "in")
    contains: str | None = _optional("Contains this text, case included.")


@strawberry.input(description="Conditions on the number of a custom field; all that are given must hold.")
class CustomNumberFilter:
    """Comparison is by value."""

    eq: float | None = _optional("Equal.")
    lt: float | None = _optional("Less than.")
    lte: float | None = _optional("At most.")
    gt: float | None = _optional("Greater than.")
    gte: float | None = _optional("At least.")


@strawberry.input(description="Customers by one custom field: at most one kind of condition beside the key.")
class CustomFieldFilter:
    """Without a condition: those who have a value."""

    key: str = strawberry.field(description="The field's key.")
    is_set: bool = strawberry.field(default=True, description="False: those to whom it does not apply.")
    text: CustomTextFilter | None = _optional("Of a TEXT.")
    number: CustomNumberFilter | None = _optional("Of a NUMBER.")
    amount_minor: LongFilter | None = _optional("Of a MONEY, in the smallest unit of whatever currency.")
    date: DateFilter | None = _optional("Of a DATE.")
    option: CustomTextFilter | None = _optional("Of an ENUM.")
    flag: BooleanFilter | None = _optional("Of a BOOL.")


schema.filter_field(
    FilterRule(CustomerFilter, "custom_field", filtering.write_condition, READ),
    CustomFieldFilter,
    description="What one of the merchant's own fields says of the customer.",
)


@strawberry.input(description="An amount of money.")
class CustomMoneyInput:
    """In the smallest unit."""

    amount_minor: Long = strawberry.field(description="The amount in the smallest unit of its currency.")
    currency: Currency = strawberry.field(description="An ISO 4217 code.")


@strawberry.input(one_of=True, description="A value of a custom field, of the field's kind.")
class CustomValueInput:
    """Exactly one."""

    text: str | None = _optional("Of a TEXT: at most 500 characters.")
    number: float | None = _optional("Of a NUMBER.")
    money: CustomMoneyInput | None = _optional("Of a MONEY.")
    date: dt.date | None = _optional("Of a DATE.")
    option: str | None = _optional("Of an ENUM: one of its options.")
    flag: bool | None = _optional("Of a BOOL.")
    reference: Id | None = _optional("Of a REFERENCE: another customer.")


@strawberry.input(description="What a custom field shall say.")
class SetCustomFieldInput:
    """Null clears it."""

    key: str = strawberry.field(description="The field's key.")
    value: CustomValueInput | None = strawberry.field(default=None, description="The value; null to clear it.")


@strawberry.input(description="Custom fields of a customer to fill in; those that are absent stay.")
class SetCustomFieldsInput:
    """All of them or none."""

    customer: Id = strawberry.field(description="The customer.")
    expected_version: int = strawberry.field(description="The customer's version that you read.")
    values: list[SetCustomFieldInput] = strawberry.field(description="At most 100, each key once.")
    source: str | None = strawberry.field(default=None, description="Where the values come from.")
    collected: Collected = strawberry.field(default=Collected.DIRECT, description="Who gave them.")


@strawberry.input(description="A new custom field.")
class CreateCustomFieldInput:
    """At most 100 are in use at once."""

    key: str = strawberry.field(description="Small letters, digits and _, beginning with a letter; never changes.")
    label: str = strawberry.field(description="What people call it, at most 80 characters.")
    kind: FieldKind = strawberry.field(description="What its values are; never changes.")
    options: list[str] = strawberry.field(default_factory=list, description="Of an ENUM: 1 to 200 options.")


@strawberry.input(description="A change of a custom field; what is absent stays.")
class UpdateCustomFieldInput:
    """Options are only added."""

    id: Id = strawberry.field(description="The field.")
    expected_version: int = strawberry.field(description="The version that you read.")
    label: strawberry.Maybe[str] = strawberry.field(description="What people call it.")
    options: strawberry.Maybe[list[str]] = strawberry.field(description="Those there are, and new ones.")
    is_archived: strawberry.Maybe[bool] = strawberry.field(description="Whether it is put away, its values with it.")


@schema.value(description="The new field.")
class CreateCustomFieldPayload(Payload):
    """Answer of createCustomField."""

    custom_field: CustomField | None = one(models.CustomField, via="field_id", description="The new field.")
    field_id: strawberry.Private[UUID | None] = None


@schema.value(description="The changed field.")
class UpdateCustomFieldPayload(Payload):
    """Answer of updateCustomField."""

    custom_field: CustomField | None = one(models.CustomField, via="field_id", description="The changed field.")
    field_id: strawberry.Private[UUID | None] = None


@schema.value(description="The customer as it stands after the change.")
class SetCustomFieldsPayload(Payload):
    """Answer of setCustomFields."""

    customer: Customer | None = one(CustomerModel, via="customer_id", description="The changed customer.")
    customer_id: strawberry.Private[UUID | None] = None
