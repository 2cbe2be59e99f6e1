"""Files that other parts of the platform write, read and hold on to."""

import asyncio
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from guanxi.context import Context
from guanxi.db.fields import uuid7
from guanxi.files import errors
from guanxi.files.models import File
from guanxi.files.service.storage import store_of

READY, WAITING = "ready", "waiting"
REPORT_TIME: Final = timedelta(days=30)  # that imported files, their reports and exports are kept


async def keep_local_file(
    ctx: Context, written: Path, *, name: str, purpose: str, media_type: str, expires_in: timedelta | None
) -> File:
    """A file of the local disk as one of the merchant's; ``written`` is moved away. The caller has checked rights."""
    file_id = uuid7()
    sha256 = await asyncio.to_thread(hash_of, written)
    size = written.stat().st_size  # noqa: ASYNC240 - one call on a local file
    place = await asyncio.to_thread(store_of(ctx).keep, written, ctx.merchant.id, file_id)
    now = ctx.now()
    return await File.create(
        id=file_id,
        name=name[:200],
        purpose=purpose,
        state=READY,
        media_type=media_type,
        size=size,
        sha256=sha256,
        place=place,
        created_by=f"{ctx.actor.kind}:{ctx.actor.id}",
        created_at=now,
        expires_at=now + expires_in if expires_in else None,
    )


async def get_ready_file(ctx: Context, file_id: UUID, *, purpose: str | None = None) -> File:
    """A file whose content is there. The caller has checked rights. Raises: NotFoundError."""
    row = await File.get_or_none(id=file_id, state=READY)
    if row is None or purpose not in {None, row.purpose} or (row.expires_at and row.expires_at <= ctx.now()):
        raise errors.unknown_file()
    return row


async def claim_file(ctx: Context, file_id: UUID, *, keep_for: timedelta | None = None) -> None:
    """Hold on to a file: for ever, or until ``keep_for`` is over. Raises: NotFoundError."""
    until = ctx.now() + keep_for if keep_for else None
    if not await File.filter(id=file_id, state=READY).update(expires_at=until):
        raise errors.unknown_file()


def local_path(ctx: Context, row: File) -> Path:
    """Where the content can be read on this machine. Raises: NotFoundError where it is gone."""
    try:
        return store_of(ctx).path_of(row.place or "")
    except FileNotFoundError:
        raise errors.unknown_file() from None


def hash_of(path: Path) -> str:
    """SHA-256 of a file, in hex digits."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
