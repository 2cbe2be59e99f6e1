"""The schema as text is what front-end tools read: whole, stable, described, and free of built-in definitions."""

import re

import pytest
from graphql import GraphQLSchema, build_schema, validate_schema
from toy_sets import compose


def test_the_text_builds_the_same_schema_again() -> None:
    schema = compose("badges", "ratings")

    built = build_schema(schema.sdl())

    assert validate_schema(built) == []
    assert fields_of(built) == fields_of(schema.graphql)


def fields_of(schema: GraphQLSchema) -> dict[str, str]:
    return {
        f"{name}.{one}": str(field.type)
        for name, made in schema.type_map.items()
        if not name.startswith("__")
        for one, field in getattr(made, "fields", {}).items()
    }


@pytest.mark.parametrize("name", ["skip", "include", "deprecated", "specifiedBy", "oneOf"])
def test_built_in_directives_are_not_defined(name: str) -> None:
    assert f"directive @{name}" not in compose("badges").sdl()


@pytest.mark.parametrize("name", ["ID", "String", "Int", "Float", "Boolean"])
def test_built_in_scalars_are_not_defined(name: str) -> None:
    assert f"scalar {name}" not in compose("badges").sdl()


@pytest.mark.parametrize(
    "text",
    [
        'type Badge implements Node @plugin(name: "badges") {',
        '  badge: Badge @plugin(name: "badges")',
        '  badgeLevel: LongFilter @plugin(name: "badges")',
        '  GOLDEN @plugin(name: "badges")',
        "input PersonFilter @oneOf {",
        "scalar Long @specifiedBy(url:",
    ],
)
def test_directives_stand_where_they_belong(text: str) -> None:
    assert text in compose("badges").sdl()


def test_types_are_sorted_and_fields_stand_as_declared() -> None:
    text = compose("ratings", "badges").sdl()
    names = re.findall(r"^(?:type|input|interface|enum|scalar) (\w+)", text, re.MULTILINE)

    assert names == sorted(names)
    assert text.index("  name: String!") < text.index("  rank: Int!") < text.index("  rating: Rating")


def test_a_column_is_described_by_its_model() -> None:
    assert '"""What everybody calls them."""\n  name: String!' in compose().sdl()
