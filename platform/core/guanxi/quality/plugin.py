"""Data quality's part of the core, registered as a plugin is."""

from collections.abc import Sequence

from guanxi.context import Context
from guanxi.errors import Text
from guanxi.events import Event
from guanxi.hookspecs import Fact, JobKind, hookimpl
from guanxi.interactions.permissions import RECORD_INTERACTIONS
from guanxi.quality import handlers
from guanxi.quality.schema import schema
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """The search, reports, duplicates and merges."""
    return schema


@hookimpl
def facts() -> list[Fact]:
    """Where facts about a customer who is merged into another belong."""
    return [
        Fact(
            name="quality.survivor",
            type=str,
            description=Text("The id of whom the customer is merged into", "客户合并后的客户编号"),
            permission=RECORD_INTERACTIONS,
            get=handlers.survivor_ids_of,
        )
    ]


@hookimpl
def jobs() -> list[JobKind]:
    """Finds duplicates every night, and when asked to; makes the search index anew."""
    return [
        JobKind(name="quality.duplicates", run=handlers.find_duplicates, concurrency=1, cron="20 3 * * *"),
        JobKind(name="quality.search", run=handlers.rebuild_search, concurrency=1),
    ]


async def follow_events(ctx: Context, events: Sequence[Event]) -> None:
    """Keep the search index true, before the transaction that changed customers commits."""
    await handlers.follow_customers(ctx, events)
