"""Those who follow events while they happen: subscriptions of this process."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from guanxi.events import Event

QUEUE = 1_000
REMEMBERED = 10_000


@dataclass(eq=False)
class Following:
    """Who follows one merchant, and what they were told lately."""

    queues: set[asyncio.Queue[Event]] = field(default_factory=set)
    told: OrderedDict[UUID, None] = field(default_factory=OrderedDict)

    def note(self, event_id: UUID) -> bool:
        """Whether an event is news; it is none the next time."""
        if event_id in self.told:
            return False
        self.told[event_id] = None
        if len(self.told) > REMEMBERED:
            self.told.popitem(last=False)
        return True


class Followers:
    """Hands committed events to those who follow a merchant."""

    def __init__(self) -> None:
        self._followed: dict[UUID, Following] = defaultdict(Following)

    def tell(self, merchant: UUID, event: Event) -> None:
        """Give an event to all who follow, once, from wherever it is heard. One that does not keep up loses the oldest.

        The events of one process come in the order of its commits.
        """
        following = self._followed.get(merchant)
        if following is None or not following.note(event.event_id):
            return
        for queue in following.queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    def note(self, merchant: UUID, event_ids: Iterable[UUID]) -> None:
        """Events that nobody who follows is to be told."""
        following = self._followed.get(merchant)
        if following is not None:
            for one in event_ids:
                following.note(one)

    def has_told(self, merchant: UUID, event_id: UUID) -> bool:
        """Whether nobody is left to tell."""
        following = self._followed.get(merchant)
        return following is None or event_id in following.told

    def followed(self) -> list[UUID]:
        """The merchants that somebody follows."""
        return list(self._followed)

    @contextmanager
    def following(self, merchant: UUID) -> Iterator[asyncio.Queue[Event]]:
        """A queue that fills while the block runs."""
        queue: asyncio.Queue[Event] = asyncio.Queue(QUEUE)
        self._followed[merchant].queues.add(queue)
        try:
            yield queue
        finally:
            self._followed[merchant].queues.discard(queue)
            if not self._followed[merchant].queues:
                del self._followed[merchant]
