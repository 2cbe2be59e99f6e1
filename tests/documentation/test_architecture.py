"""What the page about the architecture names is there."""

import re
from pathlib import Path

import pytest

NAMED = re.compile(r"`(?P<path>[\w./]+(?:\.py|/))`")
ROOTS = ("", "platform/core")


@pytest.fixture(scope="module")
def named(root: Path) -> list[str]:
    """The files and folders that the page names."""
    page = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    return [found["path"] for found in NAMED.finditer(page)]


def test_every_file_that_the_architecture_names_exists(root: Path, named: list[str]) -> None:
    short = {path.name for path in (root / "platform" / "core").rglob("*.py")}

    missing = [path for path in named if not any((root / one / path).exists() for one in ROOTS) and path not in short]

    assert len(named) > 30
    assert missing == []
