"""What pages repeat from the code is what the code says: ``python -m guanxi.testing.pages`` writes it."""

from pathlib import Path

import pytest

from guanxi.schema.composed import ComposedSchema
from guanxi.testing import pages, reference

PAGES = sorted((Path(__file__).parents[2] / "docs").glob("*.md"))
CURE = "run: python -m guanxi.testing.pages"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_generated_parts_of_a_page_are_up_to_date(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert text == pages.filled(text), CURE


def test_each_generated_part_stands_on_one_page() -> None:
    found = [one["name"] for page in PAGES for one in pages.PART.finditer(page.read_text(encoding="utf-8"))]

    assert sorted(found) == sorted(pages.PARTS)


def test_the_schema_files_are_what_the_code_composes(root: Path, composed: dict[str, ComposedSchema]) -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in (root / "docs" / "schema").iterdir()}
    sdl = {name: one.sdl() for name, one in composed.items() if name != "all"}

    assert found == pages.schema_files(sdl), CURE


def test_every_bundled_plugin_is_composed(composed: dict[str, ComposedSchema]) -> None:
    assert sorted(composed["all"].plugins) == reference.bundled_plugins()


def test_a_part_is_written_between_its_comments_and_nothing_else_changes() -> None:
    page = "# Title\n\n<!-- made from the code: settings -->\nold\n<!-- end -->\n\nThe rest.\n"

    text = pages.filled(page)

    assert text.startswith("# Title\n\n<!-- made from the code: settings -->\n\n| variable |")
    assert text.endswith(" |\n\n<!-- end -->\n\nThe rest.\n")
    assert pages.filled(text) == text
