"""What is written of sources; the mapping is typed down to each path."""

from enum import Enum

import strawberry

from guanxi.schema.ids import Id
from guanxi.schema.scalars import Currency, TimeZone


@strawberry.enum(description="What a value of a foreign row is written in.")
class FieldUnit(Enum):
    """Of texts, amounts and times."""

    TEXT = strawberry.enum_value("text", description="As it is.")
    MAJOR = strawberry.enum_value("major", description="An amount in the currency's common unit, such as 12.50.")
    MINOR = strawberry.enum_value("minor", description="An amount in the smallest unit, such as 1250.")
    TIME = strawberry.enum_value("time", description="An ISO 8601 time; without offset in the mapping's zone.")
    SECONDS = strawberry.enum_value("seconds", description="Seconds since 1970, UTC.")
    MILLISECONDS = strawberry.enum_value("milliseconds", description="Milliseconds since 1970, UTC.")


@strawberry.input(description="Where in a row a value stands.")
class MappedFieldInput:
    """A path such as order.lines[0].sku; within a list, a leading / starts at the row."""

    path: str = strawberry.field(description="Keys with dots between.")
    unit: FieldUnit = strawberry.field(default=FieldUnit.TEXT, description="What it is written in.")
    prefix: str = strawberry.field(default="", description="Put before the value.")


@strawberry.input(description="A value that must be there, or be one of some texts.")
class MappingConditionInput:
    """One condition of a fact."""

    path: str = strawberry.field(description="Where it stands.")
    one_of: list[str] = strawberry.field(default_factory=list, description="These texts; empty: anything.")


@strawberry.input(description="Where a row says whom it is about.")
class MappedCustomerInput:
    """Parts that are left out are not read."""

    external_id: MappedFieldInput = strawberry.field(description="What the system calls the customer.")
    system: str | None = strawberry.field(default=None, description="Who calls the customer so; the source's name.")
    display_name: MappedFieldInput | None = strawberry.field(default=None, description="The name to show.")
    given_name: MappedFieldInput | None = strawberry.field(default=None, description="The given name.")
    family_name: MappedFieldInput | None = strawberry.field(default=None, description="The family name.")
    phone: MappedFieldInput | None = strawberry.field(default=None, description="A phone number.")
    email: MappedFieldInput | None = strawberry.field(default=None, description="An e-mail address.")
    wechat: MappedFieldInput | None = strawberry.field(default=None, description="A WeChat id.")
    province: MappedFieldInput | None = strawberry.field(default=None, description="Province of the address.")
    city: MappedFieldInput | None = strawberry.field(default=None, description="City of the address.")
    district: MappedFieldInput | None = strawberry.field(default=None, description="District of the address.")
    street: MappedFieldInput | None = strawberry.field(default=None, description="Street and door of the address.")
    postcode: MappedFieldInput | None = strawberry.field(default=None, description="Postcode of the address.")


@strawberry.input(description="Where a fact says its articles.")
class MappedItemsInput:
    """Each element of a list is one."""

    each: str = strawberry.field(description="The path of the list.")
    sku: MappedFieldInput = strawberry.field(description="The article's number.")
    qty: MappedFieldInput | None = strawberry.field(default=None, description="How many; 1 when left out.")
    amount: MappedFieldInput | None = strawberry.field(default=None, description="The amount of the line.")
    category: MappedFieldInput | None = strawberry.field(default=None, description="What sort of article it is.")


@strawberry.input(description="Where a row says that something happened.")
class MappedFactInput:
    """Once for the row, or for each element of a list."""

    kind: str = strawberry.field(description="The kind of interaction, in lower case.")
    external_id: MappedFieldInput = strawberry.field(description="What the source calls the fact, unique for ever.")
    occurred_at: MappedFieldInput = strawberry.field(description="When it happened.")
    each: str | None = strawberry.field(default=None, description="A list whose elements are facts.")
    when: list[MappingConditionInput] = strawberry.field(default_factory=list, description="Only where all hold.")
    amount: MappedFieldInput | None = strawberry.field(default=None, description="The amount.")
    currency: MappedFieldInput | None = strawberry.field(default=None, description="The currency.")
    order_ref: MappedFieldInput | None = strawberry.field(default=None, description="The order.")
    refund_of: MappedFieldInput | None = strawberry.field(
        default=None, description="What the source calls the fact that this gives back."
    )
    subject: MappedFieldInput | None = strawberry.field(default=None, description="What it is about.")
    items: MappedItemsInput | None = strawberry.field(default=None, description="The articles.")


@strawberry.input(description="How the batches of a source are read.")
class SourceMappingInput:
    """Checked when it is saved."""

    customer: MappedCustomerInput = strawberry.field(description="Whom a row is about.")
    facts: list[MappedFactInput] = strawberry.field(default_factory=list, description="What it says, at most 10.")
    rows: str | None = strawberry.field(default=None, description="The list in the body; the body when left out.")
    channel: str = strawberry.field(default="other", description="The channel of the facts, in lower case.")
    zone: TimeZone | None = strawberry.field(default=None, description="Of times without offset; the merchant's.")
    currency: Currency | None = strawberry.field(default=None, description="Of amounts; the merchant's.")


@strawberry.input(description="A new source: with the mapping of a preset, or one of its own.")
class CreateSourceInput:
    """The secret is in the answer."""

    name: str = strawberry.field(description="Stands in the address: lower-case letters, digits, hyphens.")
    title: str | None = strawberry.field(default=None, description="What staff call it.")
    preset: str | None = strawberry.field(default=None, description="taobao, jd, shopify or woocommerce.")
    mapping: SourceMappingInput | None = strawberry.field(default=None, description="A mapping of its own.")
    mode: str = strawberry.field(default="LIVE", description="LIVE, or HISTORICAL where its facts are no news.")


@strawberry.input(description="A change of a source; what is left out stays.")
class UpdateSourceInput:
    """Rows that wait are read by the new mapping when they are retried."""

    id: Id = strawberry.field(description="The source.")
    expected_version: int = strawberry.field(description="The version that you read.")
    title: str | None = strawberry.field(default=None, description="What staff call it.")
    preset: str | None = strawberry.field(default=None, description="taobao, jd, shopify or woocommerce.")
    mapping: SourceMappingInput | None = strawberry.field(default=None, description="A mapping of its own.")
    mode: str | None = strawberry.field(default=None, description="LIVE or HISTORICAL.")
    is_enabled: bool | None = strawberry.field(default=None, description="Whether its batches are taken.")


@strawberry.input(description="A source that is to get a new secret.")
class RotateSourceSecretInput:
    """The one before works on for a while."""

    id: Id = strawberry.field(description="The source.")
    overlap_hours: int = strawberry.field(default=24, description="How long the one before works, 0 to 168 hours.")


@strawberry.input(description="A source whose waiting rows are meant.")
class DeadLettersInput:
    """All of them, the longest-waiting first."""

    id: Id = strawberry.field(description="The source.")
