"""Cron expressions of five fields: minute, hour, day of the month, month, day of the week (0 or 7 is Sunday)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?")
DAYS = 366 * 9  # 29 February is at most eight years away


@dataclass(frozen=True, slots=True)
class Cron:
    """A parsed expression: what each field may be."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # Sunday is 0
    is_any_day: bool
    is_any_weekday: bool

    def holds_on(self, day: datetime) -> bool:
        """Whether it runs on a day. Where day and weekday are both limited, either is enough, as cron has it."""
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        either = (by_day or by_weekday) if not (self.is_any_day or self.is_any_weekday) else (by_day and by_weekday)
        return day.month in self.months and either


@lru_cache(256)
def parse(text: str) -> Cron:
    """Read an expression. Raises: ValueError with the field that is wrong."""
    parts = text.split()
    if len(parts) != len(FIELDS):
        raise ValueError(f"{text!r} has {len(parts)} fields, not five")
    values = [_values(part, *field) for part, field in zip(parts, FIELDS, strict=True)]
    minutes, hours, days, months, weekdays = values
    is_any_day, is_any_weekday = parts[2].startswith("*"), parts[4].startswith("*")
    made = Cron(minutes, hours, days, months, frozenset(one % 7 for one in weekdays), is_any_day, is_any_weekday)
    if next(_days(made, datetime(2024, 1, 1)), None) is None:  # noqa: DTZ001 - a calendar day, no moment
        raise ValueError(f"{text!r} names no day that there is")
    return made


def next_after(text: str, moment: datetime, zone: tzinfo) -> datetime:
    """The first time after ``moment`` that the expression names on the wall clock of ``zone``; aware UTC.

    A time that a change of the clock skips comes as much later; one that comes twice is named once.
    """
    cron = parse(text)
    local = moment.astimezone(zone).replace(tzinfo=None)
    for day in _days(cron, local.replace(hour=0, minute=0, second=0, microsecond=0)):
        for hour in sorted(cron.hours):
            for minute in sorted(cron.minutes):
                found = day.replace(hour=hour, minute=minute, tzinfo=zone).astimezone(UTC)
                if found > moment:
                    return found
    raise ValueError(f"{text!r} never comes again")


def _days(cron: Cron, first: datetime) -> Iterator[datetime]:
    for number in range(DAYS):
        day = first + timedelta(days=number)
        if cron.holds_on(day):
            yield day


def _values(text: str, name: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{text!r} is no {name}")
        first, last, step = (int(one) if one else None for one in match.groups())
        begin = low if first is None else first
        end = last if last is not None else begin if first is not None and step is None else high
        if step == 0 or not low <= begin <= end <= high:
            raise ValueError(f"{text!r} is no {name} from {low} to {high}")
        found.update(range(begin, end + 1, step or 1))
    return frozenset(found)
