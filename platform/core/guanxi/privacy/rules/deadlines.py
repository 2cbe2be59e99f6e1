"""By when a customer's request about his data has to be answered."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from holidays import HolidayBase

WORKING_DAYS = 15  # what practice in China takes the law's "timely" for


def due_on(received_at: datetime, timezone: str, working_days: int = WORKING_DAYS) -> date:
    """The last working day to answer, the day of receipt not counted, by the Chinese calendar with its shifted days.

    Years whose calendar is not published yet count by their statutory holidays.
    """
    received_on = received_at.astimezone(ZoneInfo(timezone)).date()
    return calendar().get_nth_working_day(received_on, working_days)


@cache
def calendar() -> HolidayBase:
    """Holidays and the weekends that are worked instead."""
    return holidays.country_holidays("CN")
