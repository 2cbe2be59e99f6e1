"""Each code that a client may see has a section with its cause and cure, in English and Chinese."""

import re
from pathlib import Path

import pytest

from guanxi.errors import GuanxiError
from guanxi.http import frames
from guanxi.testing import reference

SECTION = re.compile(r"^## (?P<code>[A-Z_]+)\n(?P<text>.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
LABELS = ("- Cause: ", "- Cure: ", "- 原因：", "- 处理：")
CLOSING = re.compile(r"^\| (?P<code>\d{4}) \|", re.MULTILINE)


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "errors.md").read_text(encoding="utf-8")


def test_every_code_has_a_section_and_every_section_a_code(page: str) -> None:
    documented = [found["code"] for found in SECTION.finditer(page)]

    assert documented == list(reference.codes())


def test_every_section_says_cause_and_cure_in_both_languages(page: str) -> None:
    sections = {found["code"]: found["text"] for found in SECTION.finditer(page)}
    missing = [(code, label) for code, text in sections.items() for label in LABELS if f"\n{label}" not in text]

    assert missing == []


def test_every_code_that_closes_a_socket_is_explained(page: str) -> None:
    codes = {one for name, one in vars(frames).items() if name.isupper() and isinstance(one, int) and one > 1000}

    assert [int(found["code"]) for found in CLOSING.finditer(page)] == sorted(codes)


def test_every_error_that_a_client_may_see_ends_in_error() -> None:
    classes = [one for bases in reference.codes().values() for one in bases if issubclass(one, GuanxiError)]

    assert [one.__name__ for one in classes if not one.__name__.endswith("Error")] == []
