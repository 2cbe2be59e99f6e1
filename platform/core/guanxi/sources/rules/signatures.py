"""Signatures of batches, as Standard Webhooks has them: HMAC-SHA256 over ``id.timestamp.body``."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

TOLERANCE = timedelta(minutes=5)
PREFIX = "whsec_"
MESSAGE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,120}", re.ASCII)
TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
LABEL = b"guanxi source secret\0"


def secret_of(installation_key: bytes, source_id: UUID, salt: str) -> str:
    """A source's secret. It is worked out again for each batch, so that no table holds it."""
    digest = hmac.digest(installation_key, LABEL + source_id.bytes + salt.encode(), hashlib.sha256)
    return PREFIX + base64.b64encode(digest).decode()


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """One signature, as the header holds it."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(digest).decode()


def is_signed(secrets: Iterable[str], message_id: str, timestamp: str, body: bytes, header: str) -> bool:
    """Whether any signature of the header was made with any of the secrets."""
    given = [one.encode() for one in header.split() if one.startswith("v1,")][:10]
    expected = [sign(secret, message_id, timestamp, body).encode() for secret in secrets]
    return any(hmac.compare_digest(mine, theirs) for mine in expected for theirs in given)


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Whether it was sent within the tolerance, as seen from here."""
    if not TIMESTAMP.fullmatch(timestamp):
        return False
    return abs(now.timestamp() - int(timestamp)) <= TOLERANCE.total_seconds()
