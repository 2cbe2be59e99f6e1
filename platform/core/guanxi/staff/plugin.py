"""The staff's part of the core, registered as a plugin is."""

from guanxi.hookspecs import hookimpl
from guanxi.schema.part import SchemaPart
from guanxi.staff.schema import schema


@hookimpl
def schema_part() -> SchemaPart:
    """Roles, tokens and whoever asks."""
    return schema
