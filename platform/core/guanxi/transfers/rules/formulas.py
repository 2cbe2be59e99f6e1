"""Keeps a spreadsheet from running what a customer wrote."""

from collections.abc import Iterable
from typing import Any, Final

# Beginnings that a spreadsheet takes for a formula, also behind blanks; full-width ones are folded by some.
RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def guard(value: Any) -> Any:
    """A text that a spreadsheet would run gets an apostrophe in front, which spreadsheets hide. Numbers stay."""
    if isinstance(value, str) and (value.startswith(RISKY) or value.lstrip(" \u00a0\u3000\ufeff").startswith(RISKY)):
        return f"'{value}"
    return value


def guarded(values: Iterable[Any]) -> list[Any]:
    """A row of a file."""
    return [guard(value) for value in values]
