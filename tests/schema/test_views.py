"""What an actor may not use he does not see: no field, no type, no root, no implementer of it."""

from itertools import chain, combinations

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_introspection_query, graphql_sync, validate_schema
from toy_badges import READ_BADGES
from toy_club import READ, READ_VISITS, WRITE
from toy_sets import ALL, compose

from guanxi.permissions import SIGNED_IN

SETS = [
    frozenset(some) for some in chain.from_iterable(combinations(sorted(ALL), size) for size in range(len(ALL) + 1))
]

SCHEMA = compose("badges", "ratings")


def view(*permissions: str) -> dict[str, set[str]]:
    """Object types and interfaces by name, with their fields."""
    made = SCHEMA.visible_to(frozenset(permissions))
    return {
        name: set(one.fields)
        for name, one in made.type_map.items()
        if isinstance(one, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__")
    }


@pytest.mark.parametrize("granted", SETS, ids=lambda some: "+".join(sorted(one.split(".")[1] for one in some)))
def test_every_view_is_a_valid_schema_without_anything_empty_or_unreachable(granted: frozenset[str]) -> None:
    made = SCHEMA.visible_to(granted)

    assert validate_schema(made) == []
    assert graphql_sync(made, get_introspection_query()).errors is None
    for one in made.type_map.values():
        if isinstance(one, GraphQLInterfaceType):
            assert made.get_possible_types(one), f"{one.name} without an implementer"


def test_who_holds_everything_sees_the_schema_itself() -> None:
    schema = compose("badges")

    assert schema.visible_to(ALL) is schema.graphql


def test_nobody_sees_nothing() -> None:
    assert view() == {"Query": {"_nothing"}}


def test_who_is_only_signed_in_sees_no_type_that_he_may_not_read() -> None:
    assert view(SIGNED_IN) == {"Query": {"_nothing"}}


def test_a_reader_of_people_sees_neither_visits_nor_changes() -> None:
    seen = view(SIGNED_IN, READ)

    assert {"Person", "Node", "Hobby", "Rating"} <= set(seen)
    assert not {"Visit", "CallVisit", "PlainVisit", "GoldenVisit", "VisitConnection", "Badge", "Mutation"} & set(seen)
    assert {"visits", "hosted", "secret", "badge", "shine"} & seen["Person"] == set()
    assert "people" in seen["Query"]


def test_a_reader_of_visits_sees_no_people_in_them() -> None:
    seen = view(SIGNED_IN, READ_VISITS)

    assert {"Visit", "CallVisit", "PlainVisit", "GoldenVisit", "Node"} <= set(seen)
    assert "Person" not in seen
    assert seen["Visit"] == {"id", "kind", "minutes", "personId"}


def test_who_may_change_sees_the_mutation_and_its_payload() -> None:
    assert view(SIGNED_IN, WRITE)["RenamePayload"] == {"errors", "seen"}


def test_the_text_of_a_view_holds_only_what_is_seen() -> None:
    text = compose("badges").sdl(frozenset({SIGNED_IN, READ, READ_BADGES}))

    assert "badge: Badge @plugin" in text
    assert "Visit" not in text
    assert "RenameInput" not in text
