"""The sources' part of the core, registered as a plugin is."""

from guanxi.hookspecs import hookimpl
from guanxi.schema.part import SchemaPart
from guanxi.sources.schema import schema


@hookimpl
def schema_part() -> SchemaPart:
    """Sources and the rows that they sent wrong."""
    return schema
