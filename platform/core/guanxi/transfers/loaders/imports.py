"""Fields of imports that are worked out for all rows of a level at once."""

from typing import Any

from guanxi.context import Context
from guanxi.errors import Text
from guanxi.transfers import types
from guanxi.transfers.loaders import failures
from guanxi.transfers.permissions import READ_IMPORTS
from guanxi.transfers.rules.problems import cure_of
from guanxi.transfers.types import schema


@schema.batch(types.Import, permission=READ_IMPORTS, requires=("columns",))
async def columns(imports: list[Any], ctx: Context) -> list[list[types.ImportColumn]]:
    """What each column of the file was taken for; empty before it was looked at."""
    return [[types.ImportColumn(title=each["title"], target=each["target"]) for each in one.columns] for one in imports]


@schema.batch(types.Import, permission=READ_IMPORTS, requires=("error",))
async def error(imports: list[Any], ctx: Context) -> list[types.TransferError | None]:
    """Why it failed; null where it did not."""
    return [failures.to_transfer_error(ctx, one.error) for one in imports]


@schema.batch(types.ImportProblem, permission=READ_IMPORTS, requires=("code", "near", "said"))
async def suggestion(problems: list[Any], ctx: Context) -> list[str]:
    """What to do about it, in the reader's language."""
    cures = [Text(one.said["en"], one.said["zh"]) if one.said else cure_of(one.code, one.near) for one in problems]
    return [one.localized(ctx.locale) for one in cures]
