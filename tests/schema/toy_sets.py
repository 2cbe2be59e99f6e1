"""The toy club with any set of its plugins."""

from toy_badges import READ_BADGES, badges
from toy_club import PHONES, READ, READ_VISITS, SECRETS, WRITE, club
from toy_ratings import ratings

from guanxi.execution import reads
from guanxi.schema.composed import ComposedSchema
from guanxi.schema.part import SchemaPart

ALL = frozenset({"core.session.use", READ, READ_VISITS, PHONES, SECRETS, WRITE, READ_BADGES})
PLUGINS = {"badges": badges, "ratings": ratings}


def compose(*plugins: str, **others: SchemaPart) -> ComposedSchema:
    """The club with these plugins and other parts."""
    return ComposedSchema({"club": club}, {name: PLUGINS[name] for name in plugins} | others, reads.bind)
