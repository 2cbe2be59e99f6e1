"""Those who follow events while they happen: subscriptions of this process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID

from guanxi.events import Event

QUEUE = 1_000


class Followers:
    """Hands committed events to those who follow a merchant."""

    def __init__(self) -> None:
        self._queues: dict[UUID, set[asyncio.Queue[Event]]] = defaultdict(set)

    def tell(self, merchant: UUID, event: Event) -> None:
        """Give an event to all who follow. One that does not keep up loses its oldest events."""
        for queue in self._queues.get(merchant, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    @contextmanager
    def following(self, merchant: UUID) -> Iterator[asyncio.Queue[Event]]:
        """A queue that fills while the block runs."""
        queue: asyncio.Queue[Event] = asyncio.Queue(QUEUE)
        self._queues[merchant].add(queue)
        try:
            yield queue
        finally:
            self._queues[merchant].discard(queue)
            if not self._queues[merchant]:
                del self._queues[merchant]

    async def follow(self, merchant: UUID) -> AsyncIterator[Event]:
        """The merchant's events from now on."""
        with self.following(merchant) as queue:
            while True:
                yield await queue.get()
