"""Another plugin of the toy club: a value and a batch field."""

from typing import Any

import strawberry
from toy_club import READ, Person

from guanxi.context import Context
from guanxi.schema.part import SchemaPart

ratings = SchemaPart()


@ratings.value(description="A rating.")
class Rating:
    stars: int = strawberry.field(description="One to five.")


@ratings.batch(Person, permission=READ)
async def rating(people: list[Person], ctx: Context) -> list[Rating | None]:
    """How they are rated."""
    made: Any = Rating
    return [made(stars=each.rank) if each.rank else None for each in people]
