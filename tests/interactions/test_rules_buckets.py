"""Days of a merchant's calendar as fixed offsets."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.interactions.rules.buckets import Span, offsets

ZONES = ["Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]
MOMENTS = st.integers(157_766_400, 2_082_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def test_a_zone_without_summer_time_is_one_offset() -> None:
    assert offsets("Asia/Shanghai", datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)) == [
        Span(None, 28_800)
    ]


def test_summer_time_begins_and_ends_to_the_second() -> None:
    spans = offsets("America/New_York", datetime(1997, 1, 1, tzinfo=UTC), datetime(1998, 1, 1, tzinfo=UTC))

    assert spans == [
        Span(None, -5 * 3600),
        Span(datetime(1997, 4, 6, 7, tzinfo=UTC), -4 * 3600),
        Span(datetime(1997, 10, 26, 6, tzinfo=UTC), -5 * 3600),
    ]


@pytest.mark.parametrize("zone", ZONES)
@given(first=MOMENTS, last=MOMENTS, at=MOMENTS)
def test_local_time_is_utc_plus_the_offset_of_its_span(
    zone: str, first: datetime, last: datetime, at: datetime
) -> None:
    first, last = min(first, last), max(first, last)
    at = min(max(at, first), last)
    offset = [span.offset_seconds for span in offsets(zone, first, last) if span.since is None or span.since <= at][-1]

    assert at.replace(tzinfo=None) + timedelta(seconds=offset) == at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
