"""Enums of audiences, as the API names what the rules know."""

from enum import Enum

import strawberry

from guanxi.schema.enums import Member, OpenEnum


class SegmentKind(OpenEnum):
    """Whether a segment follows its condition."""

    unknown = "STATIC"

    STATIC = Member["SegmentKind"]("Keeps the customers whom it was saved with.")
    DYNAMIC = Member["SegmentKind"]("Follows its condition with each refresh.")


@strawberry.enum(description="What relative days count in.")
class DayUnit(Enum):
    """Of the merchant's calendar."""

    DAY = strawberry.enum_value("day", description="Days.")
    WEEK = strawberry.enum_value("week", description="Weeks of seven days.")
    MONTH = strawberry.enum_value("month", description="Months; a shorter one ends on its last day.")
    YEAR = strawberry.enum_value("year", description="Years.")


@strawberry.enum(description="What a fact is.")
class FactType(Enum):
    """Which condition asks for it."""

    NUMBER = strawberry.enum_value("number", description="A number: ask with number.")
    TEXT = strawberry.enum_value("text", description="A text: ask with text.")
    DATE = strawberry.enum_value("date", description="A day or a moment: ask with date.")
    FLAG = strawberry.enum_value("flag", description="True or false: ask with flag.")


@strawberry.enum(description="What stands at one place of an audience.")
class AudienceTermKind(Enum):
    """The words of Audience."""

    AND = strawberry.enum_value("and", description="All terms below hold.")
    OR = strawberry.enum_value("or", description="At least one term below holds.")
    NOT = strawberry.enum_value("not", description="The term below does not hold.")
    NUMBER = strawberry.enum_value("number", description="A number within bounds.")
    TEXT = strawberry.enum_value("text", description="One of some texts.")
    DATE = strawberry.enum_value("date", description="A day within a range.")
    FLAG = strawberry.enum_value("flag", description="True or false.")
    KNOWN = strawberry.enum_value("known", description="Whether there is a value.")
    SEGMENT = strawberry.enum_value("segment", description="Member of a segment.")
