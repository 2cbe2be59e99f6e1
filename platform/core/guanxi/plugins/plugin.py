"""The plugin catalogue's part of the core, registered as a plugin is."""

from guanxi.hookspecs import JobKind, hookimpl
from guanxi.plugins import retention
from guanxi.plugins.schema import schema
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """The plugin catalogue."""
    return schema


@hookimpl
def jobs() -> list[JobKind]:
    """Forgets old events."""
    return [JobKind(name="plugins.trim_events", run=retention.trim_events, cron="50 3 * * *", is_told=False)]
