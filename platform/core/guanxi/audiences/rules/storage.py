"""An audience as JSON values and back: what is kept with a segment, and in plugins' own rows."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from guanxi.audiences.rules.days import Point, Relative, Unit
from guanxi.audiences.rules.tree import WORDS, And, DateIs, FlagIs, Known, MemberOf, Node, Not, NumberIs, Or, TextIs

FORMAT_ERROR = "this is no stored audience"


def to_json(node: Node) -> dict[str, Any]:
    """One key, the word of the condition, as a client writes it. Equal audiences are equal values."""
    return {WORDS[type(node)]: _value(node)}


def from_json(stored: Mapping[str, Any]) -> Node:
    """The audience of ``to_json``. Raises: ValueError where it is none."""
    if len(stored) != 1:
        raise ValueError(FORMAT_ERROR)
    ((word, value),) = stored.items()
    match word:
        case "and":
            return And(tuple(from_json(one) for one in value))
        case "or":
            return Or(tuple(from_json(one) for one in value))
        case "not":
            return Not(from_json(value))
        case "segment":
            return MemberOf(UUID(hex=value))
    return _leaf(word, value)


def _leaf(word: str, value: Mapping[str, Any]) -> Node:
    fact = str(value["fact"])
    match word:
        case "number":
            return NumberIs(fact, **{name: value[name] for name in ("gte", "gt", "lte", "lt") if name in value})
        case "text":
            return TextIs(fact, tuple(value["in"]))
        case "date":
            return DateIs(fact, _point(value.get("from")), _point(value.get("until")))
        case "flag":
            return FlagIs(fact, bool(value["is"]))
        case "known":
            return Known(fact, bool(value["is"]))
    raise ValueError(FORMAT_ERROR)


def _value(node: Node) -> Any:
    if isinstance(node, And | Or):
        return [to_json(part) for part in node.parts]
    if isinstance(node, Not):
        return to_json(node.part)
    if isinstance(node, MemberOf):
        return node.segment_id.hex
    return {"fact": node.fact, **_operand(node)}


def _operand(leaf: NumberIs | TextIs | DateIs | FlagIs | Known) -> dict[str, Any]:
    match leaf:
        case NumberIs():
            bounds = {"gte": leaf.gte, "gt": leaf.gt, "lte": leaf.lte, "lt": leaf.lt}
            return {name: bound for name, bound in bounds.items() if bound is not None}
        case TextIs():
            return {"in": list(leaf.one_of)}
        case DateIs():
            days = {"from": leaf.start, "until": leaf.end}
            return {name: _written(point) for name, point in days.items() if point is not None}
        case FlagIs():
            return {"is": leaf.is_true}
        case Known():
            return {"is": leaf.is_known}


def _written(point: Point) -> Any:
    return point.isoformat() if isinstance(point, date) else {"count": point.count, "unit": point.unit.value}


def _point(stored: Any) -> Point | None:
    if stored is None:
        return None
    return date.fromisoformat(stored) if isinstance(stored, str) else Relative(stored["count"], Unit(stored["unit"]))
