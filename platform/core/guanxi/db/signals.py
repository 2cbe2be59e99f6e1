"""Tells a process that another one has committed something: NOTIFY on PostgreSQL, a look at the file on SQLite."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import asyncpg
from tortoise.exceptions import OperationalError

from guanxi.db import connecting
from guanxi.db.lanes import Lane
from guanxi.settings import Settings

log = logging.getLogger("guanxi.db")

LOOK_SECONDS: Final = 0.1
AGAIN_SECONDS: Final = 1.0
NOTIFY: Final = "SELECT pg_notify(?1, ?2)"
Hearer = Callable[[str], None]


class Signals:
    """One connection of its own that listens until it is stopped.

    A hearer is called with what was sent to its channel; with an empty text where something may have happened that
    it has to look for: after each connect, and on SQLite whenever the file was changed, also by this process.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._hearers: dict[str, list[Hearer]] = {}
        self._task: asyncio.Task[None] | None = None

    def on(self, channel: str, hearer: Hearer) -> None:
        """Hear of a channel; before ``start``."""
        self._hearers.setdefault(channel, []).append(hearer)

    def start(self) -> None:
        """Begin, in the running loop."""
        is_sqlite = connecting.dialect_of(self.settings.database_url) == "sqlite"
        self._task = asyncio.create_task(self._keep(self._look if is_sqlite else self._listen))

    async def stop(self) -> None:
        """End, and close the connection."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _keep(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, OperationalError) as error:
                log.warning("changes of other processes cannot be heard; trying again: %s", error)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(**connecting.listening(self.settings))
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            for channel in self._hearers:
                await connection.add_listener(channel, self._heard)
            self._tell_all()
            await lost.wait()
        finally:
            connection.terminate()

    def _heard(self, connection: object, process: int, channel: str, text: str) -> None:
        for hearer in self._hearers[channel]:
            hearer(text)

    async def _look(self) -> None:
        path = self.settings.database_url.split("://", 1)[1]
        if ":memory:" in path:  # no other process can see it
            await asyncio.Event().wait()
        lane = await Lane.open(path, {"busy_timeout": 10_000, "query_only": "ON"}, is_reader=True, has_walls=False)
        try:
            before = None
            while True:
                version = await lane.call(lambda: lane.raw.execute("PRAGMA data_version").fetchone()[0])
                if version != before:
                    before = version
                    self._tell_all()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await lane.close()

    def _tell_all(self) -> None:
        for hearers in self._hearers.values():
            for hearer in hearers:
                hearer("")
