"""Starting, stopping and resuming imports."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.exceptions import IntegrityError

from guanxi import jobs
from guanxi.context import Context
from guanxi.customers import permissions as customers
from guanxi.customers.rules import profile
from guanxi.customers.rules.profile import Identity
from guanxi.errors import Text
from guanxi.files import service as files
from guanxi.files.models import File
from guanxi.transfers import errors, permissions
from guanxi.transfers.events import ImportProgressed
from guanxi.transfers.models import FileImport
from guanxi.transfers.rules.headers import CUSTOM, IGNORED, SYNONYMS
from guanxi.transfers.service.acting import starter_of

QUEUED, RUNNING, DONE, CHECKED = "queued", "running", "done", "checked"
FAILED, CANCELLED = "failed", "cancelled"
ENDED: Final = (DONE, CHECKED)
JOB: Final = "transfers.import"
MAX_MAPPED: Final = 200


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is taken.

    Attributes:
        mapping: a column's name -> target, before what the names say by themselves.
        encoding: of a text; found out when left out.
        system: which system's ids the external ids are.
        source: where the customers come from, of those whose row does not say.
        keep_invalid: take rows with invalid phone numbers and e-mail addresses, marked as invalid.
        is_dry_run: look at everything and write nothing.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    system: str | None = None
    source: str | None = None
    keep_invalid: bool = False
    is_dry_run: bool = False


async def start_import(ctx: Context, file_id: UUID, options: ImportOptions, *, is_queued: bool = True) -> FileImport:
    """Begin to import customers from a file. The same file in the same way is the same import, for ever.

    Args:
        ctx: whoever acts; the import goes on with the rights that he has at each moment.
        file_id: an upload for imports that is ready.
        options: how it is taken.
        is_queued: leave the work to a job; else the caller runs it.

    Raises:
        ForbiddenError: RUN_IMPORTS is missing, or writing customers for anything but a dry run.
        BadUserInputError: the mapping names a target that does not exist.
        NotFoundError: there is no such file.
    """
    ctx.require(permissions.RUN_IMPORTS)
    if not options.is_dry_run:
        ctx.require(customers.WRITE_CUSTOMERS)
    _check(options)
    file = await files.get_ready_file(ctx, file_id, purpose="import")
    async with ctx.transaction():
        await files.claim_file(ctx, file.id, keep_for=files.REPORT_TIME)
        row = await _find_or_create(ctx, file, options)
        if row.state in ENDED:
            return row
        if row.file_id != file.id or row.state != QUEUED:
            await _restart(ctx, row, file.id)
        if is_queued:
            await _enqueue(ctx, row)
    return row


async def _find_or_create(ctx: Context, file: File, options: ImportOptions) -> FileImport:
    """The import of this content in this way."""
    digest = hashlib.sha256(orjson.dumps(asdict(options), option=orjson.OPT_SORT_KEYS)).hexdigest()
    key: dict[str, Any] = {"file_hash": file.sha256 or "", "options_hash": digest}
    try:
        async with ctx.transaction():
            return await FileImport.create(
                **key,
                kind="customers",
                file_id=file.id,
                file_name=file.name,
                options=asdict(options),
                is_dry_run=options.is_dry_run,
                state=QUEUED,
                started_by=starter_of(ctx),
                created_at=ctx.now(),
            )
    except IntegrityError:
        return await FileImport.get(**key)


async def resume_import(ctx: Context, import_id: UUID, *, is_queued: bool = True) -> FileImport:
    """Go on with an import that failed, was stopped, or whose worker died. What was taken is not taken again.

    Raises:
        ForbiddenError: as ``start_import``.
        NotFoundError, ConflictError: there is no such import, or it is done.
    """
    ctx.require(permissions.RUN_IMPORTS)
    async with ctx.transaction():
        row = await get_import(import_id)
        if not row.is_dry_run:
            ctx.require(customers.WRITE_CUSTOMERS)
        if row.state in ENDED:
            raise errors.ended_import(row.state)
        await _restart(ctx, row, row.file_id)
        if is_queued:
            await _enqueue(ctx, row)
    return row


async def cancel_import(ctx: Context, import_id: UUID) -> FileImport:
    """Stop an import after the page that it is at; what was taken stays, and it can be resumed. Twice is once.

    Raises:
        ForbiddenError, NotFoundError, ConflictError: as ``resume_import``.
    """
    ctx.require(permissions.RUN_IMPORTS)
    async with ctx.transaction():
        row = await FileImport.filter(id=import_id).select_for_update().first()
        if row is None:
            raise errors.unknown_import()
        if row.state in ENDED:
            raise errors.ended_import(row.state)
        if row.state != CANCELLED:
            await move(ctx, row, state=CANCELLED, finished_at=ctx.now())
    return row


async def get_import(import_id: UUID) -> FileImport:
    """An import. The caller has checked rights. Raises: NotFoundError."""
    row = await FileImport.get_or_none(id=import_id)
    if row is None:
        raise errors.unknown_import()
    return row


async def move(ctx: Context, row: FileImport, **changes: object) -> None:
    """Write an import's next step, unless somebody else moved it meanwhile, and tell of it.

    Raises:
        ConflictError: somebody did.
    """
    changes = {**changes, "version": row.version + 1}
    changed = await FileImport.filter(id=row.id, version=row.version).update(
        **changes,  # names: those that the callers in this package write out
    )
    if not changed:
        raise errors.busy_import()
    row.update_from_dict(changes)
    await ctx.publish(
        ImportProgressed(occurred_at=ctx.now(), import_id=row.id, state=row.state, rows_done=row.rows_done)
    )


async def _restart(ctx: Context, row: FileImport, file_id: UUID) -> None:
    """From now on with the rights of whoever resumes it."""
    await move(ctx, row, state=QUEUED, started_by=starter_of(ctx), file_id=file_id, error=None, finished_at=None)


async def _enqueue(ctx: Context, row: FileImport) -> None:
    await jobs.enqueue(ctx, JOB, {"import": row.id.hex}, key=row.id.hex)


def _check(options: ImportOptions) -> None:
    for title, target in options.mapping.items():
        if target not in SYNONYMS and not target.startswith(CUSTOM):
            known = ", ".join([*(one for one in SYNONYMS if one != IGNORED), IGNORED, f"{CUSTOM}KEY"])
            raise errors.refused(
                "mapping",
                Text(
                    f"There is no target {target!r} for the column {title!r}.",
                    f"列 {title!r} 的目标 {target!r} 不存在。",
                ),
                Text(f"Use one of {known}.", f"可用目标：{known}。"),
            )
    if len(options.mapping) > MAX_MAPPED:
        raise errors.refused(
            "mapping",
            Text("The mapping is too long.", "列对应关系过多。"),
            Text(f"Map at most {MAX_MAPPED} columns.", f"最多 {MAX_MAPPED} 列。"),
        )
    if options.system is not None:
        profile.checked_identity(Identity(options.system, "1"))
