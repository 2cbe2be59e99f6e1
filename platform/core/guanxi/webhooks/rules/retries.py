"""When a delivery that failed is tried again, when it is given up, and when an endpoint is left alone."""

from datetime import datetime, timedelta
from typing import Final

WAITS: Final = (
    *(timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10)),
    *(timedelta(hours=1), timedelta(hours=3), timedelta(hours=6)),
)
LATER: Final = timedelta(hours=12)
GIVEN_UP: Final = timedelta(hours=72)
PATIENCE: Final = 10  # failures in a row, whatever the delivery, until the circuit opens
PAUSE: Final = timedelta(minutes=5)


def wait_after(failures: int, since: datetime, now: datetime) -> timedelta | None:
    """The pause after so many failures of one delivery; None where its next try would be after 72 hours."""
    wait = WAITS[failures - 1] if failures <= len(WAITS) else LATER
    return wait if now + wait - since <= GIVEN_UP else None


def pause_until(failures: int, now: datetime) -> datetime | None:
    """Until when an endpoint is left alone that has failed so often in a row; one try is let through then."""
    return now + PAUSE if failures >= PATIENCE else None
