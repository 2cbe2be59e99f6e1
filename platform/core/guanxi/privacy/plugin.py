"""The part of the core that is about privacy, registered as a plugin is."""

from collections.abc import Sequence

from guanxi.context import Context
from guanxi.events import Event
from guanxi.hookspecs import JobKind, hookimpl
from guanxi.privacy import handlers
from guanxi.privacy.jobs import KINDS
from guanxi.privacy.schema import schema
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """Consent, requests, exports and erasures."""
    return schema


@hookimpl
def jobs() -> list[JobKind]:
    """Retention, every night."""
    return KINDS


async def follow_events(ctx: Context, events: Sequence[Event]) -> None:
    """Consent goes with its person when customers are merged."""
    await handlers.follow_merges(ctx, events)
