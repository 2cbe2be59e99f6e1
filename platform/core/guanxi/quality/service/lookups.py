"""Personal values in the search index: keyed marks, equal for equal values, which say nothing by themselves."""

from enum import StrEnum
from typing import Final

from guanxi import crypto
from guanxi.context import Context
from guanxi.db import sealing

# No name begins with these bytes. Customers who share a mark after SHARED may be the same person.
SHARED: Final = b"\x00"
TAIL: Final = b"\x01"


class Mark(StrEnum):
    """What a mark stands for; part of the key that it is made with."""

    PHONE = "search.phone"
    EMAIL = "search.email"
    TAIL = "search.tail"
    PLACE = "search.place"


def mark_of(ctx: Context, kind: Mark, value: str) -> bytes:
    """What the index holds for a value, which is normalised."""
    return _head(kind) + crypto.index_of(sealing.current_ring(), ctx.merchant.id, kind, value)


def marks_of(ctx: Context, kind: Mark, value: str) -> list[bytes]:
    """What to look for: also the marks under older keys, for customers whom a rotation has not reached yet."""
    return [_head(kind) + one for one in crypto.indexes_of(sealing.current_ring(), ctx.merchant.id, kind, value)]


def _head(kind: Mark) -> bytes:
    return TAIL if kind is Mark.TAIL else SHARED
