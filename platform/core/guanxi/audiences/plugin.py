"""The audiences' part of the core, registered as a plugin is."""

from collections.abc import Sequence

from guanxi.audiences import handlers
from guanxi.audiences.schema import schema
from guanxi.context import Context
from guanxi.events import Event
from guanxi.hookspecs import hookimpl
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """Audiences, segments and their members."""
    return schema


async def follow_events(ctx: Context, events: Sequence[Event]) -> None:
    """Keep the members of static segments right when customers are merged, separated or erased."""
    await handlers.follow_customers(ctx, events)
