"""What is hashed and signed: the same bytes for the same entry on both databases."""

import hashlib
from typing import Any
from uuid import UUID

import orjson

from guanxi.audit.models import AuditEntry

PURPOSE = "audit"  # of the key that marks entries


def content_of(entry: AuditEntry) -> str:
    """Everything that an entry says, without its place in the chain."""
    said = {
        "id": entry.id.hex,
        "merchant": entry.merchant_id.hex,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "details": entry.details,
        "request": entry.request_id,
    }
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()


def beginning_of(merchant_id: UUID) -> bytes:
    """What the first entry is chained to."""
    return hashlib.sha256(b"guanxi audit chain of " + merchant_id.bytes).digest()


def link_of(before: bytes, position: int, entry: AuditEntry) -> bytes:
    """The link of an entry at its place: over the link before, the place, the mark and the content."""
    said = b"\0".join((str(position).encode(), bytes(entry.mark).hex().encode(), content_of(entry).encode()))
    return hashlib.sha256(before + said).digest()


def head_of(merchant_id: UUID, position: int, link: bytes) -> bytes:
    """What is signed."""
    return b"guanxi audit head\0" + merchant_id.bytes + position.to_bytes(8, "big") + link


def plain(value: Any) -> Any:
    """Details as both databases give them back. Raises: TypeError for numbers that are not whole, and for objects."""
    if value is None or isinstance(value, bool | int | str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in (value if isinstance(value, list | tuple) else sorted(value))]
    raise TypeError(f"details of the audit are texts, whole numbers, lists and mappings, not {type(value).__name__}")
