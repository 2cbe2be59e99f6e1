"""The work of an import: page by page, each in one transaction with the place that it ends at."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from guanxi import jobs
from guanxi.context import Context
from guanxi.customers import permissions as customer_permissions
from guanxi.customers.rules import phones
from guanxi.customfields import errors as custom_errors
from guanxi.customfields import service as customfields
from guanxi.customfields.models import CustomField
from guanxi.db.fields import uuid7
from guanxi.errors import ConflictError, GuanxiError
from guanxi.files import service as files
from guanxi.permissions import Permission
from guanxi.transfers import errors, permissions
from guanxi.transfers.models import FileImport, ImportProblem
from guanxi.transfers.rules.headers import CUSTOM
from guanxi.transfers.rules.problems import Problem
from guanxi.transfers.service import applying, records, reports, tables
from guanxi.transfers.service.acting import as_starter
from guanxi.transfers.service.applying import Applied
from guanxi.transfers.service.imports import CANCELLED, CHECKED, DONE, ENDED, FAILED, RUNNING, get_import, move
from guanxi.transfers.service.records import CustomColumn, Reading
from guanxi.transfers.service.tables import Row, Table

PAGE_ROWS: Final = 500
Progress = Callable[[int, int], None]


async def run_import(
    ctx: Context, import_id: UUID, *, progress: Progress | None = None, page_rows: int = PAGE_ROWS
) -> FileImport:
    """Take an import to its end, from wherever it stands. What cannot be read, or may not be written, fails it.

    ``progress`` is called with the rows done and their total after each page.

    Raises:
        NotFoundError: there is no such import.
        ConflictError: another process moves it forward.
    """
    row = await get_import(import_id)
    if row.state in (*ENDED, CANCELLED):
        return row
    try:
        await _Running(ctx, row, page_rows, progress).finish()
    except ConflictError:
        row = await get_import(import_id)
        if row.state != CANCELLED:
            raise
    except GuanxiError as error:
        said = {"code": error.code, "en": error.localized("en"), "zh": error.localized("zh"), **error.details}
        async with ctx.transaction():
            await move(ctx, row, state=FAILED, error=said, finished_at=ctx.now())
    return row


@dataclass(slots=True)
class _Running:
    """One import on its way through its file."""

    ctx: Context
    row: FileImport
    page_rows: int
    progress: Progress | None

    async def finish(self) -> None:
        """Everything that is left."""
        file = await files.get_ready_file(self.ctx, self.row.file_id)
        fields = {one.key: one for one in await customfields.list_fields()}
        self._check_mapped(fields)
        table = await self._look_through(files.local_path(self.ctx, file), fields)
        how = self._reading(table, fields)
        await self._begin(table)
        read_page = tables.page_reader(table, self.row.last_row)
        while page := await asyncio.to_thread(read_page, self.page_rows):
            await self._take(page, how)
            if self.progress is not None:
                self.progress(self.row.rows_done, table.rows)
        await self._end(table)

    def _check_mapped(self, fields: Mapping[str, CustomField]) -> None:
        """Raises: NotFoundError where a column shall become a field that is not in use."""
        for target in self.row.options["mapping"].values():
            if target.startswith(CUSTOM) and target.removeprefix(CUSTOM) not in fields:
                raise custom_errors.unknown_field(target.removeprefix(CUSTOM), "mapping")

    async def _look_through(self, path: Path, fields: Mapping[str, CustomField]) -> Table:
        """A column that is called like a custom field, or by its key, is that field."""
        options = self.row.options
        custom = {name: f"{CUSTOM}{one.key}" for one in fields.values() for name in (one.key, one.label)}
        return await asyncio.to_thread(tables.look_through, path, options["mapping"], custom, options["encoding"])

    def _reading(self, table: Table, fields: Mapping[str, CustomField]) -> Reading:
        options = self.row.options
        return Reading(
            table.columns,
            self.row.file_hash,
            phones.region_of(self.ctx.merchant.locale),
            options["system"],
            options["source"],
            options["keep_invalid"],
            {
                key: CustomColumn(one.kind, one.options, self.ctx.merchant.currency)
                for key, one in fields.items()
                if f"{CUSTOM}{key}" in table.columns.targets.values()
            },
        )

    async def _begin(self, table: Table) -> None:
        """Note what was found out of the file; what is wrong with its header once only."""
        columns = table.columns
        found = [
            {"title": columns.title(place), "target": columns.targets.get(place)}
            for place in range(len(columns.titles))
        ]
        is_new = self.row.last_row < columns.row
        async with self.ctx.transaction():
            if is_new:
                await self._note(columns.problems)
            await move(
                self.ctx,
                self.row,
                state=RUNNING,
                encoding=table.encoding,
                columns=found,
                rows_total=table.rows,
                last_row=max(self.row.last_row, columns.row),
                problem_count=self.row.problem_count + (len(columns.problems) if is_new else 0),
            )

    async def _take(self, page: Sequence[Row], how: Reading) -> None:
        """One page: its customers, its problems and how far the file has come are written together or not at all."""
        acting = await as_starter(self.ctx, self.row.started_by, *self._needed())
        read = await asyncio.to_thread(lambda: [records.read(one, how) for one in page])
        async with self.ctx.transaction():
            # The row is the lock that keeps a second process from the same page.
            held = await FileImport.filter(id=self.row.id, version=self.row.version).select_for_update().first()
            if held is None:
                raise errors.busy_import()
            apply = applying.check if self.row.is_dry_run else applying.write
            applied = await apply(acting, read, how)
            await self._note(applied.problems)
            await move(self.ctx, self.row, **self._advanced(page, applied))
            with suppress(LookupError):  # outside of a job
                await jobs.report_progress(self.ctx, self.row.rows_done, self.row.rows_total)

    def _needed(self) -> list[Permission]:
        more = [] if self.row.is_dry_run else [customer_permissions.WRITE_CUSTOMERS]
        return [permissions.RUN_IMPORTS, *more]

    def _advanced(self, page: Sequence[Row], applied: Applied) -> dict[str, Any]:
        return {
            "rows_done": self.row.rows_done + len(page),
            "last_row": tables.number_of(page[-1]),
            "rows_refused": self.row.rows_refused + applied.refused,
            "created_count": self.row.created_count + applied.created,
            "updated_count": self.row.updated_count + applied.updated,
            "unchanged_count": self.row.unchanged_count + applied.unchanged,
            "problem_count": self.row.problem_count + len(applied.problems),
        }

    async def _note(self, problems: Sequence[Problem]) -> None:
        if problems:
            await ImportProblem.bulk_create([_problem_row(self.row.id, one) for one in problems])

    async def _end(self, table: Table) -> None:
        """Write the rows that were left out to a file of their own, then it is done."""
        written = await reports.write_report(self.ctx, self.row.id, table) if self.row.rows_refused else None
        state = CHECKED if self.row.is_dry_run else DONE
        async with self.ctx.transaction():
            report = await reports.keep_report(self.ctx, written, self.row.file_name) if written else None
            await move(
                self.ctx,
                self.row,
                state=state,
                report_id=report.id if report else None,
                finished_at=self.ctx.now(),
                error=None,
            )


def _problem_row(import_id: UUID, one: Problem) -> ImportProblem:
    return ImportProblem(
        id=uuid7(),
        file_import_id=import_id,
        row=one.row,
        column=one.column[:200],
        code=one.code,
        value=one.value,
        is_warning=one.is_warning,
        near=one.near,
        said=one.said._asdict() if one.said else None,
    )
