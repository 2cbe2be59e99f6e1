"""Pauses between the tries of a job."""

from collections.abc import Sequence
from datetime import timedelta

FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=1)


def wait_before(waits: Sequence[timedelta], retry: int) -> timedelta:
    """The longest pause before a retry, the first of which is 1; without ``waits`` they grow to an hour."""
    return waits[min(retry, len(waits)) - 1] if waits else min(FIRST * 2 ** min(retry - 1, 20), LONGEST)
