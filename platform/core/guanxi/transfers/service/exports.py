"""Exports: asked for, written page by page with the rights of each moment, whole or not there at all."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from guanxi import jobs
from guanxi.audit import record
from guanxi.context import Context
from guanxi.errors import ConflictError, GuanxiError, Text
from guanxi.files import service as files
from guanxi.schema import ids
from guanxi.transfers import errors, permissions
from guanxi.transfers.models import FileExport
from guanxi.transfers.rules.columns import COLUMNS
from guanxi.transfers.rules.writers import WRITERS, RowWriter
from guanxi.transfers.service import selecting
from guanxi.transfers.service.acting import as_starter, starter_of

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
KEPT: Final = timedelta(days=7)
JOB: Final = "transfers.export"
TAG: Final = "exp"
Progress = Callable[[int, int | None], None]


async def start_export(
    ctx: Context,
    kind: str,
    format: str,  # noqa: A002 - what a file's format is called
    *,
    where: str | None = None,
    columns: Sequence[str] = (),
    is_queued: bool = True,
) -> FileExport:
    """Order an export of what the actor may see, as the actor may see it at the time of writing.

    Args:
        ctx: whoever asks; each page is read with the rights that he has then.
        kind: customers or interactions.
        format: csv, xlsx or jsonl.
        where: which rows, as a GraphQL literal; all when left out.
        columns: which columns, in this order; all when empty.
        is_queued: leave the work to a job.

    Raises:
        ForbiddenError: RUN_EXPORTS or reading such rows is missing, or the filter asks for what is masked.
        BadUserInputError: an unknown kind, format or column.
    """
    ctx.require(permissions.RUN_EXPORTS)
    chosen = _checked_columns(kind, format, columns)
    selecting.check(ctx, kind, where)
    async with ctx.transaction():
        row = await FileExport.create(
            kind=kind,
            format=format,
            where=where,
            columns=chosen,
            state=QUEUED,
            started_by=starter_of(ctx),
            created_at=ctx.now(),
        )
        await _note(ctx, "transfers.export.started", row, {"kind": kind, "format": format, "columns": chosen})
        if is_queued:
            await jobs.enqueue(ctx, JOB, {"export": row.id.hex}, key=row.id.hex)
        return row


async def run_export(ctx: Context, export_id: UUID, *, progress: Progress | None = None) -> FileExport:
    """Write an export. Of one that is killed nothing stays, and it begins again; twice is once.

    Raises:
        NotFoundError: there is no such export.
        ConflictError: another process writes it.
    """
    row = await FileExport.get_or_none(id=export_id)
    if row is None:
        raise errors.unknown_export()
    if row.state in {DONE, FAILED}:
        return row
    path = await asyncio.to_thread(files.store_of(ctx).temporary)
    try:
        count = await _write(ctx, row, path, progress)
        await _finish(ctx, row, path, count)
    except ConflictError:
        raise
    except GuanxiError as error:
        said = {"code": error.code, "en": error.localized("en"), "zh": error.localized("zh")}
        await _move(ctx, row, state=FAILED, error=said, finished_at=ctx.now())
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    return row


async def _write(ctx: Context, row: FileExport, path: Path, progress: Progress | None) -> int:
    """All rows to the local disk. Raises: ForbiddenError as soon as whoever asked may not read on."""
    made, _ = WRITERS[row.format]
    titles = [COLUMNS[row.kind][name].localized(ctx.merchant.locale) for name in row.columns]
    writer: RowWriter = await asyncio.to_thread(made, path, titles, row.columns)
    count = 0
    try:
        async with aclosing(_pages(ctx, row)) as found:
            async for page in found:
                await asyncio.to_thread(_write_rows, writer, page)
                count += len(page)
                await _tell(ctx, row, count, progress)
    finally:
        await asyncio.to_thread(writer.close)
    return count


async def _pages(ctx: Context, row: FileExport) -> AsyncGenerator[list[list[Any]], None]:
    """The values, a page at a time, each read in one snapshot by whoever asked, if he still may."""
    cursor: str | None = None
    while True:
        async with ctx.platform.reading():
            acting = await as_starter(ctx, row.started_by, permissions.RUN_EXPORTS, selecting.READ[row.kind])
            found, cursor = await selecting.read_page(acting, row.kind, row.where, cursor)
            values = [one async for one in selecting.values_of(acting, row.kind, found, row.columns)]
        yield values
        if cursor is None:
            return


def _write_rows(writer: RowWriter, page: Sequence[Sequence[Any]]) -> None:
    for values in page:
        writer.write(values)


async def _tell(ctx: Context, row: FileExport, count: int, progress: Progress | None) -> None:
    await _move(ctx, row, state=RUNNING, rows_done=count)
    with suppress(LookupError):  # outside of a job
        await jobs.report_progress(ctx, count)
    if progress is not None:
        progress(count, None)


async def _finish(ctx: Context, row: FileExport, path: Path, count: int) -> None:
    """The rights are asked for once more in the transaction that hands the file out."""
    name = f"{row.kind}-{row.created_at:%Y%m%d-%H%M%S}.{row.format}"
    async with ctx.transaction():
        acting = await as_starter(ctx, row.started_by, permissions.RUN_EXPORTS, selecting.READ[row.kind])
        file = await files.keep_local_file(
            acting, path, name=name, purpose="export", media_type=WRITERS[row.format][1], expires_in=KEPT
        )
        await _move(ctx, row, state=DONE, file_id=file.id, rows_done=count, finished_at=ctx.now())
        await _note(acting, "transfers.export.written", row, {"rows": count})


async def _note(ctx: Context, action: str, row: FileExport, details: dict[str, Any]) -> None:
    await record(ctx, action=action, subject=ids.encode(TAG, row.id), details=details)


async def _move(ctx: Context, row: FileExport, **changes: Any) -> None:
    """Raises: ConflictError where another process writes the same export."""
    changes = {**changes, "version": row.version + 1}
    changed = await FileExport.filter(id=row.id, version=row.version).update(
        **changes,  # names: those that this module writes out
    )
    if not changed:
        raise errors.busy_import()
    row.update_from_dict(changes)


def _checked_columns(kind: str, wanted_format: str, columns: Sequence[str]) -> list[str]:
    known = COLUMNS.get(kind)
    if known is None or wanted_format not in WRITERS:
        raise errors.refused(
            "kind" if known is None else "format",
            Text("There is no such export.", "不支持该导出。"),
            Text(
                "Export customers or interactions as csv, xlsx or jsonl.", "请将客户或互动导出为 csv、xlsx 或 jsonl。"
            ),
        )
    unknown = [name for name in columns if name not in known]
    if unknown or len(set(columns)) != len(columns):
        raise errors.refused(
            "columns",
            Text("A column is unknown or comes twice.", "存在未知或重复的列。"),
            Text(f"Choose of {', '.join(known)}.", f"可选列：{'、'.join(known)}。"),
        )
    return list(columns) or list(known)
