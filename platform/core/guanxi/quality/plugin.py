"""Data quality's part of the core, registered as a plugin is."""

from collections.abc import Sequence

from guanxi.context import Context
from guanxi.events import Event
from guanxi.hookspecs import hookimpl
from guanxi.quality import handlers
from guanxi.quality.schema import schema
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """The search, reports, duplicates and merges."""
    return schema


async def follow_events(ctx: Context, events: Sequence[Event]) -> None:
    """Keep the search index true, before the transaction that changed customers commits."""
    await handlers.follow_customers(ctx, events)
