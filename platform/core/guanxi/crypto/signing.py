"""Signatures of the installation: Ed25519, a key for each merchant, derived from the master keys."""

from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guanxi.crypto.keys import KeyRing, MasterKey


def sign(ring: KeyRing, merchant: UUID, message: bytes) -> tuple[str, bytes]:
    """The id of the master key, and the signature of 64 bytes."""
    return ring.current.id, _key(ring.current, merchant).sign(message)


def verify(ring: KeyRing, merchant: UUID, message: bytes, key_id: str, signature: bytes) -> bool:
    """Whether the installation signed this message. Raises: UnknownKeyError."""
    try:
        _key(ring.get(key_id), merchant).public_key().verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _key(master: MasterKey, merchant: UUID) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(master.derive(merchant.bytes, "signature"))
