"""The customers' part of the core, registered as a plugin is."""

from guanxi.customers.schema import schema
from guanxi.hookspecs import hookimpl
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """Customers, their contact points, identities and tags."""
    return schema
