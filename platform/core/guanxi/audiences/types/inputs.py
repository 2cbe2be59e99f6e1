"""What clients send of audiences and segments."""

from datetime import date
from typing import Any

import strawberry

from guanxi.audiences.types.enums import DayUnit, SegmentKind
from guanxi.schema.ids import Id

DYNAMIC = SegmentKind("dynamic")
FACT = "The fact's name, as the field facts lists it."


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@strawberry.input(description="A stretch of days.")
class DaySpanInput:
    """Counted from today in the merchant's calendar."""

    count: int = strawberry.field(description="How many, 0 to 10,000.")
    unit: DayUnit = strawberry.field(default=DayUnit.DAY, description="Of what.")


@strawberry.input(one_of=True, description="A day, or a day as seen from today in the merchant's calendar.")
class DayInput:
    """Exactly one of these."""

    day: date | None = _optional("This day.")
    ago: DaySpanInput | None = _optional("So long before today; 0 days ago is today.")
    ahead: DaySpanInput | None = _optional("So long after today.")


@strawberry.input(description="A number within bounds; all that are given must hold.")
class NumberConditionInput:
    """A customer without a value is within none."""

    fact: str = strawberry.field(description=FACT)
    gte: float | None = _optional("At least; amounts in the smallest unit.")
    gt: float | None = _optional("More than.")
    lte: float | None = _optional("At most.")
    lt: float | None = _optional("Less than.")


@strawberry.input(description="One of some texts, exactly; of many values, any one of them.")
class TextConditionInput:
    """A customer without a value is none of them."""

    fact: str = strawberry.field(description=FACT)
    in_: list[str] = strawberry.field(name="in", description="At most 500; an empty list matches nobody.")


@strawberry.input(description="A day, or a moment on a day, within a range; both ends belong to it.")
class DateConditionInput:
    """A customer without a value is within none."""

    fact: str = strawberry.field(description=FACT)
    from_: DayInput | None = _optional("On or after this day.", "from")
    until: DayInput | None = _optional("On or before this day.")


@strawberry.input(description="Something that is so or not.")
class FlagConditionInput:
    """A customer without a value is neither."""

    fact: str = strawberry.field(description=FACT)
    is_: bool = strawberry.field(name="is", description="True or false.")


@strawberry.input(description="Whether the fact has a value at all.")
class KnownConditionInput:
    """Works for facts of every type."""

    fact: str = strawberry.field(description=FACT)
    is_: bool = strawberry.field(name="is", default=True, description="True: there is a value.")


@strawberry.input(
    one_of=True, description="Which customers: a condition over facts, or several joined by and, or and not."
)
class Audience:
    """At most 50 conditions in 8 levels. What is not known is not so, and `not` of it is true."""

    and_: list["Audience"] | None = _optional("All of these hold; an empty list is everybody.", "and")
    or_: list["Audience"] | None = _optional("At least one of these holds; an empty list is nobody.", "or")
    not_: "Audience | None" = _optional("This does not hold.", "not")
    number: NumberConditionInput | None = _optional("A number within bounds.")
    text: TextConditionInput | None = _optional("One of some texts.")
    date: DateConditionInput | None = _optional("A day within a range.")
    flag: FlagConditionInput | None = _optional("True or false.")
    known: KnownConditionInput | None = _optional("Whether there is a value.")
    segment: Id | None = _optional("Member of this segment, as it was refreshed last.")


@strawberry.input(description="A segment to save: a new one, or with an id the new form of that one.")
class SaveSegmentInput:
    """The same new segment again is the one there is."""

    id: Id | None = strawberry.field(default=None, description="The segment to change; a new one when left out.")
    expected_version: int | None = strawberry.field(default=None, description="The version that you read.")
    name: str = strawberry.field(description="What staff call it, unique; at most 80 characters.")
    description: str | None = strawberry.field(default=None, description="What it is for, at most 500 characters.")
    kind: SegmentKind = strawberry.field(default=DYNAMIC, description="Whether it follows its condition.")
    audience: Audience = strawberry.field(description="Which customers.")


@strawberry.input(description="A dynamic segment whose members are to be found anew.")
class RefreshSegmentInput:
    """Twice is once."""

    id: Id = strawberry.field(description="The segment.")


@strawberry.input(description="A segment to put away.")
class ArchiveSegmentInput:
    """Twice is once."""

    id: Id = strawberry.field(description="The segment.")
    expected_version: int | None = strawberry.field(default=None, description="The version that you read.")


@strawberry.input(one_of=True, description="One segment, by id or by name.")
class SegmentBy:
    """Exactly one key."""

    id: Id | None = _optional("The id.")
    name: str | None = _optional("The name.")
