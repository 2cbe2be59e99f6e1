"""The merchants' part of the core, registered as a plugin is."""

from guanxi.hookspecs import hookimpl
from guanxi.merchants.schema import schema
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """The merchant and its settings."""
    return schema
