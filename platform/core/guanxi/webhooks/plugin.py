"""The webhooks' part of the core, registered as a plugin is."""

from collections.abc import Sequence

from guanxi.context import Context
from guanxi.events import Event
from guanxi.hookspecs import JobKind, hookimpl
from guanxi.schema.part import SchemaPart
from guanxi.webhooks import service
from guanxi.webhooks.jobs import job_kinds
from guanxi.webhooks.schema import schema


@hookimpl
def schema_part() -> SchemaPart:
    """Webhooks and their deliveries."""
    return schema


@hookimpl
def jobs() -> list[JobKind]:
    """Sending what happened."""
    return job_kinds(service.Sender())


async def follow_events(ctx: Context, events: Sequence[Event]) -> None:
    """Note what has to be sent, with the events themselves."""
    await service.note_events(ctx, events)
