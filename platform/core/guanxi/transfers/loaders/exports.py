"""Fields of exports that are worked out for all rows of a level at once."""

from typing import Any

from guanxi.context import Context
from guanxi.customers.permissions import READ_CONTACTS
from guanxi.execution import rows
from guanxi.files.types import File
from guanxi.transfers import types
from guanxi.transfers.loaders import failures
from guanxi.transfers.permissions import READ_EXPORTS
from guanxi.transfers.service.acting import starter_of
from guanxi.transfers.types import schema


@schema.batch(types.Export, permission=READ_EXPORTS, requires=("columns",))
async def columns(exports: list[Any], ctx: Context) -> list[list[str]]:
    """Its columns, in their order."""
    return [list(one.columns) for one in exports]


@schema.batch(types.Export, permission=READ_EXPORTS, requires=("error",))
async def error(exports: list[Any], ctx: Context) -> list[types.TransferError | None]:
    """Why it failed; null where it did not."""
    return [failures.to_transfer_error(ctx, one.error) for one in exports]


@schema.batch(types.Export, permission=READ_EXPORTS, requires=("file_id", "started_by"))
async def file(exports: list[Any], ctx: Context) -> list[File | None]:
    """The file once it is whole: for whoever asked for it, and for those from whom nothing in it would be masked."""
    may_see = ctx.can(READ_CONTACTS) and ctx.actor.scope is None
    shown = [one.file_id if may_see or one.started_by == starter_of(ctx) else None for one in exports]
    found = {row.id: row for row in await rows.rows_of(ctx, File, [one for one in shown if one]) if row is not None}
    return [found.get(one) if one else None for one in shown]
