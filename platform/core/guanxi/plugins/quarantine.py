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
        self._counted: dict[tuple[UUID, str], deque[datetime]] = defaultdict(lambda: deque(maxlen=FAULTS))
        self._latest: dict[tuple[UUID, str], deque[RuntimeFault]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    def count(self, merchant: UUID, fault: RuntimeFault) -> bool:
        """Note a failure; whether it is the fifth within a minute. Counting then begins anew."""
        key = merchant, fault.plugin
        self._latest[key].append(fault)
        counted = self._counted[key]
        counted.append(fault.at)
        if len(counted) < FAULTS or fault.at - counted[0] >= WINDOW:
            return False
        counted.clear()
        return True

    def faults(self, merchant: UUID, plugin: str) -> list[RuntimeFault]:
        """The latest failures, oldest first."""
        return list(self._latest.get((merchant, plugin), ()))

    def forget(self, merchant: UUID, plugin: str) -> None:
        """Start afresh, as the plugin does when it is enabled."""
        self._counted.pop((merchant, plugin), None)
        self._latest.pop((merchant, plugin), None)


def rest(suspensions: int) -> timedelta:
    """How long the next rest is: 5, 15, then 60 minutes."""
    return RESTS[min(suspensions, len(RESTS) - 1)]
