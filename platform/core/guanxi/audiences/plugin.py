"""The audiences' part of the core, registered as a plugin is."""

from guanxi.audiences.schema import schema
from guanxi.hookspecs import hookimpl
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """Audiences, segments and their members."""
    return schema
