"""One word per thing: each GraphQL type is called by a word of the glossary."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from guanxi.schema.composed import ComposedSchema

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (?P<word>\w+) \| (?P<chinese>[^|]+) \| (?P<meaning>[^|]+) \|$", re.MULTILINE)
ENDINGS = ("Connection", "Edge", "Input", "Payload", "Filter", "Order", "By", "Change", "UserError")
# Words of GraphQL itself, and scalars that other standards define.
GIVEN = {"Query", "Mutation", "Subscription", "String", "Int", "Float", "Boolean", "ID", "Void"}


@pytest.fixture(scope="module")
def words() -> set[str]:
    return {row["word"] for row in ROW.finditer((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))}


def test_every_graphql_type_is_in_the_glossary(words: set[str], composed: dict[str, ComposedSchema]) -> None:
    assert words_missing(composed["all"].graphql.type_map, words) == []


def test_a_word_stands_once() -> None:
    rows = [row["word"] for row in ROW.finditer((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))]
    found = [row for row in rows if row != "word"]

    assert sorted(found) == sorted(set(found))


@pytest.mark.parametrize(
    ("name", "is_known"),
    [
        ("Customer", True),
        ("CustomerConnection", True),
        ("CreateCustomerInput", True),
        ("UpdateContactPointPayload", True),
        ("CustomerOrder", True),
        ("Client", False),
        ("CreateClientInput", False),
        ("__Schema", True),
    ],
)
def test_a_type_is_called_by_a_word_alone_or_with_a_verb_or_an_ending(name: str, is_known: bool) -> None:
    assert (words_missing([name], {"Customer", "ContactPoint"}) == []) is is_known


def words_missing(types: Iterable[str], words: set[str]) -> list[str]:
    """The types that no word of the glossary explains."""
    return sorted(name for name in types if not name.startswith("__") and name not in GIVEN and not _known(name, words))


def _known(name: str, words: set[str]) -> bool:
    for ending in ENDINGS:
        if name not in words and name.endswith(ending):
            name = name.removesuffix(ending)
    without_verb = re.sub(r"^[A-Z][a-z]+(?=[A-Z])", "", name)
    singular = {name, without_verb, name.removesuffix("s"), without_verb.removesuffix("s")}
    return bool(singular & words)
