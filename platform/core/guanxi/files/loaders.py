"""Fields of files that are worked out for all rows of a level at once."""

from typing import Any

from guanxi.context import Context
from guanxi.files import permissions, service, types
from guanxi.files.types import schema


@schema.batch(types.File, permission=permissions.READ_FILES, requires=("id", "state"))
async def url(files: list[Any], ctx: Context) -> list[str | None]:
    """A link to the content that works for at least five minutes, a path of this server; null while there is none."""
    return [service.download_path(ctx, one.id) if one.state == "ready" else None for one in files]
