"""Audiences as clients write them, as the rules know them, and as they are shown."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, cast

import strawberry

from guanxi.audiences import service
from guanxi.audiences.events import SegmentChanged
from guanxi.audiences.models import Segment as SegmentRow
from guanxi.audiences.rules import checking, storage
from guanxi.audiences.rules.days import Point, Relative, Unit
from guanxi.audiences.rules.tree import (
    WORDS,
    And,
    DateIs,
    FlagIs,
    Known,
    MemberOf,
    Node,
    Not,
    NumberIs,
    Or,
    TextIs,
    walk,
)
from guanxi.audiences.types.enums import AudienceTermKind, DayUnit, FactType
from guanxi.audiences.types.inputs import Audience, DayInput, SaveSegmentInput, SegmentBy
from guanxi.audiences.types.outputs import SEGMENT, AudienceTerm, Day, Fact, Segment, SegmentChange
from guanxi.context import Context
from guanxi.errors import BadUserInputError, GuanxiError, Text
from guanxi.hookspecs import Fact as OfferedFact
from guanxi.schema.scalars import Long

FACT_TYPES = {
    int: FactType.NUMBER,
    float: FactType.NUMBER,
    str: FactType.TEXT,
    date: FactType.DATE,
    datetime: FactType.DATE,
    bool: FactType.FLAG,
}


def audience_of(given: Audience) -> Node:
    """The tree that a client sent. Raises: BadUserInputError at the place."""
    word, value = next((name, one) for name, one in vars(given).items() if one is not strawberry.UNSET)
    if value is None:
        raise _empty(word.rstrip("_"))
    if word in ("and_", "or_"):
        parts = tuple(_part(one, word.rstrip("_"), place) for place, one in enumerate(value))
        return And(parts) if word == "and_" else Or(parts)
    if word == "not_":
        return Not(_part(value, "not"))
    return _leaf(word, value)


def _part(given: Audience, *place: str | int) -> Node:
    try:
        return audience_of(given)
    except GuanxiError as error:
        raise error.at(*place) from None


def _leaf(word: str, value: Any) -> Node:
    match word:
        case "number":
            bounds = {name: _given(getattr(value, name)) for name in ("gte", "gt", "lte", "lt")}
            return NumberIs(value.fact, **bounds)
        case "text":
            return TextIs(value.fact, tuple(value.in_))
        case "date":
            return DateIs(value.fact, _point(value.from_, "from"), _point(value.until, "until"))
        case "flag":
            return FlagIs(value.fact, value.is_)
        case "known":
            return Known(value.fact, value.is_)
    try:
        return MemberOf(value.of(SEGMENT))
    except GuanxiError as error:
        raise error.at("segment") from None


def _given(value: Any) -> Any:
    return None if value is strawberry.UNSET else value


def _point(given: DayInput | None, place: str) -> Point | None:
    if _given(given) is None or given is None:
        return None
    if given.day is not strawberry.UNSET and given.day is not None:
        return given.day
    span, sign = (given.ago, -1) if _given(given.ago) is not None else (given.ahead, 1)
    if span is None or span is strawberry.UNSET or span.count < 0:
        raise _empty(f"date.{place}")
    return Relative(sign * span.count, Unit(str(span.unit.value)))


def _empty(place: str) -> BadUserInputError:
    return BadUserInputError(
        Text(f"The condition {place} is empty.", f"条件 {place} 为空。"),
        hint=Text("Leave it out, or say what is asked.", "请省略该条件，或填写内容。"),
        path=tuple(place.split(".")),
    )


def draft_of(values: SaveSegmentInput) -> service.SegmentDraft:
    """What a client wants a segment to be. Raises: BadUserInputError at the place."""
    try:
        audience = audience_of(values.audience)
    except GuanxiError as error:
        raise error.at("audience") from None
    return service.SegmentDraft(values.name, audience, str(values.kind), values.description)


async def find_segment(by: SegmentBy) -> Any:
    """The id of the segment that is meant; None where there is none."""
    if by.id is not strawberry.UNSET and by.id is not None:
        return by.id.of(SEGMENT)
    found = await SegmentRow.filter(name=by.name).values_list("id", flat=True)
    return next(iter(found), None)


def terms_of(segment: Segment) -> list[AudienceTerm]:
    """A segment's condition as it is shown."""
    return list(_terms(storage.from_json(vars(segment)["audience"])))


def _terms(audience: Node) -> Iterator[AudienceTerm]:
    for path, node in walk(audience):
        shown = AudienceTerm(
            place=".".join(str(step) for step in path),
            kind=AudienceTermKind(WORDS[type(node)]),
            fact=getattr(node, "fact", None),
            segment_id=node.segment_id if isinstance(node, MemberOf) else None,
        )
        match node:
            case NumberIs():
                shown.gte, shown.gt, shown.lte, shown.lt = node.gte, node.gt, node.lte, node.lt
            case TextIs():
                shown.texts = list(node.one_of)
            case DateIs():
                shown.from_, shown.until = _shown(node.start), _shown(node.end)
            case FlagIs():
                shown.is_ = node.is_true
            case Known():
                shown.is_ = node.is_known
        yield shown


def _shown(point: Point | None) -> Day | None:
    if isinstance(point, Relative):
        return Day(count=point.count, unit=DayUnit(point.unit.value))
    return Day(day=point) if point is not None else None


def fact_of(ctx: Context, offered: OfferedFact) -> Fact:
    """A fact as GraphQL shows it."""
    return Fact(
        name=offered.name,
        type=FACT_TYPES[offered.type],
        description=offered.description.localized(ctx.locale),
        unit=offered.unit,
        is_many=offered.is_many,
    )


def change_of(event: SegmentChanged) -> SegmentChange:
    """An event as GraphQL shows it."""
    return SegmentChange(
        segment_id=event.segment_id, entered=Long(event.entered), left=Long(event.left), at=event.occurred_at
    )


def tree_of(given: object) -> Node:
    """An audience in any of its forms: a tree, a client's input, what ``stored_audience`` made. Raises: TypeError."""
    if isinstance(given, Audience):
        return audience_of(given)
    if isinstance(given, Mapping):
        return storage.from_json(given)
    if isinstance(given, tuple(WORDS)):
        return cast(Node, given)
    raise TypeError(f"{type(given).__name__} is no audience: pass an Audience, or what stored_audience made")


def stored_audience(given: Audience) -> dict[str, Any]:
    """A client's audience as JSON values, for a plugin's own rows; ``ctx.matches`` takes it.

    Raises:
        BadUserInputError: it breaks a limit; ``path`` says where.
    """
    tree = audience_of(given)
    checking.check_shape(tree)
    return storage.to_json(tree)
