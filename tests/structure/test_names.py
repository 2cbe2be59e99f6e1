"""Who knows one plugin knows all: the same file names everywhere, and none that says nothing."""

import re
from pathlib import Path

from guanxi.testing.sources import Package, Source

FILES = {
    "__init__.py",
    "plugin.py",
    "schema.py",
    "routes.py",
    "jobs.py",
    "handlers.py",
    "types.py",
    "loaders.py",
    "service.py",
    "rules.py",
    "models.py",
    "events.py",
    "errors.py",
    "permissions.py",
    "settings.py",
}
# A file over its ceiling becomes a folder of the same name.
FOLDERS = {name.removesuffix(".py") for name in FILES - {"__init__.py", "plugin.py"}} | {"migrations"}
SAYS_NOTHING = re.compile(r"^(utils?|helpers?|managers?|misc|common|data|info|stuff|base|lib|tools?)$")
VAGUE_VERB = re.compile(r"^_*(handle|process|manage|do)(_|$)")


def test_a_plugin_or_domain_uses_only_the_vocabulary_of_files(plugins: list[Package], domains: list[Package]) -> None:
    strange = [entry for package in plugins + domains for entry in package.entries() if not _is_known(entry)]

    assert [str(path) for path in strange] == []


def test_a_plugin_or_domain_has_a_manifest(plugins: list[Package], domains: list[Package]) -> None:
    without = [package.name for package in plugins + domains if not (package.folder / "plugin.py").is_file()]

    assert without == []


def test_a_file_is_not_both_a_file_and_a_folder(plugins: list[Package], domains: list[Package]) -> None:
    for package in plugins + domains:
        stems = [entry.stem for entry in package.entries()]

        assert sorted(stems) == sorted(set(stems)), package.name


def test_no_file_has_a_name_that_says_nothing(production: list[Source]) -> None:
    parts = [(source.path, Path(part).stem) for source in production for part in source.path.parts]

    assert [str(path) for path, name in parts if SAYS_NOTHING.match(name)] == []


def test_no_function_has_a_verb_that_says_nothing(production: list[Source]) -> None:
    named = [(source, node) for source in production for node in source.functions()]

    assert [f"{source.at(node)} {node.name}" for source, node in named if VAGUE_VERB.match(node.name)] == []


def _is_known(entry: Path) -> bool:
    return entry.name in (FOLDERS if entry.is_dir() else FILES)
