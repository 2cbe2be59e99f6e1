"""What an audience may ask: limits first, so that nothing too large is looked at twice."""

import math
from collections.abc import Mapping
from datetime import date

from guanxi.audiences import errors
from guanxi.audiences.rules.days import Relative
from guanxi.audiences.rules.tree import (
    FITS,
    WORDS,
    And,
    DateIs,
    Known,
    MemberOf,
    Node,
    Not,
    NumberIs,
    Or,
    Path,
    TextIs,
    leaves,
    walk,
)
from guanxi.errors import Text

MAX_DEPTH = 8
MAX_CONDITIONS = 50
MAX_NODES = 200
MAX_VALUES = 500
MAX_TEXT = 200
MAX_UNITS = 10_000
LONG_MAX = 2**53 - 1
BOUNDS = ("gte", "gt", "lte", "lt")


def check_shape(node: Node) -> None:
    """Depth, number of conditions, lists, bounds. Raises: BadUserInputError at the place."""
    conditions = 0
    for nodes, (path, one) in enumerate(walk(node)):
        conditions += not isinstance(one, And | Or | Not)
        if conditions > MAX_CONDITIONS or nodes >= MAX_NODES:
            raise errors.too_many_conditions(path, MAX_CONDITIONS)
        if sum(isinstance(step, str) for step in path) > MAX_DEPTH:
            raise errors.too_deep(path, MAX_DEPTH)
    for path, leaf in leaves(node):
        if isinstance(leaf, NumberIs):
            _check_number(path, leaf)
        elif isinstance(leaf, TextIs):
            _check_texts(path, leaf)
        elif isinstance(leaf, DateIs):
            _check_days(path, leaf)


def check_types(node: Node, types: Mapping[str, type]) -> None:
    """Whether each condition fits its fact; ``types`` by the fact's name. Raises: BadUserInputError at the place."""
    for path, leaf in leaves(node):
        if isinstance(leaf, MemberOf):
            continue
        kind = types[leaf.fact]
        if kind not in FITS[type(leaf)]:
            raise errors.unfit((*path, "fact"), leaf.fact, word_for(kind))
        if isinstance(leaf, NumberIs) and kind is int:
            _check_whole(path, leaf)


def word_for(kind: type) -> str:
    """How a fact of this type is asked for."""
    return next((WORDS[leaf] for leaf, kinds in FITS.items() if kind in kinds), WORDS[Known])


def _check_number(path: Path, leaf: NumberIs) -> None:
    given = {name: bound for name in BOUNDS if (bound := getattr(leaf, name)) is not None}
    if not given:
        raise errors.refused(
            path,
            Text("A number condition needs a bound.", "数字条件缺少边界。"),
            Text("Send gte, gt, lte or lt.", "请填写 gte、gt、lte 或 lt。"),
        )
    for name, bound in given.items():
        if not math.isfinite(bound) or abs(bound) > LONG_MAX:
            raise errors.refused(
                (*path, name),
                Text("The bound is out of range.", "边界超出范围。"),
                Text(f"Send a number within ±{LONG_MAX}.", f"请填写 ±{LONG_MAX} 以内的数字。"),
            )


def _check_whole(path: Path, leaf: NumberIs) -> None:
    for name in BOUNDS:
        bound = getattr(leaf, name)
        if bound is not None and bound != int(bound):
            raise errors.refused(
                (*path, name),
                Text(f"The fact {leaf.fact} is a whole number.", f"事实 {leaf.fact} 为整数。"),
                Text("Send a whole number, amounts in the smallest unit.", "请填写整数，金额以最小货币单位计。"),
            )


def _check_texts(path: Path, leaf: TextIs) -> None:
    if len(leaf.one_of) > MAX_VALUES:
        raise errors.too_long((*path, "in"), MAX_VALUES)
    for place, text in enumerate(leaf.one_of):
        if len(text) > MAX_TEXT or "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            raise errors.refused(
                (*path, "in", place),
                Text("The text cannot be compared.", "文本无法比较。"),
                Text(f"Write at most {MAX_TEXT} valid characters.", f"请填写不超过 {MAX_TEXT} 个有效字符。"),
            )


def _check_days(path: Path, leaf: DateIs) -> None:
    if leaf.start is None and leaf.end is None:
        raise errors.refused(
            path,
            Text("A date condition needs a bound.", "日期条件缺少边界。"),
            Text("Send from, until or both.", "请填写 from、until 或两者。"),
        )
    for name, point in (("from", leaf.start), ("until", leaf.end)):
        if isinstance(point, Relative) and abs(point.count) > MAX_UNITS:
            raise errors.refused(
                (*path, name),
                Text("The day is too far away.", "日期过远。"),
                Text(f"Count at most {MAX_UNITS} units.", f"最多 {MAX_UNITS} 个单位。"),
            )
    if isinstance(leaf.start, date) and isinstance(leaf.end, date) and leaf.start > leaf.end:
        raise errors.refused(
            path,
            Text("The range ends before it begins.", "日期范围的结束早于开始。"),
            Text("Send an until that is not before from.", "请确保 until 不早于 from。"),
        )
