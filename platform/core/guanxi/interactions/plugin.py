"""The interactions' part of the core, registered as a plugin is."""

from guanxi.errors import Text
from guanxi.hookspecs import Fact, SavedOperation, hookimpl
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


BEST = """
{
  interactionStats(where: {kind: {eq: PURCHASE}}, groupBy: [CUSTOMER], orderBy: [{netMinor: DESC}], first: 10) {
    edges { node { customer { displayName } net { amountMinor currency } count } }
  }
}
"""
LATEST = """
query Latest($first: Int!) {
  interactions(first: $first, orderBy: [{occurredAt: DESC}]) {
    nodes { kind occurredAt amountMinor currency customer { displayName } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


@hookimpl
def saved_operations() -> list[SavedOperation]:
    """Questions that a timeline answers."""
    return [
        SavedOperation(title=Text("The ten best customers", "消费最高的十位客户"), document=BEST),
        SavedOperation(title=Text("What happened last", "最近的互动"), document=LATEST, variables={"first": 5}),
    ]
