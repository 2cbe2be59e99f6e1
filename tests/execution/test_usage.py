"""Whose parts an operation uses: plugins add fields, types, input fields and enum values."""

from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse

from guanxi.execution.usage import list_owners, list_used
from guanxi.schema.facets import Facet, TypeFacet

SDL = """
type Query { people(where: Where, kind: Kind): [Person!] visit: Visit }
type Person { name: String badge: Badge }
interface Visit { at: String }
type Walk implements Visit { at: String }
type GoldenVisit implements Visit { at: String }
type Badge { level: Int }
enum Kind { WALK GOLDEN }
input Where { name: String badgeLevel: Int not: Where kinds: [Kind!] }
"""


@pytest.fixture
def schema() -> GraphQLSchema:
    made: Any = build_schema(SDL)
    types = made.type_map
    for home, name in (("Query", "people"), ("Query", "visit"), ("Person", "name"), ("Visit", "at")):
        types[home].fields[name].extensions["guanxi"] = Facet("core")
    types["Person"].fields["badge"].extensions["guanxi"] = Facet("badges")
    types["GoldenVisit"].extensions["guanxi"] = TypeFacet("gold")
    types["Where"].fields["badgeLevel"].extensions["guanxi"] = TypeFacet("levels")
    types["Kind"].values["GOLDEN"].extensions["guanxi"] = TypeFacet("gold")
    return made


def owners(schema: GraphQLSchema, document: str, **variables: Any) -> set[str]:
    operation, *others = parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    fragments: Any = {one.name.value: one for one in others}
    return set(list_owners(schema, fragments, operation, variables)) - {"core"}


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ("{ people { name } visit { at ... on Walk { at } } }", set()),
        ("{ people { badge { level } } }", {"badges"}),
        ("{ people { ...a } } fragment a on Person { ...b } fragment b on Person { badge { level } }", {"badges"}),
        ("{ visit { ... on GoldenVisit { at } } }", {"gold"}),
        ("{ visit { ...golden } } fragment golden on GoldenVisit { at }", {"gold"}),
        ("{ people(where: {not: {badgeLevel: 1}}) { name } }", {"levels"}),
        ("{ people(kind: GOLDEN) { name } }", {"gold"}),
        ("{ people(where: {kinds: [WALK, GOLDEN]}) { name } }", {"gold"}),
        ('{ people(kind: WALK, where: {name: "GOLDEN"}) { name } }', set()),
    ],
)
def test_a_document_uses_whatever_it_names(schema: GraphQLSchema, document: str, found: set[str]) -> None:
    assert owners(schema, document) == found


@pytest.mark.parametrize(
    ("where", "kind", "found"),
    [
        ({"name": "GOLDEN"}, "WALK", set()),
        ({"not": {"not": {"badgeLevel": 1}}}, None, {"levels"}),
        ({"kinds": ["WALK", "GOLDEN"]}, None, {"gold"}),
        (None, "GOLDEN", {"gold"}),
        ([{"unknown": 1}], 7, set()),
    ],
)
def test_variables_use_whatever_they_send(schema: GraphQLSchema, where: Any, kind: Any, found: set[str]) -> None:
    document = "query ($where: Where, $kind: Kind!) { people(where: $where, kind: $kind) { name } }"

    assert owners(schema, document, where=where, kind=kind) == found


def test_fragments_are_looked_at_once_however_often_they_are_spread(schema: GraphQLSchema) -> None:
    doubling = [f"fragment f{n} on Person {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60)]
    operation, *others = parse(
        f"{{ people {{ ...f0 }} }} {' '.join(doubling)} fragment f60 on Person {{ name }}"
    ).definitions
    fragments: Any = {one.name.value: one for one in others}

    assert isinstance(operation, OperationDefinitionNode)
    assert len(list(list_used(schema, fragments, operation))) == 63
