"""Registers the domain through the same hook as plugins do."""

from guanxi.customers import schema
from guanxi.hookspecs import hookimpl
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """The domain's GraphQL."""
    return schema.schema
