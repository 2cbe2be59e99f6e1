"""Blind indexes: equal values have equal indexes, and the index alone says nothing. Keyed per merchant and purpose."""

import hmac
from typing import Final
from uuid import UUID

from guanxi.crypto.keys import KeyRing, MasterKey

INDEX_BYTES: Final = 16
REFERENCE_BYTES: Final = 12


def index_of(ring: KeyRing, merchant: UUID, purpose: str, value: str) -> bytes:
    """The index to store: 16 bytes of HMAC-SHA-256 under the newest key. ``value`` is normalised already."""
    return _index(ring.current, merchant, purpose, value)


def indexes_of(ring: KeyRing, merchant: UUID, purpose: str, value: str) -> list[bytes]:
    """What to look for: the index under each key, for rows that a rotation has not reached yet."""
    return [_index(key, merchant, purpose, value) for key in ring.keys]


def tail_index(ring: KeyRing, merchant: UUID, digits: str) -> int:
    """A number of 8 bits for the last digits of a phone number: narrows a search down, and hides which they are.

    One of 256 numbers has the same; who searches must open those and compare.
    """
    return _index(ring.current, merchant, "tail", digits)[0]


def tail_indexes(ring: KeyRing, merchant: UUID, digits: str) -> list[int]:
    """What to look for: ``tail_index`` under each key."""
    return [_index(key, merchant, "tail", digits)[0] for key in ring.keys]


def reference_of(ring: KeyRing, merchant: UUID, value: str) -> str:
    """A word that stands for a personal value where the value may not: the same for the same value, and no way back."""
    oldest = ring.keys[-1]  # so that a rotation does not change it
    return hmac.digest(_key(oldest, merchant, "reference"), value.encode(), "sha256")[:REFERENCE_BYTES].hex()


def _index(master: MasterKey, merchant: UUID, purpose: str, value: str) -> bytes:
    return hmac.digest(_key(master, merchant, purpose), value.encode(), "sha256")[:INDEX_BYTES]


def _key(master: MasterKey, merchant: UUID, purpose: str) -> bytes:
    return master.derive(merchant.bytes, "index", purpose)
