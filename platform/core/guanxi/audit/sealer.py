"""Give entries their places in the chain and sign its head: one merchant at a time, within a second."""

import asyncio
import logging
from contextlib import suppress
from typing import Any
from uuid import UUID

from guanxi import crypto
from guanxi.audit import chain, recording
from guanxi.audit.models import AuditEntry, AuditHead
from guanxi.context import utc_now
from guanxi.db import sealing
from guanxi.db.database import Database
from guanxi.db.fields import IdField
from guanxi.db.merchant import acting_for, current_merchant

log = logging.getLogger("guanxi.audit")

PAGE = 500
EVERY_SECONDS = 0.5
PATIENCE_SECONDS = 60.0  # how long an entry may take from being written to being committed
ROUND_SECONDS = 300.0  # how often to look for what a process that was killed left behind
PLACE = (
    'UPDATE "audit_entry" SET "position" = ?1, "link" = ?2 WHERE "merchant_id" = ?3 AND "id" = ?4'
    ' AND "position" IS NULL'
)


async def seal_entries(db: Database) -> int:
    """Chain and sign what is committed of the bound merchant and has no place yet; how many entries that were.

    An entry without a true mark gets no place: ``verify`` reports it.
    """
    count = 0
    while await AuditEntry.filter(position=None).exists():
        async with db.transaction():
            head = await _lock_head()
            entries = await _waiting()
            if not entries:
                break
            await _seal(db, head, entries)
        count += len(entries)
    return count


def is_marked(ring: crypto.KeyRing, entry: AuditEntry) -> bool:
    """Whether the installation wrote this entry as it stands."""
    known = crypto.indexes_of(ring, entry.merchant_id, chain.PURPOSE, chain.content_of(entry))
    return bytes(entry.mark) in known


async def _lock_head() -> AuditHead:
    """The merchant's head, made if there is none; whoever else seals for the merchant waits here."""
    first: dict[str, Any] = {"position": 0, "link": chain.beginning_of(current_merchant()), "sealed_at": utc_now()}
    await AuditHead.bulk_create([AuditHead(**first, key_id="", signature=b"")], ignore_conflicts=True)
    return await AuditHead.filter(slot=1).select_for_update().get()


async def _waiting() -> list[AuditEntry]:
    ring = sealing.current_ring()
    rows = await AuditEntry.filter(position=None).order_by("id").limit(PAGE)
    return [row for row in rows if is_marked(ring, row)]


async def _seal(db: Database, head: AuditHead, entries: list[AuditEntry]) -> None:
    position, link = head.position, bytes(head.link)
    places = []
    for entry in entries:
        position += 1
        link = chain.link_of(link, position, entry)
        places.append((position, link, entry.merchant_id, entry.id))
    await db.execute_many(PLACE, places)
    message = chain.head_of(head.merchant_id, position, link)
    head.key_id, head.signature = crypto.sign(sealing.current_ring(), head.merchant_id, message)
    head.position, head.link, head.sealed_at = position, link, utc_now()
    await head.save()


class Sealer:
    """Seals what this process writes: at once while started, the rest when stopped. Now and then what others left."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.bell = recording.Bell()
        recording.bells.add(self.bell)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Seal what this process wrote, and end."""
        recording.bells.discard(self.bell)
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        with self.db.bound():
            await self._seal_rung()

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        next_round = clock()
        with self.db.bound():
            while True:
                if clock() >= next_round:
                    next_round = clock() + ROUND_SECONDS
                    await self._ring_all()
                await self._seal_rung()
                await asyncio.sleep(EVERY_SECONDS)

    async def _ring_all(self) -> None:
        column = IdField()
        try:
            for row in await self.db.fetch('SELECT "id" FROM "merchant"'):
                self.bell.ring(column.to_python_value(row["id"]))
        except Exception:
            log.exception("the merchants cannot be read; trying again")

    async def _seal_rung(self) -> None:
        now = asyncio.get_running_loop().time()
        for merchant_id, since in list(self.bell.rung.items()):
            self.bell.rung[merchant_id] = since or now
            if since and now - since > PATIENCE_SECONDS:
                del self.bell.rung[merchant_id]
            await self._seal_one(merchant_id)

    async def _seal_one(self, merchant_id: UUID) -> None:
        try:
            with acting_for(merchant_id):
                await seal_entries(self.db)
        except Exception:
            log.exception("the audit of merchant %s cannot be sealed; trying again", merchant_id)
