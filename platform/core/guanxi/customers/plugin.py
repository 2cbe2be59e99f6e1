"""The customers' part of the core, registered as a plugin is."""

from guanxi.customers import service
from guanxi.customers.schema import schema
from guanxi.hookspecs import Fact, hookimpl
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """Customers, their contact points, identities and tags."""
    return schema


@hookimpl
def facts() -> list[Fact]:
    """What other parts may ask of many customers at once."""
    return service.list_facts()
