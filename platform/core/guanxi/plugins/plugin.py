"""The plugin catalogue's part of the core, registered as a plugin is."""

from guanxi.hookspecs import hookimpl
from guanxi.plugins.schema import schema
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """The plugin catalogue."""
    return schema
