"""Words and lengths of teamwork, periods of appraisal, and how a score is worked out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from guanxi.teamwork import errors

TITLE, BODY, MENTIONS = 200, 10_000, 20
PERIOD = re.compile(r"(?P<year>20\d\d)-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4]))")
MOST_OF_TARGET: Final = 1.5
WHOLE: Final = 10_000


class TaskState(StrEnum):
    """Whether something is still to be done."""

    OPEN = "open"
    DONE = "done"


class NotificationKind(StrEnum):
    """Why somebody is told."""

    TASK_ASSIGNED = "task_assigned"
    MENTIONED = "mentioned"


@dataclass(frozen=True, slots=True)
class Measured:
    """One target of a post, and what was reached of it."""

    metric: str
    target: int
    weight_bp: int
    value: float

    @property
    def points(self) -> float:
        """Its share of the score: the weight, times what was reached of the target, at most one and a half."""
        return self.weight_bp / WHOLE * min(self.value / self.target, MOST_OF_TARGET)


def score(measured: Iterable[Measured]) -> float:
    """The sum of weight times min(value / target, 1.5)."""
    return sum(one.points for one in measured)


def checked_text(text: str, field: str, longest: int) -> str:
    """Without blanks around it. Raises: BadUserInputError where nothing or too much is left."""
    found = text.strip()
    if not 0 < len(found) <= longest or "\0" in found:
        raise errors.bad_length(field, longest)
    return found


def checked_period(period: str) -> str:
    """``2026-11`` or ``2026-Q4``. Raises: BadUserInputError."""
    if PERIOD.fullmatch(period) is None:
        raise errors.bad_period()
    return period


def end_of(period: str) -> date:
    """The first day after a checked period."""
    match = PERIOD.fullmatch(period)
    if match is None:
        raise errors.bad_period()
    month = int(match["month"]) if match["month"] else 3 * int(match["quarter"])
    return date(int(match["year"]) + month // 12, month % 12 + 1, 1)
