"""Standard Webhooks 1.0: ``v1,`` and the base64 of HMAC-SHA256 over id, time and body."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final
from uuid import UUID

PREFIX: Final = "whsec_"


def secret_of(key: bytes, webhook_id: UUID, generation: int) -> bytes:
    """A webhook's secret of one generation: worked out from the installation's key, so that no table holds it."""
    return hmac.digest(key, b"webhook\0" + webhook_id.bytes + generation.to_bytes(8, "big"), hashlib.sha256)


def text_of(secret: bytes) -> str:
    """The secret as a receiver is given it."""
    return PREFIX + base64.b64encode(secret).decode()


def headers_of(message_id: str, seconds: int, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    """The three headers, signed with each secret that is in force, the newest first."""
    signed = f"{message_id}.{seconds}.".encode() + body
    digests = [hmac.digest(secret, signed, hashlib.sha256) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in digests),
    }
