"""Cron expressions: what they name, on which wall clock, and what is refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.jobs.rules import cron, waits

MOMENTS = st.integers(1_704_067_200, 1_956_528_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
EXPRESSIONS = st.sampled_from(
    ["* * * * *", "*/15 * * * *", "0 3 * * *", "30 9 1 * *", "0 0 29 2 *", "5 4 * * 1-5", "0 12 13 * 5", "0 6 * * 7"]
)
ZONES = st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"])


@pytest.mark.parametrize(
    ("text", "after", "comes"),
    [
        ("0 3 * * *", "2026-11-11 03:00", "2026-11-12 03:00"),
        ("*/20 8-9 * * *", "2026-11-11 08:41", "2026-11-11 09:00"),
        ("0 0 1,15 * *", "2026-11-11 00:00", "2026-11-15 00:00"),
        ("0 0 29 2 *", "2026-11-11 00:00", "2028-02-29 00:00"),
        ("0 0 * * 0", "2026-11-11 00:00", "2026-11-15 00:00"),
        ("0 0 * * 7", "2026-11-11 00:00", "2026-11-15 00:00"),
        ("0 0 13 * 5", "2026-11-11 00:00", "2026-11-13 00:00"),
        ("0 0 20 * 1", "2026-11-11 00:00", "2026-11-16 00:00"),
        ("59 23 31 12 *", "2026-12-31 23:59", "2027-12-31 23:59"),
    ],
)
def test_the_next_time(text: str, after: str, comes: str) -> None:
    found = cron.next_after(text, datetime.fromisoformat(f"{after}+00:00"), UTC)

    assert found == datetime.fromisoformat(f"{comes}+00:00")


def test_a_time_that_the_clock_skips_comes_later_and_one_that_comes_twice_is_named_once() -> None:
    zone = ZoneInfo("America/New_York")

    spring = cron.next_after("30 2 * * *", datetime(2026, 3, 8, 5, tzinfo=UTC), zone)
    autumn = [cron.next_after("30 1 * * *", datetime(2026, 11, 1, 4, tzinfo=UTC), zone)]
    autumn.append(cron.next_after("30 1 * * *", autumn[0], zone))

    assert spring == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert autumn == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 2, 6, 30, tzinfo=UTC)]


@given(EXPRESSIONS, MOMENTS, ZONES)
def test_the_next_time_is_after_and_is_named_by_the_expression(text: str, moment: datetime, zone: str) -> None:
    found = cron.next_after(text, moment, ZoneInfo(zone))

    wall = found.astimezone(ZoneInfo(zone))
    parsed = cron.parse(text)
    assert found > moment
    assert (
        parsed.holds_on(wall.replace(tzinfo=None)) or wall.utcoffset() != moment.astimezone(ZoneInfo(zone)).utcoffset()
    )


@pytest.mark.parametrize(
    "text",
    ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "a * * * *", "*/0 * * * *",
     "5-1 * * * *", "0 0 31 2 *", "1,, * * * *", "-1 * * * *", "* * * * * *"],
)  # fmt: skip
def test_what_is_no_expression_is_refused_with_what_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match=r"fields, not five|is no |names no day"):
        cron.parse(text)


def test_pauses_grow_to_an_hour_where_none_are_said() -> None:
    pauses = [waits.wait_before((), retry) for retry in (1, 2, 3, 40)]

    assert pauses == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20), timedelta(hours=1)]
