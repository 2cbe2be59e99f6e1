"""What the structure tests look at: the repository, read once."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from guanxi.testing import sources as reading
from guanxi.testing.sources import Package, Source

DOMAINS = ("merchants", "staff", "customers", "interactions", "audiences")


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def project(root: Path) -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def files(root: Path) -> list[Path]:
    return reading.files_of(root)


@pytest.fixture(scope="session")
def sources(root: Path, files: list[Path]) -> list[Source]:
    """Every Python file written by hand."""
    return [
        Source(root, path) for path in files if path.suffix == ".py" and not reading.GENERATED.intersection(path.parts)
    ]


@pytest.fixture(scope="session")
def production(sources: list[Source]) -> list[Source]:
    """What goes into the wheel."""
    return [source for source in sources if source.path.parts[0] in {"platform", "plugins"}]


@pytest.fixture(scope="session")
def core(production: list[Source]) -> list[Source]:
    return [source for source in production if source.path.parts[0] == "platform"]


@pytest.fixture(scope="session")
def plugins(root: Path) -> list[Package]:
    """The bundled plugins: each folder in plugins/."""
    folders = sorted(path for path in (root / "plugins").iterdir() if path.is_dir() and path.name[0] not in "._")
    return [Package(f"guanxi_{path.name}", path / f"guanxi_{path.name}") for path in folders]


@pytest.fixture(scope="session")
def domains(root: Path) -> list[Package]:
    """The core's own domains, which have the anatomy of a plugin."""
    core = root / "platform" / "core" / "guanxi"
    return [Package(f"guanxi.{name}", core / name) for name in DOMAINS if (core / name / "__init__.py").exists()]
