"""Refuses what no field could store or JSON not carry back, before anything else looks at it."""

import math
from collections.abc import Iterable
from typing import Any

from graphql import (
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
)

from guanxi.errors import BadUserInputError, Text
from guanxi.execution import errors
from guanxi.settings import Limits

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
DIGITS = 400  # of a literal number; a double has at most 309 before the point

Path = tuple[str | int, ...]
Link = tuple["Link", str | int] | None  # a path as it grows: written out only for an error
SMALLER = Text("Send a smaller one.", "请缩短后重试。")


def check_variables(variables: dict[str, Any] | None, limits: Limits) -> None:
    """Walk variables as they came, without recursion. Raises: BadUserInputError naming the place."""
    waiting: list[tuple[Any, Link]] = [(variables, None)]
    while waiting:
        value, place = waiting.pop()
        try:
            waiting.extend(_check(value, limits, place))
        except BadUserInputError as error:
            raise error.at(*_path_of(place)) from None


def _check(value: Any, limits: Limits, place: Link) -> Iterable[tuple[Any, Link]]:
    """Check one value itself; what stands inside it comes back."""
    if isinstance(value, str):
        check_string(value, limits)
    elif isinstance(value, dict):
        for name in value:
            check_string(name, limits)
        return [(member, (place, name)) for name, member in value.items()]
    elif isinstance(value, list):
        check_length(len(value), limits)
        return [(item, (place, index)) for index, item in enumerate(value)]
    elif isinstance(value, int | float):
        check_number(value)
    return ()


def check_literal(node: ValueNode, limits: Limits, name: str) -> None:
    """Walk one literal of a document. Raises: BadUserInputError naming the argument."""
    waiting = [node]
    while waiting:
        value = waiting.pop()
        if isinstance(value, StringValueNode):
            check_string(value.value, limits, name)
        elif isinstance(value, IntValueNode):
            check_digits(value.value, name)
            check_number(int(value.value), name)
        elif isinstance(value, FloatValueNode):
            check_digits(value.value, name)
            check_number(float(value.value), name)
        elif isinstance(value, ListValueNode):
            check_length(len(value.values), limits, name)
            waiting.extend(value.values)
        elif isinstance(value, ObjectValueNode):
            waiting.extend(one.value for one in value.fields)


def check_string(value: str, limits: Limits, *path: str | int) -> None:
    """No NUL, no lone surrogate, at most ``string_bytes`` of UTF-8."""
    if "\0" in value:
        raise errors.bad_input(
            Text("A string contains the character NUL.", "字符串包含空字符（NUL）。"),
            Text("Leave it out.", "请移除该字符。"),
            *path,
        )
    try:
        size = len(value) if value.isascii() else len(value.encode())
    except UnicodeEncodeError:
        raise errors.bad_input(
            Text("A string contains half a character (a lone surrogate).", "字符串包含不完整的字符（孤立代理项）。"),
            Text("Send well-formed Unicode.", "请发送完整的 Unicode 文本。"),
            *path,
        ) from None
    if size > limits.string_bytes:
        raise errors.bad_input(
            Text(
                f"A string has {size} bytes; at most {limits.string_bytes} are taken.",
                f"字符串为 {size} 字节，上限为 {limits.string_bytes} 字节。",
            ),
            SMALLER,
            *path,
        )


def check_length(length: int, limits: Limits, *path: str | int) -> None:
    """At most ``list_items`` in one input list."""
    if length > limits.list_items:
        raise errors.bad_input(
            Text(
                f"A list has {length} items; at most {limits.list_items} are taken.",
                f"列表有 {length} 项，上限为 {limits.list_items} 项。",
            ),
            Text("Send it in several requests.", "请分多次请求发送。"),
            *path,
        )


def check_number(value: float, *path: str | int) -> None:
    """Whole numbers of 64 bit, finite others."""
    if isinstance(value, int) and not INT_MIN <= value <= INT_MAX:
        raise errors.bad_input(
            Text("A whole number is beyond 64 bit.", "整数超出 64 位范围。"),
            Text("Send a smaller number.", "请传入较小的数字。"),
            *path,
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise errors.bad_input(
            Text("A number is not finite.", "数字不是有限值。"),
            Text("Send a finite number.", "请传入有限的数字。"),
            *path,
        )


def check_digits(text: str, *path: str | int) -> None:
    """Refuse a literal before reading it as a number costs more than its length."""
    if len(text) > DIGITS:
        raise errors.bad_input(
            Text(f"A number has more than {DIGITS} digits.", f"数字超过 {DIGITS} 位。"),
            Text("Send a shorter number.", "请传入较短的数字。"),
            *path,
        )


def _path_of(place: Link) -> Path:
    steps: list[str | int] = []
    while place is not None:
        place, step = place
        steps.append(step)
    return tuple(reversed(steps))
