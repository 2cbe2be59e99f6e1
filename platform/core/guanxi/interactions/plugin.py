"""The interactions' part of the core, registered as a plugin is."""

from guanxi.hookspecs import hookimpl
from guanxi.interactions.schema import schema
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """Timelines and their statistics."""
    return schema
