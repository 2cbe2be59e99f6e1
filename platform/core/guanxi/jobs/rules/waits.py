"""Pauses between the tries of a job."""

from collections.abc import Callable
from datetime import timedelta

from guanxi.hookspecs import JobKind

FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=1)


def wait_before(kind: JobKind, retry: int, draw: Callable[[], float]) -> timedelta:
    """The pause before a retry, the first of which is 1. ``draw`` answers a number from 0 to 1 (full jitter)."""
    grown = min(FIRST * 2 ** min(retry - 1, 20), LONGEST)
    longest = kind.waits[min(retry, len(kind.waits)) - 1] if kind.waits else grown
    return longest if kind.is_exact else longest * draw()


def is_over(kind: JobKind, attempts: int) -> bool:
    """Whether a job that was begun so many times is not tried again."""
    return attempts > kind.retries
