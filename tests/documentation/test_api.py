"""The API describes itself, and a plugin only adds to it."""

import difflib

import pytest
from graphql import build_schema, extend_schema, find_breaking_changes, lexicographic_sort_schema, parse, print_schema

from guanxi.schema.composed import ComposedSchema
from guanxi.testing import reference, schemas

SETS = [*reference.bundled_plugins(), "all"]


def test_everything_in_the_schema_says_what_it_is(composed: dict[str, ComposedSchema]) -> None:
    silent = schemas.undescribed(composed["all"].graphql)

    assert silent == [], f"{len(silent)} without description=: {', '.join(silent)}"


@pytest.mark.parametrize("name", SETS)
def test_enabling_plugins_breaks_no_client(name: str, composed: dict[str, ComposedSchema]) -> None:
    assert find_breaking_changes(composed["core"].graphql, composed[name].graphql) == []


@pytest.mark.parametrize("name", SETS)
def test_enabling_plugins_only_adds_lines(name: str, composed: dict[str, ComposedSchema]) -> None:
    lines = difflib.unified_diff(composed["core"].sdl().splitlines(), composed[name].sdl().splitlines(), n=0)

    assert [line for line in lines if line.startswith("-") and line.strip() != "---"] == []


@pytest.mark.parametrize("name", SETS)
def test_what_a_plugin_adds_extends_the_core_to_the_whole(name: str, composed: dict[str, ComposedSchema]) -> None:
    core, whole = composed["core"].sdl(), composed[name].sdl()

    extended = extend_schema(build_schema(core), parse(schemas.added(core, whole)))

    assert _sorted(extended) == _sorted(build_schema(whole))


def _sorted(schema: object) -> str:
    return print_schema(lexicographic_sort_schema(schema))
