"""Which segments, and in which order."""

from typing import Any

import strawberry

from guanxi.audiences.types.enums import SegmentKind
from guanxi.audiences.types.outputs import Segment, schema
from guanxi.schema.inputs import IdFilter, LongFilter, SortDirection, TextFilter, TimeFilter


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@strawberry.input(description="Conditions on a segment's kind; all that are given must hold.")
class SegmentKindFilter:
    """Operators of the kind."""

    eq: SegmentKind | None = _optional("Equal.")


@schema.filter(Segment, description="Which segments; exactly one condition, joined by and, or and not.")
class SegmentFilter:
    """Conditions on segments."""

    and_: list["SegmentFilter"] | None = _optional("All of these hold.", "and")
    or_: list["SegmentFilter"] | None = _optional("At least one of these holds.", "or")
    not_: "SegmentFilter | None" = _optional("This does not hold.", "not")
    id: IdFilter | None = _optional("The id.")
    name: TextFilter | None = _optional("The name.")
    kind: SegmentKindFilter | None = _optional("Whether it follows its condition.")
    member_count: LongFilter | None = _optional("How many customers are in it.")
    archived_at: TimeFilter | None = _optional("When it was archived; `isNull: true` for those in use.")


@schema.order(Segment, description="The order of segments; exactly one key.")
class SegmentOrder:
    """Keys of the order."""

    name: SortDirection | None = _optional("The name, by code point.")
    created_at: SortDirection | None = _optional("When it was saved first.")
    member_count: SortDirection | None = _optional("How many customers are in it.")
