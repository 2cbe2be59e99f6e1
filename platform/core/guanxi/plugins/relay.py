"""Events that other processes committed, brought to those who follow in this one."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from guanxi.context import utc_now
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.events import Event
from guanxi.plugins import outbox
from guanxi.plugins.followers import Followers
from guanxi.plugins.models import OutboxEvent

log = logging.getLogger("guanxi.plugins")

CHANNEL: Final = "guanxi_events"
NAMED: Final = 200  # ids in one notification, which may have 8,000 bytes
# Clocks of two processes differ, and what is written first may be committed last.
MARGIN: Final = timedelta(seconds=5)


def messages(origin: str, events: Sequence[tuple[UUID, Event]]) -> Iterator[str]:
    """What is sent of the events of one commit, in their order."""
    start = 0
    while start < len(events):
        merchant = events[start][0]
        end = start
        while end < min(len(events), start + NAMED) and events[end][0] == merchant:
            end += 1
        yield ":".join([origin, merchant.hex, *(event.event_id.hex for _, event in events[start:end])])
        start = end


class Relay:
    """Reads what was announced, one announcement after the other."""

    def __init__(self, db: Database, followers: Followers, origin: str) -> None:
        self.db, self.followers, self.origin = db, followers, origin
        self._heard: asyncio.Queue[str] = asyncio.Queue()
        self._seen_until: dict[UUID, datetime] = {}
        self._task: asyncio.Task[None] | None = None

    def hear(self, text: str) -> None:
        """An announcement: ids of one merchant's events, or nothing where it has to look by itself."""
        if not text.startswith(self.origin) and self.followers.followed() and (text or self._heard.empty()):
            self._heard.put_nowait(text)

    def start(self) -> None:
        """Begin, in the running loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End after what is read now."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def begin(self, home: UUID) -> None:
        """Somebody begins to follow a merchant: what is committed by now is no news. The merchant is bound."""
        if home not in self._seen_until:
            self._seen_until[home] = utc_now()
            rows = await OutboxEvent.filter(recorded_at__gte=utc_now() - MARGIN)
            self.followers.note(home, [row.id for row in rows])

    async def _run(self) -> None:
        with self.db.bound():
            while True:
                text = await self._heard.get()
                followed = set(self.followers.followed())
                self._seen_until = {home: until for home, until in self._seen_until.items() if home in followed}
                try:
                    await (self._tell_named(text) if text else self._tell_new())
                except Exception:
                    log.exception("events of another process cannot be read")

    async def _tell_named(self, text: str) -> None:
        _, merchant, *ids = (part for part in text.split(":"))
        home, wanted = UUID(merchant), [UUID(one) for one in ids]
        if all(self.followers.has_told(home, one) for one in wanted):
            return
        with acting_for(home):
            found = {row.id: row for row in await OutboxEvent.filter(id__in=wanted)}
        self._tell(home, [found[one] for one in wanted if one in found])

    async def _tell_new(self) -> None:
        """What was recorded since it looked last."""
        for home in list(self._seen_until):
            with acting_for(home):
                since = self._seen_until[home] - MARGIN
                rows = await OutboxEvent.filter(recorded_at__gte=since).order_by("recorded_at", "id")
            if rows:
                self._seen_until[home] = max(self._seen_until[home], rows[-1].recorded_at)
            self._tell(home, [row for row in rows if not row.is_replay])

    def _tell(self, home: UUID, rows: Sequence[OutboxEvent]) -> None:
        for row in rows:
            event = None if self.followers.has_told(home, row.id) else outbox.read(row)
            if event is not None:
                self.followers.tell(home, event)
