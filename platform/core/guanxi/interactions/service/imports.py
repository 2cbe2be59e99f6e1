"""Import purchases from a file, page by page with the place that each ends at: what was killed resumes exactly."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.exceptions import IntegrityError

from guanxi.context import Context
from guanxi.customers.service import bulk
from guanxi.customers.service.bulk import BulkCustomer
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.errors import Text
from guanxi.events import InteractionsImported
from guanxi.interactions import errors, permissions
from guanxi.interactions.errors import ImportRefusedError
from guanxi.interactions.models import ImportRun
from guanxi.interactions.rules import presets
from guanxi.interactions.rules.facts import Mode
from guanxi.interactions.rules.presets import Preset, Problem
from guanxi.interactions.service import files, store
from guanxi.interactions.service.files import FilePage, Judged

MAX_ATTEMPTS = 5
Progress = Callable[[int, int], None]
SOURCE = "import"
RUNNING, DONE, FAILED = "running", "done", "failed"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is taken. ``is_strict`` False passes over malformed lines instead of refusing the file."""

    is_strict: bool = True
    page_rows: int = 5_000


@dataclass(frozen=True, slots=True)
class ImportResult:
    """A run as it stands, counted from its beginning. ``is_repeat``: it was done before, and nothing is new."""

    run_id: UUID
    preset: str
    state: str
    rows_done: int
    customers_created: int
    interactions_created: int
    is_repeat: bool
    problems: tuple[Problem, ...]


async def import_file(
    ctx: Context,
    db: Database,
    path: str | Path,
    preset: str,
    *,
    progress: Progress | None = None,
    options: ImportOptions = ImportOptions(),
) -> ImportResult:
    """Import a file as HISTORICAL facts, customers included. An unfinished run of the same file goes on.

    One transaction per page: its facts and how far the file has come. Identical lines are distinct facts;
    the same file again brings nothing. ``progress`` is called with the rows done and their total.

    Raises:
        ForbiddenError: IMPORT_INTERACTIONS, or reading or writing customers, is missing.
        BadUserInputError: no such preset, not its file; as ImportRefusedError with ``problems`` for malformed lines.
        ConflictError: another process imports the same file.
    """
    ctx.require(permissions.IMPORT_INTERACTIONS)
    known = presets.get_preset(preset)
    judged = await asyncio.to_thread(files.judge, Path(path), known)
    if judged.problems and options.is_strict:
        raise _refusal(judged)
    run = await _begin(ctx, _absolute(path), known, judged)
    return await Importing(ctx, db, known, judged, run, Path(path)).finish(options.page_rows, progress)


async def resume(
    ctx: Context,
    db: Database,
    run_id: UUID | Literal["latest"] = "latest",
    path: str | Path | None = None,
    *,
    progress: Progress | None = None,
    options: ImportOptions = ImportOptions(),
) -> ImportResult:
    """Go on with an import that was killed or failed; ``path`` where the file has moved.

    Raises:
        ForbiddenError: as ``import_file``.
        NotFoundError: there is no such run, or none is unfinished.
        ConflictError: the file changed since; another process imports it.
    """
    ctx.require(permissions.IMPORT_INTERACTIONS)
    unfinished = ImportRun.exclude(state=DONE).order_by("-started_at", "-id")
    run = await (unfinished.first() if run_id == "latest" else ImportRun.get_or_none(id=run_id))
    if run is None:
        raise errors.unknown_run()
    found, known = Path(path or run.file_name), presets.get_preset(run.preset)
    judged = await asyncio.to_thread(files.judge, found, known)
    if judged.sha256 != run.file_hash:
        raise errors.changed_file(str(found))
    return await Importing(ctx, db, known, judged, run, found).finish(options.page_rows, progress)


@dataclass(slots=True)
class Importing:
    """One run on its way through its file."""

    ctx: Context
    db: Database
    preset: Preset
    judged: Judged
    run: ImportRun
    path: Path

    async def finish(self, page_rows: int, progress: Progress | None) -> ImportResult:
        """Record every page that is left."""
        is_repeat = self.run.state == DONE
        try:
            while self.run.state != DONE:
                page = await asyncio.to_thread(
                    files.read_page,
                    self.path,
                    self.preset,
                    offset_bytes=self.run.offset_bytes,
                    lines_done=self.run.lines_done,
                    rows=page_rows,
                )
                await self._record(page, is_last=len(page.facts) < page_rows)
                self._tell(progress)
        except Exception as error:
            await self._note_failure(error)
            raise
        if is_repeat:
            self._tell(progress)
        return _result(self.run, self.judged, is_repeat=is_repeat)

    def _tell(self, progress: Progress | None) -> None:
        if progress is not None:
            progress(self.run.rows_done, self.judged.rows)

    async def _record(self, page: FilePage, *, is_last: bool) -> None:
        """One page; tried again where somebody else created one of its customers meanwhile."""
        for attempt in range(MAX_ATTEMPTS):
            try:
                self.run.update_from_dict(await self._record_once(page, is_last=is_last))
                return
            except IntegrityError:
                if attempt == MAX_ATTEMPTS - 1:
                    raise

    async def _record_once(self, page: FilePage, *, is_last: bool) -> dict[str, Any]:
        """Everything is prepared first, then written in one transaction; what changed of the run."""
        customers, new = await self._customers(page)
        ids = [uuid7() for _ in page.facts]
        rows = await asyncio.to_thread(self._rows, page, customers, ids)
        changes = self._advanced(page, len(new), is_last=is_last)
        async with self.ctx.transaction():
            # The run's row is the lock that keeps a second process from the same page.
            mine = ImportRun.filter(id=self.run.id, version=self.run.version)
            if not await mine.update(**changes):  # names: those that _advanced writes out
                raise errors.busy_run()
            await self._forget_plans()
            await bulk.insert_customers(self.ctx, self.db, system=self.preset.system, customers=new, source=SOURCE)
            await self._insert_facts(ids, rows)
        return changes

    async def _forget_plans(self) -> None:
        """PostgreSQL plans the check of a foreign key once per session: made while a table was still empty,
        the plan may walk a whole index for every row that is written later."""
        if self.ctx.platform.dialect == "postgres":
            await self.db.execute("DISCARD PLANS")

    def _advanced(self, page: FilePage, new_customers: int, *, is_last: bool) -> dict[str, Any]:
        return {
            "offset_bytes": page.offset_bytes,
            "lines_done": page.lines_done,
            "rows_done": self.run.rows_done + len(page.facts),
            "customers_created": self.run.customers_created + new_customers,
            "interactions_created": self.run.interactions_created + len(page.facts),
            "state": DONE if is_last else RUNNING,
            "finished_at": self.ctx.now() if is_last else None,
            "error": None,
            "version": self.run.version + 1,
        }

    async def _customers(self, page: FilePage) -> tuple[dict[str, UUID], list[BulkCustomer]]:
        """Who is named on the page, and those of them who are new."""
        named = list(dict.fromkeys(line.customer for _, line in page.facts))
        found = await bulk.ids_by_identity(self.ctx, self.db, system=self.preset.system, external_ids=named)
        new = [
            BulkCustomer(uuid7(), name, self.preset.display_name.format(name)) for name in named if name not in found
        ]
        return found | {one.external_id: one.id for one in new}, new

    async def _insert_facts(self, ids: list[UUID], rows: list[store.Row]) -> None:
        if ids:
            await self.db.execute_many(store.INSERT, rows)
            await self.ctx.publish(
                InteractionsImported(occurred_at=self.ctx.now(), count=len(ids), first_id=ids[0], last_id=ids[-1])
            )

    def _rows(self, page: FilePage, customers: dict[str, UUID], ids: list[UUID]) -> list[store.Row]:
        """In the order of ``store.COLUMNS``; the number of a line makes identical lines distinct facts."""
        dialect, preset = self.ctx.platform.dialect, self.preset
        to_id, to_time = store.id_writer(dialect), store.time_writer(dialect)
        written = lru_cache(maxsize=4096)(partial(_written_day, self.ctx.merchant.timezone, to_time))
        merchant, now = to_id(self.ctx.merchant.id), to_time(self.ctx.now())
        # taxMinor to body, and who recorded it
        tail = (None, None, None, None, None, None, None, store.actor_of(self.ctx))
        prefix, mode = self.run.file_hash[:16], Mode.HISTORICAL.value
        return [
            (
                to_id(one),
                merchant,
                to_id(customers[line.customer]),
                preset.kind,
                written(line.day),
                now,
                preset.channel,
                preset.system,
                f"{prefix}:{number}",
                None,
                line.amount_minor,
                preset.currency,
                *tail,
                f'{{"quantity":{line.quantity}}}',
                mode,
            )
            for one, (number, line) in zip(ids, page.facts, strict=True)
        ]

    async def _note_failure(self, error: Exception) -> None:
        """Say why on the run, unless somebody else moved it on."""
        said = f"{type(error).__name__}: {error}"[:500]
        await ImportRun.filter(id=self.run.id, version=self.run.version).update(state=FAILED, error=said)


async def _begin(ctx: Context, path: str, preset: Preset, judged: Judged) -> ImportRun:
    """The run of this file: a new one, or the one there is."""
    run = await ImportRun.get_or_none(file_hash=judged.sha256, preset=preset.name)
    if run is not None:
        return run
    try:
        return await ImportRun.create(
            file_hash=judged.sha256,
            preset=preset.name,
            file_name=path[:1024],
            state=RUNNING,
            problem_count=judged.problem_count,
            started_at=ctx.now(),
        )
    except IntegrityError:
        return await ImportRun.get(file_hash=judged.sha256, preset=preset.name)


def _absolute(path: str | Path) -> str:
    return os.path.abspath(path)


def _refusal(judged: Judged) -> ImportRefusedError:
    return ImportRefusedError(
        Text(
            f"{judged.problem_count} values of the file cannot be taken; nothing was imported.",
            f"文件中有 {judged.problem_count} 处错误，未导入任何内容。",
        ),
        hint=Text("Correct the lines, or import without them.", "请更正这些行，或跳过它们导入。"),
        path=("path",),
        details={"problems": judged.problems},
    )


def _result(run: ImportRun, judged: Judged, *, is_repeat: bool) -> ImportResult:
    return ImportResult(
        run.id,
        run.preset,
        run.state,
        run.rows_done,
        0 if is_repeat else run.customers_created,
        0 if is_repeat else run.interactions_created,
        is_repeat,
        tuple(judged.problems),
    )


def _written_day(zone: str, to_time: Callable[[datetime], Any], day: Any) -> Any:
    """The beginning of a day of the merchant's calendar, as the driver takes it."""
    return to_time(datetime.combine(day, time(), ZoneInfo(zone)))
