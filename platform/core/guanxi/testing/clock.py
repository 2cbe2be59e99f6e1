"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

import pytest

START = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)


class Clock:
    """Callable like ``guanxi.context.utc_now``: pass it as a Context's ``clock``."""

    def __init__(self, now: datetime = START) -> None:
        self.moment = now

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Move on, and say what time it is then."""
        self.moment += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self.moment


@pytest.fixture
def clock() -> Clock:
    """Noon UTC of a Double Eleven."""
    return Clock()
