"""The custom fields' part of the core, registered as a plugin is."""

from guanxi.customfields.schema import schema
from guanxi.hookspecs import hookimpl
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """The merchant's own fields of customers."""
    return schema
