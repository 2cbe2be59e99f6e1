"""How long statements wait for a connection, or for the one writer: counted here, shown by whoever wants to."""

import threading
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

BOUNDS: Final = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
WRITER, READER, POOL = "writer", "reader", "pool"


@dataclass
class Waits:
    """Waits of one place: how many below each bound, and their sum."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def cumulative(self) -> list[int]:
        """How many were at most as long as each bound, all of them last."""
        return list(accumulate(self.counts))


_totals: dict[str, Waits] = {}
_lock = threading.Lock()


def note(place: str, seconds: float) -> None:
    """One wait ended."""
    with _lock:
        found = _totals.setdefault(place, Waits())
        found.counts[bisect_left(BOUNDS, seconds)] += 1
        found.seconds += seconds


def totals() -> dict[str, Waits]:
    """What was counted so far, by place."""
    with _lock:
        return {place: Waits(list(found.counts), found.seconds) for place, found in _totals.items()}
