"""Root and plugin fields may fail alone; where only an error makes them null, the schema says so."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from toy_club import READ, Person
from toy_context import ask, context
from toy_sets import compose

from guanxi.schema.part import SchemaPart

mine = SchemaPart()


@mine.value(permission=READ, description="Mine.")
class Mine:
    word: str


@mine.query(permission=READ)
async def mine_always(ctx: Any) -> list[str]:
    """Never None."""
    return ["a"]


@mine.query(permission=READ)
async def mine_maybe(ctx: Any) -> int | None:
    """Perhaps None."""
    return None


@mine.subscription(permission=READ)
async def mine_followed(ctx: Any) -> AsyncGenerator[int, None]:
    """Never None."""
    yield 1


@mine.batch(Person, permission=READ)
async def sure(people: list[Person], ctx: Any) -> list[str]:
    """Never None."""
    return ["x" for _ in people]


@mine.batch(Mine, permission=READ)
async def own(mines: list[Mine], ctx: Any) -> list[int]:
    """On its own type, so it may be non-null."""
    return [len(each.word) for each in mines]


@mine.query(permission=READ)
def mine_made(ctx: Any) -> Mine | None:
    """Made in a thread."""
    made: Any = Mine
    found: Mine = made(word="abc")
    return found


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("mineAlways: [String!] @semanticNonNull", "the annotation has no None"),
        ("mineMaybe: Int @plugin", "the annotation has None"),
        ("mineFollowed: Int @semanticNonNull", "what is generated has no None"),
        ("sure: String @semanticNonNull", "what the list holds has no None"),
        ("): PersonConnection @semanticNonNull\n", "a page is never missing"),
        ("badge: Badge @plugin", "a row may be missing"),
    ],
)
def test_semantic_non_null_follows_from_the_resolvers_type(line: str, why: str) -> None:
    assert line in compose("badges", mine=mine).sdl(), why


async def test_a_batch_field_on_an_own_type_keeps_its_type() -> None:
    schema = compose(mine=mine)

    assert "  own: Int!\n" in schema.sdl()
    answer = await ask(schema, "{ mineMade { word own } }", context(schema))
    assert answer.data == {"mineMade": {"word": "abc", "own": 3}}
