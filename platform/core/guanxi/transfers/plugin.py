"""The transfers' part of the core, registered as a plugin is."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from guanxi.context import Context
from guanxi.hookspecs import JobKind, hookimpl
from guanxi.schema.part import SchemaPart
from guanxi.transfers import service
from guanxi.transfers.schema import schema


@hookimpl
def schema_part() -> SchemaPart:
    """Imports and exports."""
    return schema


@hookimpl
def jobs() -> list[JobKind]:
    """Takes imports through their files, and writes exports."""
    return [
        JobKind(name="transfers.import", run=run_import, retries=5, limit=timedelta(hours=6), concurrency=2),
        JobKind(name="transfers.clean", run=clean, cron="50 3 * * *", is_told=False),
        JobKind(name="transfers.export", run=run_export, retries=5, limit=timedelta(hours=6), concurrency=2),
    ]


async def run_import(ctx: Context, payload: dict[str, Any]) -> None:
    """One import, from wherever it stands."""
    await service.run_import(ctx, UUID(hex=payload["import"]))


async def run_export(ctx: Context, payload: dict[str, Any]) -> None:
    """One export, from its beginning."""
    await service.run_export(ctx, UUID(hex=payload["export"]))


async def clean(ctx: Context, _payload: dict[str, Any]) -> None:
    """Every night of the merchant."""
    await service.forget_problems(ctx)
