"""Every set of plugins is a schema of its own; no class of any part is changed by it."""

from itertools import chain, combinations

import pytest
import toy_club
from graphql import validate_schema
from strawberry.types.base import get_object_definition
from toy_context import ask, context
from toy_sets import PLUGINS, compose

from guanxi.schema.facets import FACET
from guanxi.schema.part import SchemaPart

SETS = [*chain.from_iterable(combinations(PLUGINS, size) for size in range(len(PLUGINS) + 1))]
OWN = {
    "badges": {"Badge", "GoldenVisit", "Person.badge", "Person.shine", "Query.badgeCount", "RenameInput.badgeLevel"},
    "ratings": {"Rating", "Person.rating"},
}
VISIT = {"id": b"\1" * 16, "merchant_id": b"\2" * 16, "person_id": b"\3" * 16, "host_id": None, "note": None}


def names_in(schema: toy_club.Any) -> set[str]:
    types = schema.graphql.type_map
    return set(types) | {f"{name}.{one}" for name, made in types.items() for one in getattr(made, "fields", ())}


@pytest.mark.parametrize("plugins", SETS, ids="+".join)
def test_every_set_of_plugins_builds_twice_to_the_same_text(plugins: tuple[str, ...]) -> None:
    first, second = compose(*plugins), compose(*plugins)

    assert first.sdl() == second.sdl()
    assert validate_schema(first.graphql) == []
    assert first.key == ("+".join(plugins) or "core")


@pytest.mark.parametrize("plugins", SETS, ids="+".join)
def test_nothing_of_a_plugin_that_is_off_can_be_seen(plugins: tuple[str, ...]) -> None:
    found = names_in(compose(*plugins))

    for plugin, names in OWN.items():
        assert names & found == (names if plugin in plugins else set())
        assert (f'@plugin(name: "{plugin}")' in compose(*plugins).sdl()) == (plugin in plugins)


@pytest.mark.parametrize("plugins", SETS, ids="+".join)
def test_plugins_only_add(plugins: tuple[str, ...]) -> None:
    assert names_in(compose()) <= names_in(compose(*plugins))


def test_composing_changes_no_class_of_the_core() -> None:
    classes = (toy_club.Person, toy_club.Visit, toy_club.PersonFilter, toy_club.RenameInput)
    before = [[one.python_name for one in get_object_definition(cls, strict=True).fields] for cls in classes]
    types = [[one.type for one in get_object_definition(cls, strict=True).fields] for cls in classes]

    for plugins in SETS:
        compose(*plugins)

    assert before == [[one.python_name for one in get_object_definition(cls, strict=True).fields] for cls in classes]
    assert types == [[one.type for one in get_object_definition(cls, strict=True).fields] for cls in classes]


def test_every_field_and_type_knows_its_owner() -> None:
    types = compose("badges", "ratings").graphql.type_map

    assert types["Person"].fields["badge"].extensions[FACET].owner == "badges"
    assert types["Person"].fields["name"].extensions[FACET].owner == "core"
    assert types["Rating"].extensions[FACET].owner == "ratings"
    assert types["RenameInput"].fields["badgeLevel"].extensions[FACET].owner == "badges"
    assert types["VisitKind"].values["GOLDEN"].extensions[FACET].owner == "badges"


def test_a_field_knows_its_permissions_and_sizes() -> None:
    types = compose("badges").graphql.type_map

    assert types["Person"].fields["badge"].extensions[FACET].permissions == {"badges.badge.read"}
    assert types["Person"].fields["name"].extensions[FACET].permissions == frozenset()
    assert types["Person"].fields["secret"].extensions[FACET].permissions == {"club.secret.read"}
    assert types["Person"].fields["hosted"].extensions[FACET].sizes == (2, 3)
    assert types["Query"].fields["people"].extensions[FACET].sizes == (20, 100)


@pytest.mark.parametrize(
    ("kind", "plugins", "type_name", "shown"),
    [
        ("golden", ("badges",), "GoldenVisit", "GOLDEN"),
        ("golden", (), "PlainVisit", "OTHER"),
        ("call", (), "CallVisit", "CALL"),
        ("never heard of", ("badges",), "PlainVisit", "OTHER"),
    ],
)
async def test_a_row_of_a_plugin_that_is_off_comes_back_as_the_generic_type(
    kind: str, plugins: tuple[str, ...], type_name: str, shown: str
) -> None:
    schema = compose(*plugins)
    ctx = context(schema, [{**VISIT, "kind": kind, "minutes": 3}])

    answer = await ask(schema, '{ node(id: "vis_%s") { __typename ... on Visit { kind minutes } } }' % ("01" * 16), ctx)

    assert answer.errors is None
    assert answer.data == {"node": {"__typename": type_name, "kind": shown, "minutes": 3}}


async def test_two_schemas_of_one_core_answer_side_by_side() -> None:
    plain, rich = compose(), compose("badges")

    assert (await ask(rich, "{ badgeCount }")).data == {"badgeCount": 7}
    assert "Cannot query field 'badgeCount'" in (await ask(plain, "{ badgeCount }")).errors[0].message


def test_two_parts_joined_are_one_part_and_stay_what_they_were() -> None:
    first, second = PLUGINS["badges"], SchemaPart(inputs={toy_club.RenameInput: [int]})

    joined = first.joined(second)

    assert joined.inputs[toy_club.RenameInput] == [*first.inputs[toy_club.RenameInput], int]
    assert len(first.inputs[toy_club.RenameInput]) == 1
    assert joined.types == first.types
