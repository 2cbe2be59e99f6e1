"""Sealed values: AES-256-GCM, bound to the merchant, table, column and row for which they were sealed.

``version | id of the master key | id of the data key, in version 2 | nonce | ciphertext and tag``
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guanxi.crypto import errors
from guanxi.crypto.keys import KEY_BYTES, KeyRing, MasterKey

PLAIN, SHREDDABLE = b"\x01", b"\x02"  # under the merchant's key; under a data key that can be destroyed
KEY_ID, DATA_KEY_ID, NONCE = slice(1, 5), slice(5, 21), 12
WRAPPED: Final = "data_key"


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a value stands. A sealed value cannot be opened anywhere else."""

    merchant: UUID
    table: str
    column: str
    row: UUID

    @property
    def place(self) -> bytes:
        """The same for the same cell only."""
        return b"\0".join((self.merchant.bytes, self.table.encode(), self.column.encode(), self.row.bytes))

    def key(self, master: MasterKey, data_key: "DataKey | None") -> bytes:
        """The key of this merchant's column, or of this customer's values in it."""
        salt = self.merchant.bytes if data_key is None else data_key.secret
        return master.derive(salt, "column", self.merchant.hex, self.table, self.column)


@dataclass(frozen=True, slots=True)
class DataKey:
    """A random key of one customer. Whatever it sealed, in backups too, is lost with it."""

    id: UUID
    secret: bytes = field(repr=False)


def seal(ring: KeyRing, cell: Cell, value: bytes, data_key: DataKey | None = None) -> bytes:
    """Encrypt a value for its cell, with the ring's newest key."""
    master = ring.current
    header = (PLAIN if data_key is None else SHREDDABLE) + bytes.fromhex(master.id)
    header += b"" if data_key is None else data_key.id.bytes
    nonce = os.urandom(NONCE)
    return header + nonce + AESGCM(cell.key(master, data_key)).encrypt(nonce, value, header + cell.place)


def open_sealed(ring: KeyRing, cell: Cell, sealed: bytes, data_keys: Mapping[UUID, DataKey] | None = None) -> bytes:
    """The value again.

    Raises:
        UnknownKeyError: the ring lacks the master key.
        UnreadableError: it was altered or moved, or its data key is not among ``data_keys``.
    """
    data_key_id = data_key_of(sealed)
    data_key = (data_keys or {}).get(data_key_id) if data_key_id else None
    if data_key_id and data_key is None:
        raise errors.unreadable(f"{cell.table}.{cell.column}")
    master = ring.get(key_id_of(sealed))
    end = DATA_KEY_ID.stop if data_key else KEY_ID.stop
    header, nonce, rest = sealed[:end], sealed[end : end + NONCE], sealed[end + NONCE :]
    try:
        return AESGCM(cell.key(master, data_key)).decrypt(nonce, rest, header + cell.place)
    except (InvalidTag, ValueError):
        raise errors.unreadable(f"{cell.table}.{cell.column}") from None


def key_id_of(sealed: bytes) -> str:
    """Which master key sealed it."""
    return sealed[KEY_ID].hex()


def data_key_of(sealed: bytes) -> UUID | None:
    """Which data key sealed it; None where none did. Raises: UnreadableError for what is no envelope."""
    if sealed[:1] == SHREDDABLE and len(sealed) > DATA_KEY_ID.stop:
        return UUID(bytes=sealed[DATA_KEY_ID])
    if sealed[:1] != PLAIN:
        raise errors.unreadable("an envelope")
    return None


def new_data_key(key_id: UUID) -> DataKey:
    """A random data key."""
    return DataKey(key_id, secrets.token_bytes(KEY_BYTES))


def wrap(ring: KeyRing, merchant: UUID, key: DataKey) -> bytes:
    """A data key as it is stored: sealed with the merchant's key."""
    return seal(ring, Cell(merchant, WRAPPED, "secret", key.id), key.secret)


def unwrap(ring: KeyRing, merchant: UUID, key_id: UUID, wrapped: bytes) -> DataKey:
    """A stored data key. Raises: UnknownKeyError, UnreadableError."""
    return DataKey(key_id, open_sealed(ring, Cell(merchant, WRAPPED, "secret", key_id), wrapped))
