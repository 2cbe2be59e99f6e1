"""A mapping: where in a foreign row each field stands, in which unit and zone."""

from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic import Field as Limited

NAME = r"[A-Za-z0-9_]{1,64}(\[[0-9]{1,3}\])?"
PATH = rf"^/?{NAME}(\.{NAME}){{0,9}}$"
Path = Annotated[str, StringConstraints(pattern=PATH)]
Short = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9_.:-]*$")]


class Unit(StrEnum):
    """What a value is written in."""

    TEXT = "text"
    MAJOR = "major"
    MINOR = "minor"
    TIME = "time"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("there is no such time zone: use an IANA name such as Asia/Shanghai")
    return name


class Part(BaseModel):
    """Base of the parts of a mapping: unknown keys are refused, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Field(Part):
    """A value of the row, or with a leading ``/`` of the whole row while an element of a list is read."""

    path: Path
    unit: Unit = Unit.TEXT
    prefix: Short = ""


class Condition(Part):
    """A value that must be one of some texts; of an empty list, that must be there."""

    path: Path
    one_of: Annotated[tuple[Annotated[str, StringConstraints(max_length=80)], ...], Limited(max_length=20)] = ()


class CustomerFields(Part):
    """Who the row is about. ``system`` names who calls the customer by the external id: the source when left out."""

    external_id: Field
    system: Short | None = None
    display_name: Field | None = None
    given_name: Field | None = None
    family_name: Field | None = None
    phone: Field | None = None
    email: Field | None = None
    wechat: Field | None = None
    province: Field | None = None
    city: Field | None = None
    district: Field | None = None
    street: Field | None = None
    postcode: Field | None = None


class Items(Part):
    """The articles of a fact; ``each`` is the list."""

    each: Path
    sku: Field
    qty: Field | None = None
    amount: Field | None = None
    category: Field | None = None


class FactFields(Part):
    """One fact of the row where all conditions hold, or of each element of the list ``each``."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    external_id: Field
    occurred_at: Field
    each: Path | None = None
    when: Annotated[tuple[Condition, ...], Limited(max_length=5)] = ()
    amount: Field | None = None
    currency: Field | None = None
    order_ref: Field | None = None
    refund_of: Field | None = None
    subject: Field | None = None
    items: Items | None = None


class SourceMapping(Part):
    """How a batch of one source is read. ``rows`` is the list in the body; the body itself when left out."""

    customer: CustomerFields
    facts: Annotated[tuple[FactFields, ...], Limited(max_length=10)] = ()
    rows: Path | None = None
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")] = "other"
    zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None


def fields_in(part: Part, place: str = "") -> list[tuple[str, Field]]:
    """Every field of a mapping with its place, such as ``facts.0.amount``."""
    found: list[tuple[str, Field]] = []
    for name in type(part).model_fields:
        value: Any = getattr(part, name)
        here = f"{place}.{name}" if place else name
        listed = list(enumerate(value)) if isinstance(value, tuple) else [(None, value)]
        for number, one in listed:
            there = here if number is None else f"{here}.{number}"
            if isinstance(one, Field):
                found.append((there, one))
            elif isinstance(one, Part):
                found += fields_in(one, there)
    return found
