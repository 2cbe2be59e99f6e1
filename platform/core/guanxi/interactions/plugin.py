"""The interactions' part of the core, registered as a plugin is."""

from guanxi.errors import Text
from guanxi.hookspecs import Fact, hookimpl
from guanxi.interactions import permissions, service
from guanxi.interactions.schema import schema
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """Timelines and their statistics."""
    return schema


@hookimpl
def facts() -> list[Fact]:
    """What other parts may ask of many customers at once."""
    return [
        Fact(
            name="interactions.net_minor",
            type=int,
            description=Text("Purchases less refunds, in the merchant's currency", "净消费额（商户币种）"),
            permission=permissions.READ_INTERACTIONS,
            get=service.net_minor_of,
            unit="minor",
        )
    ]
