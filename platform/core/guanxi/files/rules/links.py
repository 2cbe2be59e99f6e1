"""Links to files: signed, for one file, one direction and some minutes."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

MAC_BYTES: Final = 16
Direction = Literal["put", "get"]
_DIRECTIONS: Final[tuple[Direction, ...]] = ("put", "get")


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says. ``expires`` is in whole seconds since 1970."""

    direction: Direction
    merchant: UUID
    file: UUID
    expires: int


def sign(key: bytes, link: Link) -> str:
    """The last part of the link's address."""
    body = bytes([_DIRECTIONS.index(link.direction)]) + link.merchant.bytes + link.file.bytes
    body += link.expires.to_bytes(8, "big")
    return base64.urlsafe_b64encode(_mac(key, body) + body).rstrip(b"=").decode()


def read(key: bytes, text: str, now: datetime) -> Link | None:
    """What a link says; None where it is forged, mangled or out of date."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
    if len(body) != 41 or body[0] >= len(_DIRECTIONS) or not hmac.compare_digest(mac, _mac(key, body)):
        return None
    expires = int.from_bytes(body[33:], "big")
    if expires <= now.timestamp():
        return None
    return Link(_DIRECTIONS[body[0]], UUID(bytes=body[1:17]), UUID(bytes=body[17:33]), expires)


def _mac(key: bytes, body: bytes) -> bytes:
    return hashlib.blake2b(body, key=key[:64], digest_size=MAC_BYTES, person=b"guanxi-files").digest()
