"""A variable that is named anywhere exists."""

import re
from pathlib import Path

from guanxi.testing import reference, sources

NAME = re.compile(r"\bGUANXI_[A-Z]\w*[A-Z]\b")
SUFFIXES = {".py", ".md", ".toml", ""}


def test_every_variable_that_is_named_anywhere_exists(root: Path) -> None:
    files = [path for path in sources.files_of(root) if path.suffix in SUFFIXES]
    named = {
        (name, str(path))
        for path in files
        for name in NAME.findall((root / path).read_text(encoding="utf-8", errors="ignore"))
    }

    known = set(NAME.findall(reference.settings_table())) | {"GUANXI_SOAK"}

    assert sorted(one for one in named if one[0] not in known) == []
