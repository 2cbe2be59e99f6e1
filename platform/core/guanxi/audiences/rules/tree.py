"""An audience as a tree: conditions over facts, joined by and, or and not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from guanxi.audiences.rules.days import Point

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; of no parts, always."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds; of no parts, never."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class NumberIs:
    """The fact is a number within the bounds that are given."""

    fact: str
    gte: float | None = None
    gt: float | None = None
    lte: float | None = None
    lt: float | None = None


@dataclass(frozen=True, slots=True)
class TextIs:
    """The fact is one of these texts, exactly."""

    fact: str
    one_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DateIs:
    """The fact is a day, or a moment of a day, from ``start`` to ``end``, both included, in the merchant's calendar."""

    fact: str
    start: Point | None = None
    end: Point | None = None


@dataclass(frozen=True, slots=True)
class FlagIs:
    """The fact is known and so."""

    fact: str
    is_true: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Whether there is any value."""

    fact: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class MemberOf:
    """The customer is in the segment, as it was refreshed last."""

    segment_id: UUID


OverFact = NumberIs | TextIs | DateIs | FlagIs | Known
Leaf = OverFact | MemberOf
Node = And | Or | Not | Leaf

# What each condition is called where a client writes it, and which types of facts it fits.
WORDS: dict[type, str] = {
    And: "and",
    Or: "or",
    Not: "not",
    NumberIs: "number",
    TextIs: "text",
    DateIs: "date",
    FlagIs: "flag",
    Known: "known",
    MemberOf: "segment",
}
FITS: dict[type, tuple[type, ...]] = {
    NumberIs: (int, float),
    TextIs: (str,),
    DateIs: (date, datetime),
    FlagIs: (bool,),
    Known: (int, float, str, date, datetime, bool),
}


def children(node: Node) -> Iterator[tuple[Path, Node]]:
    """The parts of a node, each with its place in it."""
    if isinstance(node, And | Or):
        for place, part in enumerate(node.parts):
            yield (WORDS[type(node)], place), part
    elif isinstance(node, Not):
        yield ("not",), node.part


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node with its place, parents first; without recursion, so that no depth is too much for it."""
    waiting = [(path, node)]
    while waiting:
        here, one = waiting.pop()
        yield here, one
        waiting += reversed([((*here, *step), part) for step, part in children(one)])


def leaves(node: Node) -> Iterator[tuple[Path, Leaf]]:
    """The conditions, each with the place of its own fields."""
    for path, one in walk(node):
        if not isinstance(one, And | Or | Not):
            yield (*path, WORDS[type(one)]), one


def facts_of(node: Node) -> set[str]:
    """The names of all facts that are asked for."""
    return {one.fact for _, one in leaves(node) if not isinstance(one, MemberOf)}


def segments_of(node: Node) -> set[UUID]:
    """The segments that it refers to."""
    return {one.segment_id for _, one in leaves(node) if isinstance(one, MemberOf)}
