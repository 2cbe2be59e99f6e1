"""Links between documents lead somewhere."""

import re
from pathlib import Path

LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
HEADING = re.compile(r"^#+\s+(?P<title>.+?)\s*$", re.MULTILINE)
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:")


def test_every_relative_link_resolves(root: Path, files: list[Path]) -> None:
    pages = [root / path for path in files if path.suffix == ".md"]

    assert [dead for page in pages for dead in _dead_links(page)] == []


def test_every_page_of_the_documentation_is_in_its_index(root: Path, files: list[Path]) -> None:
    index = (root / "docs" / "README.md").read_text(encoding="utf-8")
    pages = [path for path in files if path.suffix == ".md" and path.parts[0] == "docs" and path.name != "README.md"]

    assert [str(path) for path in pages if path.relative_to("docs").as_posix() not in index] == []


def _dead_links(page: Path) -> list[str]:
    text = CODE.sub("", FENCED.sub("", page.read_text(encoding="utf-8")))
    targets = [found["target"] for found in LINK.finditer(text) if not ELSEWHERE.match(found["target"])]
    return [f"{page}: {target}" for target in targets if not _leads_somewhere(page, target)]


def _leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    meant = page.parent / path if path else page
    if not meant.exists():
        return False
    return not anchor or meant.suffix != ".md" or anchor in _anchors(meant.read_text(encoding="utf-8"))


def _anchors(text: str) -> set[str]:
    """The anchors that a Markdown page has, as the usual forges make them from its headings."""
    titles = [found["title"].replace("`", "") for found in HEADING.finditer(FENCED.sub("", text))]
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}
