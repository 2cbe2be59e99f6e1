"""The interactions' part of the core, registered as a plugin is."""

from guanxi.hookspecs import Fact, hookimpl
from guanxi.interactions import service
from guanxi.interactions.schema import schema
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """Timelines and their statistics."""
    return schema


@hookimpl
def facts() -> list[Fact]:
    """What other parts may ask of many customers at once."""
    return service.list_facts()
