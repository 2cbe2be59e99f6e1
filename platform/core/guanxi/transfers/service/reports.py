"""The rows that an import left out, as a file to be corrected and sent again."""

import asyncio
import csv
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from guanxi.context import Context
from guanxi.errors import Text
from guanxi.files import service as files
from guanxi.files.models import File
from guanxi.transfers.models import ImportProblem
from guanxi.transfers.rules import formulas
from guanxi.transfers.rules.problems import cure_of
from guanxi.transfers.rules.texts import Broken
from guanxi.transfers.service.tables import Table

TITLES = ("问题 Problem", "修改建议 Suggestion")  # columns of these names are passed over when the file comes back


async def write_report(ctx: Context, import_id: UUID, table: Table) -> Path:
    """A CSV on the local disk with each row that was left out, as it was, and why."""
    reasons: dict[int, list[ImportProblem]] = {}
    for one in await ImportProblem.filter(file_import_id=import_id, is_warning=False).order_by("row", "id"):
        reasons.setdefault(one.row, []).append(one)
    path = await asyncio.to_thread(files.store_of(ctx).temporary)
    said = {row: _told(found, ctx.merchant.locale) for row, found in reasons.items()}
    await asyncio.to_thread(_write, path, table, said)
    return path


async def keep_report(ctx: Context, written: Path, name: str) -> File:
    """The report as a file of the merchant."""
    return await files.keep_local_file(
        ctx,
        written,
        name=f"{Path(name).stem[:150]}-errors.csv",
        purpose="report",
        media_type="text/csv",
        expires_in=files.REPORT_TIME,
    )


def _write(path: Path, table: Table, said: dict[int, tuple[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        titles = table.columns.titles
        writer.writerow(formulas.guarded([*titles, *TITLES]))
        for row in table.read_from(0):
            if isinstance(row, Broken):
                continue  # it cannot be taken apart, so it cannot be written: its number stands in the list
            number, cells = row
            if number in said:
                kept = [*cells, *[""] * (len(titles) - len(cells))]
                writer.writerow(formulas.guarded([*kept, *said[number]]))


def _told(problems: Iterable[ImportProblem], locale: str) -> tuple[str, str]:
    codes, cures = [], []
    for one in problems:
        codes.append(f"{one.column}: {one.code}" if one.column else one.code)
        cure = Text(one.said["en"], one.said["zh"]) if one.said else cure_of(one.code, one.near)
        cures.append(cure.localized(locale))
    return "; ".join(codes), " ".join(dict.fromkeys(cures))
