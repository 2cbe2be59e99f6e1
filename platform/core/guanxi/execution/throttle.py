"""Budgets that refill by the second: one for each token, one for all tokens of a merchant together."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from guanxi.errors import RateLimitedError, Text

BUCKETS = 20_000  # kept at once, the longest unused go first; a full one need not be kept at all


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of the tighter of the two budgets, in points."""

    maximum: int
    available: int
    restore_rate: int  # points a second

    def as_extension(self) -> dict[str, int]:
        """``throttleStatus`` of the answer's ``extensions.cost``."""
        return {"maximum": self.maximum, "available": self.available, "restoreRate": self.restore_rate}


@dataclass(slots=True)
class _Bucket:
    points: float
    at: float


class Throttle:
    """Leaky buckets under a clock of seconds."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic, *, buckets: int = BUCKETS) -> None:
        self.maximum, self.rate = per_minute, per_minute / 60
        self._clock, self._most = clock, buckets
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        """How many buckets are kept."""
        return len(self._buckets)

    def charge(self, merchant: Hashable, token: Hashable, points: int) -> Budget:
        """Take ``points`` from both budgets, or from none. Raises: RateLimitedError with ``retryAfter`` seconds."""
        found = self._both(merchant, token)
        scarce = min(one.points for one in found)
        if scarce < points:
            raise self._refuse(points - scarce, self._budget(scarce))
        for one in found:
            one.points -= points
        return self._budget(scarce - points)

    def drain(self, merchant: Hashable, token: Hashable, points: int) -> None:
        """Take what is left of ``points``, for work that is done already."""
        for bucket in self._both(merchant, token):
            bucket.points = max(0.0, bucket.points - points)

    def refund(self, merchant: Hashable, token: Hashable, points: int) -> Budget:
        """Give back what was charged and not used."""
        found = self._both(merchant, token)
        for one in found:
            one.points = min(float(self.maximum), one.points + points)
        return self._budget(min(one.points for one in found))

    def _both(self, merchant: Hashable, token: Hashable) -> tuple[_Bucket, _Bucket]:
        now = self._clock()
        self._forget(now)
        return self._refilled((merchant,), now), self._refilled((merchant, token), now)

    def _refilled(self, key: Hashable, now: float) -> _Bucket:
        bucket = self._buckets.setdefault(key, _Bucket(float(self.maximum), now))
        self._buckets.move_to_end(key)
        bucket.points = min(float(self.maximum), bucket.points + max(0.0, now - bucket.at) * self.rate)
        bucket.at = now
        return bucket

    def _forget(self, now: float) -> None:
        """Drop buckets that are full again by now, and the longest unused ones above the bound."""
        while self._buckets:
            oldest = next(iter(self._buckets.values()))
            is_full = oldest.points + (now - oldest.at) * self.rate >= self.maximum
            if not is_full and len(self._buckets) <= self._most - 2:
                return
            self._buckets.popitem(last=False)

    def _budget(self, points: float) -> Budget:
        return Budget(self.maximum, max(0, int(points)), int(self.rate))

    def _refuse(self, missing: float, budget: Budget) -> RateLimitedError:
        seconds = max(1, math.ceil(missing / self.rate)) if self.rate else 60
        details: dict[str, Any] = {"retryAfter": seconds, "throttleStatus": budget.as_extension()}
        return RateLimitedError(
            Text("The budget of this token or merchant is used up.", "该令牌或商户的配额已用尽。"),
            hint=Text(f"Try again in {seconds} seconds, or ask for less.", f"请 {seconds} 秒后重试，或减少查询内容。"),
            details=details,
        )
