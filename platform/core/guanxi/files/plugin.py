"""The files' part of the core, registered as a plugin is."""

from guanxi.files.schema import schema
from guanxi.hookspecs import hookimpl
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """Files and uploads."""
    return schema
