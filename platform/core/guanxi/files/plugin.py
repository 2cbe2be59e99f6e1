"""The files' part of the core, registered as a plugin is."""

from typing import Any

from guanxi.context import Context
from guanxi.files import service
from guanxi.files.schema import schema
from guanxi.hookspecs import JobKind, hookimpl
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """Files and uploads."""
    return schema


@hookimpl
def jobs() -> list[JobKind]:
    """Removes files that nobody holds on to."""
    return [JobKind(name="files.clean", run=clean, cron="40 3 * * *", is_told=False)]


async def clean(ctx: Context, _payload: dict[str, Any]) -> None:
    """Every night of the merchant."""
    await service.remove_orphans(ctx)
