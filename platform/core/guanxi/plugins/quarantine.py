"""Quarantine: a plugin that keeps failing for one merchant rests, for that merchant only."""

from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

FAULTS, WINDOW = 5, timedelta(seconds=60)
RESTS = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
REMEMBERED = 20


@dataclass(frozen=True)
class RuntimeFault:
    """One contained failure, as the merchant sees it: no text of the exception, only its kind."""

    plugin: str
    place: str
    reason: str
    at: datetime


class Quarantine:
    """Counts failures per merchant and plugin; says who is due for a rest."""

    def __init__(self) -> None:
        self._recent: dict[tuple[UUID, str], deque[RuntimeFault]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self.due: set[tuple[UUID, str]] = set()

    def count(self, merchant: UUID, plugin: str, place: str, error: BaseException, now: datetime) -> None:
        """Note a failure; with the fifth within a minute the plugin is due."""
        faults = self._recent[merchant, plugin]
        faults.append(RuntimeFault(plugin, place, type(error).__name__, now))
        if sum(1 for one in faults if now - one.at < WINDOW) >= FAULTS:
            self.due.add((merchant, plugin))

    def faults(self, merchant: UUID, plugin: str) -> list[RuntimeFault]:
        """The latest failures, oldest first."""
        return list(self._recent.get((merchant, plugin), ()))

    def take_due(self, merchant: UUID) -> list[str]:
        """The merchant's plugins that are to rest now; each is named once."""
        due = sorted(plugin for who, plugin in self.due if who == merchant)
        for plugin in due:
            self.due.discard((merchant, plugin))
            self._recent.pop((merchant, plugin), None)
        return due


def rest(suspensions: int) -> timedelta:
    """How long the next rest is: 5, 15, then 60 minutes."""
    return RESTS[min(suspensions, len(RESTS) - 1)]
