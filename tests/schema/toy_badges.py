"""A plugin of the toy club: a table, a kind of visit, and something on every type and input of the club."""

import toy_models as models
from toy_club import Person, PersonFilter, RenameInput, Visit, VisitKind, unset

from guanxi.context import Context
from guanxi.permissions import Permission
from guanxi.schema.declare import one
from guanxi.schema.inputs import LongFilter
from guanxi.schema.nodes import Node
from guanxi.schema.part import FilterEntry, SchemaPart

READ_BADGES = Permission("badges.badge.read", "Read badges", "读取徽章")

badges = SchemaPart()
GOLDEN = badges.member(VisitKind, "GOLDEN", description="A visit with a golden badge.")


@badges.table(models.Badge, tag="bad", permission=READ_BADGES, description="A badge.")
class Badge(Node):
    level: int


@badges.implements(GOLDEN, description="A golden visit.")
class GoldenVisit(Visit):
    note: str | None


badges.add(Person, "badge", Badge | None, one(models.Badge, "person", description="Their badge."))
badges.filter_field(
    FilterEntry(PersonFilter, "badge_level", models.Badge, "person", "level"), LongFilter, description="L."
)


@badges.input(RenameInput)
class BadgeInput:
    level: int | None = unset("The badge's new level.", "badgeLevel")


@badges.batch(Person, permission=READ_BADGES, requires=("karma",))
def shine(people: list[Person], ctx: Context, *, by: int = 1) -> list[int]:
    """How much they shine."""
    return [each.karma * by for each in people]


@badges.query(permission=READ_BADGES)
async def badge_count(ctx: Context) -> int:
    """How many badges there are."""
    return 7
