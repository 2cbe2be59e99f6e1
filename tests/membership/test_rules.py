"""Which tier a spend reaches, by table and by property."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi_membership.rules import Rung, missing_for, rank_for, rises

BANDS = [Rung(0, 0), Rung(1, 500_000), Rung(2, 1_000_000), Rung(3, 2_000_000)]


@pytest.mark.parametrize(
    ("spend", "rank"),
    [(-5, 0), (0, 0), (499_999, 0), (500_000, 1), (999_999, 1), (1_000_000, 2), (1_999_999, 2), (2_000_000, 3)],
)
def test_a_tier_is_reached_at_its_threshold(spend: int, rank: int) -> None:
    assert rank_for(BANDS, spend) == rank


@pytest.mark.parametrize(
    ("rank", "spend", "missing"),
    [(0, 0, (1, 500_000)), (0, 600_000, (1, 0)), (2, 1_500_000, (3, 500_000)), (3, 0, None)],
)
def test_what_is_missing_for_the_next_tier(rank: int, spend: int, missing: tuple[int, int] | None) -> None:
    assert missing_for(BANDS, rank, spend) == missing


@pytest.mark.parametrize(
    ("rungs", "is_ladder"),
    [
        (BANDS, True),
        ([Rung(0, 0)], True),
        ([Rung(0, 0), Rung(2, 10)], False),
        ([Rung(0, 10), Rung(1, 10)], False),
        ([Rung(1, 0)], False),
    ],
)
def test_a_ladder_counts_from_zero_and_rises(rungs: list[Rung], is_ladder: bool) -> None:
    assert rises(rungs) is is_ladder


@given(st.lists(st.integers(0, 10**9), unique=True, min_size=1, max_size=8).map(sorted), st.integers(-10, 2 * 10**9))
def test_more_spend_never_reaches_a_lower_tier(thresholds: list[int], spend: int) -> None:
    rungs = [Rung(rank, threshold) for rank, threshold in enumerate(thresholds)]

    assert rank_for(rungs, spend) <= rank_for(rungs, spend + 1)
