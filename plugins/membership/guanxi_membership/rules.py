"""Which tier a spend reaches, and what is missing for the next: pure arithmetic."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rung:
    """A tier as a threshold: ``threshold_minor`` is the first amount that reaches it."""

    rank: int
    threshold_minor: int


def rank_for(rungs: Sequence[Rung], spend_minor: int) -> int:
    """The rank that a net spend reaches; where ranges meet the higher one wins (worked example M7).

    Below every threshold it is the lowest rank there is.
    """
    reached = [one.rank for one in rungs if spend_minor >= one.threshold_minor]
    return max(reached, default=min(one.rank for one in rungs))


def missing_for(rungs: Sequence[Rung], rank: int, spend_minor: int) -> tuple[int, int] | None:
    """(next rank, spend still missing for it, never negative); None on the top rung."""
    above = sorted((one for one in rungs if one.rank > rank), key=lambda one: one.rank)
    return (above[0].rank, max(0, above[0].threshold_minor - spend_minor)) if above else None


def rises(rungs: Sequence[Rung]) -> bool:
    """Whether ranks count from 0 without gaps and each threshold is above the one before."""
    ordered = sorted(rungs, key=lambda one: one.rank)
    ranks = [one.rank for one in ordered]
    thresholds = [one.threshold_minor for one in ordered]
    return ranks == list(range(len(ranks))) and all(a < b for a, b in itertools.pairwise(thresholds))
