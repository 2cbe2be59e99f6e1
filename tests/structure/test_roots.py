"""The top-level folders are source roots, and every bundled plugin stands wherever one has to be named."""

import platform
import re
from pathlib import Path
from typing import Any

import pytest

from guanxi.testing.sources import Package


def test_importing_platform_gives_the_standard_library() -> None:
    assert callable(platform.python_version)


def test_no_python_file_stands_directly_in_a_source_root(root: Path, files: list[Path]) -> None:
    roots = {Path("platform"), Path("platform/core"), Path("plugins")}
    roots |= {path.relative_to(root) for path in (root / "plugins").iterdir()}

    assert [str(path) for path in files if path.suffix == ".py" and path.parent in roots] == []


@pytest.mark.parametrize(
    "listed",
    [
        "wheel packages",
        "editable folders",
        "mypy path",
        "mypy packages",
        "ruff sources",
        "entry points",
        "import roots",
    ],
)
def test_every_bundled_plugin_is_named_in_the_project_file(
    listed: str, root: Path, plugins: list[Package], project: dict[str, Any]
) -> None:
    folders = [plugin.folder.parent.relative_to(root).as_posix() for plugin in plugins]
    tool = project["tool"]
    named, wanted = {
        "wheel packages": (tool["hatch"]["build"]["targets"]["wheel"]["packages"], _packages(root, plugins)),
        "editable folders": (tool["hatch"]["build"]["dev-mode-dirs"], folders),
        "mypy path": (tool["mypy"]["mypy_path"], folders),
        "mypy packages": (tool["mypy"]["packages"], _names(plugins)),
        "ruff sources": (tool["ruff"]["src"], folders),
        "entry points": (project["project"]["entry-points"]["guanxi.plugins"].values(), _manifests(plugins)),
        "import roots": (tool["importlinter"]["root_packages"], _names(plugins)),
    }[listed]

    assert set(wanted) - set(named) == set()


def test_every_bundled_plugin_is_bound_by_the_import_contracts(plugins: list[Package], project: dict[str, Any]) -> None:
    contracts = {contract["id"]: contract for contract in project["tool"]["importlinter"]["contracts"]}

    assert set(_names(plugins)) <= set(contracts["plugins-are-independent"]["modules"])
    assert set(_names(plugins)) <= set(contracts["the-core-knows-no-plugin"]["forbidden_modules"])
    assert set(_names(plugins)) <= set(contracts["anatomy"]["containers"])


def test_every_domain_of_the_core_has_the_anatomy_of_a_plugin(domains: list[Package], project: dict[str, Any]) -> None:
    contracts = {contract["id"]: contract for contract in project["tool"]["importlinter"]["contracts"]}

    assert set(_names(domains)) <= set(contracts["anatomy"]["containers"])


def test_every_dependency_is_locked_and_has_its_reason(root: Path, project: dict[str, Any]) -> None:
    groups = [project["project"]["dependencies"], *project["project"]["optional-dependencies"].values()]
    named = {re.split(r"[^\w.-]", one)[0] for group in groups for one in group}
    locked = re.findall(r"^([\w.-]+)==", (root / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    reasons = (root / "docs" / "adr" / "0001-layout-and-dependencies.md").read_text(encoding="utf-8")

    assert named - set(locked) == set()
    assert {one for one in named if not re.search(rf"^\|.*\b{one}\b.*\|.*\|$", reasons, re.MULTILINE)} == set()


def _names(packages: list[Package]) -> list[str]:
    return [package.name for package in packages]


def _packages(root: Path, plugins: list[Package]) -> list[str]:
    return [plugin.folder.relative_to(root).as_posix() for plugin in plugins]


def _manifests(plugins: list[Package]) -> list[str]:
    return [f"{plugin.name}.plugin" for plugin in plugins]
