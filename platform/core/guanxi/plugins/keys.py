"""The installation's own key: made once, kept in the database unless the settings name one."""

import hashlib
import secrets

from tortoise.exceptions import IntegrityError

from guanxi.plugins.models import Installation
from guanxi.settings import Settings


async def cursor_key(settings: Settings) -> bytes:
    """The key that signs cursors, the same in every process of the installation."""
    if settings.secret_key:
        return hashlib.sha256(settings.secret_key.encode()).digest()
    row = await Installation.get_or_none(id=1)
    if row is None:
        try:
            row = await Installation.create(id=1, cursor_key=secrets.token_hex(32))
        except IntegrityError:  # another process was first
            row = await Installation.get(id=1)
    return bytes.fromhex(row.cursor_key)
