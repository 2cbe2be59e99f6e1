"""Days and months of a merchant's calendar, as fixed offsets that any database can add."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

PROBE = timedelta(days=7)
SECOND = timedelta(seconds=1)


class Span(NamedTuple):
    """From ``since`` on (None: from ever) local time is UTC plus ``offset_seconds``."""

    since: datetime | None
    offset_seconds: int


def offsets(zone: str, first: datetime, last: datetime) -> list[Span]:
    """The zone's offsets between two moments, oldest first; at least one.

    No database is asked for its own time zones: two of them rarely know the same ones.
    """
    spans = [Span(None, _offset(zone, first))]
    for year in range(first.year, last.year + 1):
        spans += [one for one in _changes(zone, year) if one.since and first < one.since <= last]
    return spans


@lru_cache(maxsize=4096)
def _changes(zone: str, year: int) -> tuple[Span, ...]:
    """The changes of offset within a year, to the second. Source: the IANA data of this machine."""
    start, end = datetime(year, 1, 1, tzinfo=UTC) - SECOND, datetime(year + 1, 1, 1, tzinfo=UTC) - SECOND
    probes = [start]
    while probes[-1] < end:
        probes.append(min(probes[-1] + PROBE, end))
    return tuple(
        _change(zone, before, after)
        for before, after in pairwise(probes)
        if _offset(zone, before) != _offset(zone, after)
    )


def _change(zone: str, before: datetime, after: datetime) -> Span:
    """The second at which the offset changes; within a week there is one change at most."""
    old = _offset(zone, before)
    while after - before > SECOND:
        middle = before + timedelta(seconds=(after - before) // SECOND // 2)
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return Span(after, _offset(zone, after))


def _offset(zone: str, at: datetime) -> int:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) if offset else 0
