"""What an operation may cost at most, known before it runs: one for each object that it can return.

A document is compiled once into flat steps, one list for each definition; with the variables of a request
the steps are added up, each fragment once, inner ones first. Nothing recurses, so fragments that double
sixty times are as cheap to judge as sixty fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from guanxi.execution.shape import CAP

UNSIZED = 10  # rows assumed of a list that declares no size and was given none


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows a field returns at most, once the variables are known."""

    default: int
    maximum: int
    literal: int | None = None
    variables: tuple[str, ...] = ()

    def rows(self, variables: Mapping[str, Any]) -> int:
        """The largest of the given sizes. Beyond the maximum the resolver refuses, so no more come back."""
        given = [one for one in (variables.get(name) for name in self.variables) if isinstance(one, int)]
        if self.literal is not None:
            given.append(self.literal)
        return max(0, min(max(given), self.maximum)) if given else self.default


@dataclass(frozen=True, slots=True)
class Given:
    """Rows of a field whose size is that of the lists it was given, at whatever depth of its arguments."""

    literal: int
    variables: tuple[str, ...]

    def rows(self, variables: Mapping[str, Any]) -> int:
        """The longest given list; ``UNSIZED`` where all are shorter."""
        return max(UNSIZED, self.literal, *(longest(variables.get(name)) for name in self.variables))


@dataclass(slots=True)
class Step:
    """One field with selections, or one spread. ``parent`` is the step that it stands in.

    ``points``: what one row of it costs, its plain fields included. ``times``: rows for each parent; None
    takes what the parent hands down. ``hands``: the rows of unsized lists that stand directly in it, as
    ``edges`` and ``nodes`` in a page.
    """

    parent: int
    points: int = 0
    times: Size | Given | int | None = 1
    levels: int = 0  # list wrappers beyond the first
    hands: Size | Given | int = UNSIZED
    spread: str | None = None
    leaves: int = 0


@dataclass(slots=True)
class Price:
    """``fixed + handed × rows`` where ``rows`` is what the place of a spread hands down."""

    fixed: int = 0
    handed: int = 0

    def of(self, rows: int) -> int:
        """The price at one place."""
        return min(CAP, self.fixed + self.handed * rows)


@dataclass(slots=True)
class Prices:
    """The compiled costs of a document. ``visited`` counts compiled selections."""

    operations: dict[int, list[Step]] = field(default_factory=dict)  # by the place in document.definitions
    fragments: dict[str, list[Step]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    visited: int = 0

    def of(self, operation: int, variables: Mapping[str, Any]) -> int:
        """Points of one operation with coerced variables. Linear in the document's steps."""
        known: dict[str, Price] = {}
        for name in self.order:
            known[name] = add_up(self.fragments[name], variables, known)
        return add_up(self.operations[operation], variables, known).of(UNSIZED)


def add_up(steps: list[Step], variables: Mapping[str, Any], known: Mapping[str, Price]) -> Price:
    """The price of one definition; those of the fragments it spreads are known."""
    total = Price(fixed=steps[0].points)
    times, is_handed, hands = [1], [False], [-1]  # -1: not known before the place of the spread is
    for step in steps[1:]:
        rows, handed = times[step.parent], is_handed[step.parent]
        if step.spread is not None:
            inner = known.get(step.spread, Price())
            _add(total, rows * inner.fixed, handed)
            below = hands[step.parent]
            _add(total, rows * inner.handed * max(1, below), handed or below < 0)
        elif step.times is None and hands[step.parent] < 0:
            handed = True
        elif step.times is None:
            rows *= hands[step.parent]
        else:
            rows *= _rows(step.times, variables)
        rows = min(CAP, rows * UNSIZED**step.levels)
        _add(total, rows * step.points, handed)
        times.append(rows)
        is_handed.append(handed)
        hands.append(_rows(step.hands, variables))
    return total


def longest(value: Any) -> int:
    """The length of the longest list anywhere in a coerced value; 0 without one."""
    found, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list | tuple):
            found = max(found, len(one))
            waiting.extend(one)
        elif isinstance(one, dict):
            waiting.extend(one.values())
    return found


def count_objects(value: Any) -> int:
    """How many objects an answer holds."""
    found, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            found += 1
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return max(0, found - 1)  # the answer itself is none of them


def _add(total: Price, points: int, handed: bool) -> None:
    if handed:
        total.handed = min(CAP, total.handed + points)
    else:
        total.fixed = min(CAP, total.fixed + points)


def _rows(size: Size | Given | int, variables: Mapping[str, Any]) -> int:
    return size if isinstance(size, int) else size.rows(variables)
