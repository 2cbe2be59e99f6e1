"""Walk a merchant's chain from its beginning and say where it was tampered with."""

from dataclasses import dataclass

from guanxi import crypto
from guanxi.audit import chain
from guanxi.audit.models import AuditEntry, AuditHead
from guanxi.audit.sealer import is_marked
from guanxi.db import sealing
from guanxi.db.merchant import current_merchant

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong. ``position`` is a place in the chain; for an unsealed entry the next one."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a walk found: entries in the chain, entries that wait for a place, the head, and the first fault."""

    sealed: int
    unsealed: int
    head: str = ""
    fault: Fault | None = None


async def verify() -> Report:
    """Check the bound merchant's chain: every entry, its place, its link, the signature; and what is not sealed yet."""
    head = await AuditHead.get_or_none(slot=1)
    position, link = 0, chain.beginning_of(current_merchant())
    while True:
        page = await AuditEntry.filter(position__gt=position).order_by("position").limit(PAGE)
        for entry in page:
            expected = chain.link_of(link, position + 1, entry)
            reason = _reason(entry, position + 1, expected, head)
            if reason:
                return Report(position, await _count_waiting(), fault=Fault(position + 1, reason))
            position, link = position + 1, expected
        if len(page) < PAGE:
            break
    fault = _fault_of_head(head, position, link) or await _fault_of_waiting(position)
    return Report(position, await _count_waiting(), f"{position}:{link.hex()}", fault)


def _reason(entry: AuditEntry, position: int, link: bytes, head: AuditHead | None) -> str | None:
    if entry.position != position:
        return "the entry is missing: it was deleted, or moved"
    if bytes(entry.link or b"") != link:
        return "the entry, its place or the one before was changed"
    if not is_marked(sealing.current_ring(), entry):
        return "the installation did not write this entry"
    if head is None or position > head.position:
        return "the entry stands behind the signed head"
    return None


def _fault_of_head(head: AuditHead | None, position: int, link: bytes) -> Fault | None:
    if head is None:
        return None if position == 0 else Fault(position, "the signed head is missing")
    if head.position > position:
        return Fault(position + 1, f"entries {position + 1} to {head.position} are missing: the chain was cut off")
    if position == 0:
        return None
    message = chain.head_of(head.merchant_id, position, link)
    if bytes(head.link) != link or not _is_signed(head, message):
        return Fault(position, "the head's signature does not fit the chain")
    return None


def _is_signed(head: AuditHead, message: bytes) -> bool:
    try:
        return crypto.verify(sealing.current_ring(), head.merchant_id, message, head.key_id, bytes(head.signature))
    except crypto.UnknownKeyError:
        return False


async def _fault_of_waiting(position: int) -> Fault | None:
    ring = sealing.current_ring()
    async for entry in AuditEntry.filter(position=None).order_by("id"):
        if not is_marked(ring, entry):
            return Fault(position + 1, f"the installation did not write the unsealed entry {entry.id.hex}")
    return None


async def _count_waiting() -> int:
    return await AuditEntry.filter(position=None).count()
