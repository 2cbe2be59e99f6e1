"""Uploads by a one-time link, and downloads by a short one."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from guanxi.context import Context
from guanxi.errors import Text
from guanxi.files import errors, permissions
from guanxi.files.models import File
from guanxi.files.rules import kinds, links
from guanxi.files.rules.links import Link
from guanxi.files.service.keeping import READY, WAITING, get_ready_file, local_path
from guanxi.files.service.storage import platform_of, store_of
from guanxi.hookspecs import ReceivedFile

MAX_BYTES: Final = 20_000_000
MAX_NAME: Final = 200
UPLOAD_TIME: Final = timedelta(minutes=15)
DOWNLOAD_TIME: Final = timedelta(minutes=5)
UNCLAIMED_TIME: Final = timedelta(days=1)  # that a file waits for somebody to hold on to it
PURPOSES: Final = ("attachment", "import")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to be sent: ``PUT`` its bytes to ``path`` before ``expires_at``."""

    file_id: UUID
    path: str
    expires_at: datetime


@dataclass(slots=True)
class Received:
    """A content on the local disk."""

    path: Path
    size: int
    sha256: str
    head: bytes


async def create_upload(ctx: Context, name: str, purpose: str) -> Upload:
    """A new file without content, and the link to send it to, once.

    Raises:
        ForbiddenError: UPLOAD_FILES is missing.
        BadUserInputError: the name is empty or too long.
    """
    ctx.require(permissions.UPLOAD_FILES)
    clean = " ".join(name.replace("/", " ").replace("\\", " ").split())
    if not clean or len(clean) > MAX_NAME or not clean.isprintable() or purpose not in PURPOSES:
        raise errors.refused(
            "name",
            Text("This name cannot be used.", "文件名不可用。"),
            Text(f"Send 1 to {MAX_NAME} printable characters.", f"请使用 1 到 {MAX_NAME} 个可见字符。"),
        )
    expires = ctx.now() + UPLOAD_TIME
    row = await File.create(
        name=clean,
        purpose=purpose,
        state=WAITING,
        created_by=f"{ctx.actor.kind}:{ctx.actor.id}",
        created_at=ctx.now(),
        expires_at=expires,
    )
    return Upload(row.id, _path(ctx, "put", row.id, expires), expires)


async def receive(ctx: Context, file_id: UUID, chunks: AsyncIterator[bytes]) -> File:
    """Take a file's content; its link has been checked. Nothing stays of a content that is refused.

    Raises:
        NotFoundError: there is no such upload any more.
        ConflictError: its content is there already.
        FileTooLargeError, FileRefusedError: of the content.
        PluginFailedError: a plugin that has to look at it cannot.
    """
    row = await _waiting(ctx, file_id)
    temporary = await asyncio.to_thread(store_of(ctx).temporary)
    try:
        received = await _write(temporary, chunks)
        media_type = kinds.sniff(received.head, row.name)
        if media_type is None:
            raise errors.unknown_kind()
        await _scan(ctx, row, received, media_type)
        return await _finish(ctx, row, received, media_type)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


async def open_download(ctx: Context, file_id: UUID) -> tuple[File, Path]:
    """A file and where its content is; its link has been checked. Raises: NotFoundError."""
    row = await get_ready_file(ctx, file_id)
    return row, local_path(ctx, row)


def download_path(ctx: Context, file_id: UUID) -> str:
    """A link to a file's content for five to ten minutes: whoever has it may read it. The caller has checked rights.

    For five minutes it stays the same, so that what shows it need not change with every read.
    """
    seconds = int(DOWNLOAD_TIME.total_seconds())
    until = (int(ctx.now().timestamp()) // seconds + 2) * seconds
    return _path(ctx, "get", file_id, datetime.fromtimestamp(until, UTC))


def _path(ctx: Context, direction: links.Direction, file_id: UUID, expires: datetime) -> str:
    link = Link(direction, ctx.merchant.id, file_id, int(expires.timestamp()))
    return f"/files/{links.sign(ctx.platform.cursor_key, link)}"


async def _waiting(ctx: Context, file_id: UUID) -> File:
    row = await File.get_or_none(id=file_id)
    if row is None or (row.state == WAITING and row.expires_at is not None and row.expires_at <= ctx.now()):
        raise errors.dead_link()
    if row.state != WAITING:
        raise errors.used_link()
    return row


async def _write(path: Path, chunks: AsyncIterator[bytes]) -> Received:
    """Stream to the disk, never more than the limit."""
    digest, received = hashlib.sha256(), Received(path, 0, "", b"")
    target = await asyncio.to_thread(path.open, "wb")
    try:
        async for chunk in chunks:
            received.size += len(chunk)
            if received.size > MAX_BYTES:
                raise errors.too_large(MAX_BYTES)
            if len(received.head) < kinds.SNIFFED_BYTES:
                received.head = (received.head + chunk)[: kinds.SNIFFED_BYTES]
            digest.update(chunk)
            await asyncio.to_thread(target.write, chunk)
    finally:
        await asyncio.to_thread(target.close)
    if received.size == 0:
        raise errors.empty_file()
    received.sha256 = digest.hexdigest()
    return received


async def _scan(ctx: Context, row: File, received: Received, media_type: str) -> None:
    """Every plugin that looks at files must let it pass. One that fails keeps it out: it may be the virus scanner."""
    shown = ReceivedFile(
        path=received.path, name=row.name, media_type=media_type, size=received.size, sha256=received.sha256
    )
    for answer in await platform_of(ctx).ask_plugins(ctx, "attachment_scan", file=shown):
        if isinstance(answer, Text):
            raise errors.failed_scan(answer)


async def _finish(ctx: Context, row: File, received: Received, media_type: str) -> File:
    """Of two that send to one link, the first to arrive here wins."""
    place = await asyncio.to_thread(store_of(ctx).keep, received.path, ctx.merchant.id, row.id)
    values = {
        "state": READY,
        "media_type": media_type,
        "size": received.size,
        "sha256": received.sha256,
        "place": place,
        "expires_at": ctx.now() + UNCLAIMED_TIME,
        "version": row.version + 1,
    }
    async with ctx.transaction():
        won = await File.filter(id=row.id, state=WAITING).update(**values)  # names: those above
    if not won:
        await asyncio.to_thread(store_of(ctx).remove, place)
        raise errors.used_link()
    return row.update_from_dict(values)
