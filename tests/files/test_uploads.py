"""Uploads end whole or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from guanxi.context import Context
from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError, Text
from guanxi.files import permissions, service
from guanxi.files.errors import FileRefusedError, FileTooLargeError
from guanxi.files.models import File
from guanxi.files.service import uploads

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100
Chunks = Callable[..., AsyncIterator[bytes]]


def kept(folder: Path) -> list[str]:
    """Every content and every half of one on the disk."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_what_is_sent_is_kept_with_its_hash_and_kind(ctx: Context, chunks: Chunks) -> None:
    upload = await service.create_upload(ctx, "照片.png", "attachment")

    row = await service.receive(ctx, upload.file_id, chunks(PNG[:5], PNG[5:]))

    found, path = await service.open_download(ctx, row.id)
    assert (found.name, found.media_type, found.size) == ("照片.png", "image/png", len(PNG))
    assert found.sha256 == hashlib.sha256(PNG).hexdigest()
    assert path.read_bytes() == PNG


async def test_a_link_takes_one_file_only(ctx: Context, chunks: Chunks) -> None:
    upload = await service.create_upload(ctx, "a.png", "attachment")
    await service.receive(ctx, upload.file_id, chunks(PNG))

    with pytest.raises(ConflictError):
        await service.receive(ctx, upload.file_id, chunks(PNG))


async def test_of_two_who_send_at_once_one_wins_and_the_other_leaves_nothing(
    ctx: Context, chunks: Chunks, tmp_path: Path
) -> None:
    upload = await service.create_upload(ctx, "a.png", "attachment")

    sent = (service.receive(ctx, upload.file_id, chunks(PNG + bytes([n]))) for n in range(5))
    outcomes = await asyncio.gather(*sent, return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ["ConflictError"] * 4 + ["File"]
    assert len(kept(tmp_path / "kept")) == 1


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", FileRefusedError), (b"<html>", FileRefusedError), (b"MZ\x90\x00", FileRefusedError)],
)
async def test_nothing_stays_of_what_is_refused(
    ctx: Context, chunks: Chunks, tmp_path: Path, content: bytes, error: type[Exception]
) -> None:
    upload = await service.create_upload(ctx, "a.png", "attachment")

    with pytest.raises(error):
        await service.receive(ctx, upload.file_id, chunks(content))

    assert kept(tmp_path / "kept") == []
    assert (await File.get(id=upload.file_id)).state == "waiting"


async def test_a_file_over_the_limit_is_cut_off_where_the_limit_is(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_BYTES", 1_000)
    upload = await service.create_upload(ctx, "a.png", "attachment")
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += len(PNG)
            yield PNG

    with pytest.raises(FileTooLargeError):
        await service.receive(ctx, upload.file_id, endless())

    assert sent <= 1_000 + len(PNG)
    assert kept(tmp_path / "kept") == []


async def test_a_plugin_can_refuse_a_file_that_it_has_looked_at(shop: Any, chunks: Chunks, tmp_path: Path) -> None:
    upload = await service.create_upload(shop.ctx, "a.png", "attachment")
    shop.platform.answers = [None, Text("It holds a virus.", "文件含有病毒。")]

    with pytest.raises(FileRefusedError, match="virus"):
        await service.receive(shop.ctx, upload.file_id, chunks(PNG))

    assert shop.platform.asked == [("attachment_scan", PNG)]
    assert kept(tmp_path / "kept") == []


async def test_another_merchant_sees_neither_the_file_nor_its_upload(
    open_shop: Any, ctx: Context, chunks: Chunks
) -> None:
    upload = await service.create_upload(ctx, "a.png", "attachment")
    ready = await service.create_upload(ctx, "b.png", "attachment")
    await service.receive(ctx, ready.file_id, chunks(PNG))

    with open_shop("tea-b").acting() as other:
        with pytest.raises(NotFoundError):
            await service.receive(other, upload.file_id, chunks(PNG))
        with pytest.raises(NotFoundError):
            await service.open_download(other, ready.file_id)


async def test_an_upload_that_is_out_of_date_is_dead(ctx: Context, chunks: Chunks) -> None:
    upload = await service.create_upload(ctx, "a.png", "attachment")
    later = replace(ctx, clock=lambda: ctx.now() + uploads.UPLOAD_TIME)

    with pytest.raises(NotFoundError):
        await service.receive(later, upload.file_id, chunks(PNG))


@pytest.mark.parametrize("name", ["", " ", "a" * 201, "a\x07.png"])
async def test_a_name_that_cannot_be_shown_is_refused(ctx: Context, name: str) -> None:
    with pytest.raises(BadUserInputError):
        await service.create_upload(ctx, name, "attachment")


async def test_who_may_not_upload_gets_no_link(shop: Any) -> None:
    with pytest.raises(ForbiddenError):
        await service.create_upload(shop.without(permissions.UPLOAD_FILES), "a.png", "attachment")


async def test_orphans_are_removed_and_what_is_held_on_to_stays(ctx: Context, chunks: Chunks, tmp_path: Path) -> None:
    rows = []
    for name in ("held.png", "orphan.png"):
        upload = await service.create_upload(ctx, name, "attachment")
        rows.append(await service.receive(ctx, upload.file_id, chunks(PNG)))
    await service.create_upload(ctx, "never-sent.png", "attachment")
    await service.claim_file(ctx, rows[0].id)
    (tmp_path / "kept" / "tmp" / "half").write_bytes(b"half")
    (tmp_path / "kept" / ctx.merchant.id.hex / "without-row").write_bytes(b"lost")
    later = replace(ctx, clock=lambda: ctx.now() + timedelta(days=2))

    cleaned = await service.remove_orphans(later, grace=timedelta(0))

    assert (cleaned.rows, cleaned.contents) == (2, 1)
    assert [row.name for row in await File.all()] == ["held.png"]
    assert kept(tmp_path / "kept") == [(await File.get(id=rows[0].id)).place]
    assert (await service.remove_orphans(later, grace=timedelta(0))).rows == 0
