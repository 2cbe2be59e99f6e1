"""What ``guanxi import customers`` and ``guanxi export`` do with files of this machine; imported when one runs."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from guanxi.context import Context
from guanxi.errors import BadUserInputError, Text
from guanxi.files import service as files
from guanxi.files.rules import kinds
from guanxi.transfers import service
from guanxi.transfers.models import FileExport, FileImport, ImportProblem
from guanxi.transfers.rules.problems import cure_of
from guanxi.transfers.service import ImportOptions

SHOWN = 20


def mapping_of(pairs: Sequence[str]) -> dict[str, str]:
    """``手机=phone`` and so on. Raises: BadUserInputError."""
    for pair in pairs:
        if "=" not in pair:
            raise BadUserInputError(
                Text(f"{pair!r} says nothing of a column.", f"{pair!r} 不是列对应关系。"),
                hint=Text("Write COLUMN=TARGET, such as 手机=phone.", "请使用“列名=目标”，例如 手机=phone。"),
            )
    return {title: target for title, _, target in (pair.rpartition("=") for pair in pairs)}


async def import_customers(
    ctx: Context, path: Path, options: ImportOptions, progress: Callable[[int, int], None]
) -> FileImport:
    """Keep a copy of the file and import it here and now. One that was cut off goes on."""
    copy = await asyncio.to_thread(_copy, path, files.store_of(ctx).temporary())
    with path.open("rb") as content:
        media_type = kinds.sniff(content.read(kinds.SNIFFED_BYTES), path.name) or "application/octet-stream"
    kept = await files.keep_local_file(
        ctx, copy, name=path.name, purpose="import", media_type=media_type, expires_in=files.REPORT_TIME
    )
    row = await service.start_import(ctx, kept.id, options, is_queued=False)
    return await service.run_import(ctx, row.id, progress=progress)


async def tell_import(ctx: Context, row: FileImport, path: Path) -> str:
    """What became of it, line by line; the rows that were left out are written beside the file."""
    if row.error is not None:
        return f"{row.error['code']}: {row.error['en']}"
    verb = "would be" if row.is_dry_run else "are"
    told = [
        f"{row.rows_done} rows: {row.created_count} customers {verb} new, {row.updated_count} changed,"
        f" {row.unchanged_count} as before, {row.rows_refused} rows left out."
    ]
    problems = await ImportProblem.filter(file_import_id=row.id).order_by("row", "id").limit(SHOWN)
    told += [f"  row {one.row} {one.column}: {one.code} {one.value} - {_cure(one)}" for one in problems]
    told += [f"  … {row.problem_count - SHOWN} more"] if row.problem_count > SHOWN else []
    if row.report_id is not None:
        report = path.with_name(f"{path.stem}-errors.csv")
        _, written = await files.open_download(ctx, row.report_id)
        await asyncio.to_thread(shutil.copyfile, written, report)
        told.append(f"Correct the rows in {report} and import it.")
    return "\n".join(told)


async def export_rows(ctx: Context, path: Path, kind: str, *, where: str | None, columns: Sequence[str]) -> FileExport:
    """Export to a file of this machine; its ending tells the format."""
    row = await service.start_export(
        ctx, kind, path.suffix.lstrip(".").lower(), where=where, columns=columns, is_queued=False
    )
    row = await service.run_export(ctx, row.id)
    if row.file_id is not None:
        _, written = await files.open_download(ctx, row.file_id)
        await asyncio.to_thread(shutil.copyfile, written, path)
    return row


def _cure(one: ImportProblem) -> str:
    return one.said["en"] if one.said else cure_of(one.code, one.near).en


def _copy(path: Path, target: Path) -> Path:
    shutil.copyfile(path, target)
    return target
