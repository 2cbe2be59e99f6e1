"""Writes what the documentation repeats from the code: ``python -m guanxi.testing.pages``. A test compares it."""

import asyncio
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from guanxi.testing import reference, schemas

# A page holds the generated part between two comments; what stands around it is written by hand.
PART: Final = re.compile(r"(?P<head><!-- made from the code: (?P<name>\w+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)
PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "settings": reference.settings_table,
    "codes": reference.codes_table,
    "permissions": reference.permissions_table,
    "commands": reference.commands,
}


def filled(text: str) -> str:
    """A page with its generated parts as the code says them now."""
    return PART.sub(lambda found: f"{found['head']}\n{PARTS[found['name']]()}\n\n{found['end']}", text)


def schema_files(texts: Mapping[str, str]) -> dict[str, str]:
    """The files of ``docs/schema`` from the SDL of ``core`` and of each plugin: the core, and what each adds to it."""
    added = {name: schemas.added(texts["core"], text) for name, text in texts.items() if name != "core"}
    return {f"{name}.graphql": text for name, text in {**added, "core": texts["core"]}.items()}


def write(docs: Path) -> list[Path]:
    """Bring the pages and the schema files of ``docs`` up to date. The files that changed."""
    sets = {"core": [], **{one: [one] for one in reference.bundled_plugins()}}
    texts = {name: one.sdl() for name, one in asyncio.run(schemas.compose(sets)).items()}
    wanted = {page: filled(page.read_text(encoding="utf-8")) for page in docs.glob("*.md")}
    wanted |= {docs / "schema" / name: text for name, text in schema_files(texts).items()}
    changed = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    return changed


if __name__ == "__main__":
    for written in write(Path("docs")):
        sys.stdout.write(f"{written}\n")
