"""Cursors: opaque, versioned, signed with the installation's key, valid for one merchant, list and order only."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from guanxi.errors import BadUserInputError, Text

VERSION = 1
MAC_BYTES = 12


class Codec:
    """Writes and reads the cursors of one order of one list of one merchant."""

    def __init__(self, key: bytes, merchant: UUID, identity: str) -> None:
        self._mac = hashlib.blake2b(f"{merchant.hex}:{identity}".encode(), key=key[:64], digest_size=MAC_BYTES)

    def encode(self, values: Sequence[Any]) -> str:
        """The cursor of a row with these order values."""
        body = orjson.dumps([_out(value) for value in values])
        return _text(bytes([VERSION]) + self._sign(body) + body)

    def decode(self, cursor: str, kinds: Sequence[Any]) -> list[Any]:
        """The order values again; ``kinds`` are the model fields they came from. Raises: BadUserInputError."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            raise refused() from None
        if _text(raw) != cursor:  # unused bits of the last character, or padding that we never write
            raise refused()
        body = raw[1 + MAC_BYTES :]
        if raw[:1] != bytes([VERSION]) or not hmac.compare_digest(raw[1 : 1 + MAC_BYTES], self._sign(body)):
            raise refused()
        return [_back(value, kind) for value, kind in zip(orjson.loads(body), kinds, strict=True)]

    def _sign(self, body: bytes) -> bytes:
        mac = self._mac.copy()
        mac.update(body)
        return mac.digest()


def refused() -> BadUserInputError:
    """The one answer to forged, foreign, outdated and mangled cursors."""
    return BadUserInputError(
        Text("This cursor is not one of this list.", "游标不属于此列表。"),
        hint=Text(
            "Send a cursor of the same list, filter and order; or start again without one.",
            "请使用同一列表、同一排序返回的游标，或从头开始。",
        ),
    )


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _out(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value


def _back(value: Any, kind: Any) -> Any:
    return None if value is None else kind.to_python_value(value)
