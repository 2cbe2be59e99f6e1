"""Days of the merchant's calendar, absolute or as seen from today."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Unit(StrEnum):
    """What a relative day counts in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Relative:
    """A day so many units from today; below zero it is past."""

    count: int
    unit: Unit


Point = date | Relative


def day_of(point: Point, today: date) -> date:
    """The day that a point means on ``today``. A month too short ends it on its last day.

    Beyond the calendar it is the calendar's first or last day.
    """
    if isinstance(point, date):
        return point
    if point.unit in (Unit.DAY, Unit.WEEK):
        ordinal = today.toordinal() + point.count * (7 if point.unit is Unit.WEEK else 1)
        return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))
    months = today.year * 12 + today.month - 1 + point.count * (12 if point.unit is Unit.YEAR else 1)
    year, month = divmod(months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if year < date.min.year else date.max
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def first_moment(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins, in UTC; at the calendar's ends, that end."""
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if day.year <= date.min.year + 1 else datetime.max.replace(tzinfo=UTC)


def next_day(day: date) -> date:
    """The day after; the last one of the calendar has none, and stays."""
    return day if day == date.max else day + timedelta(days=1)
