"""Where plugins come from: entry points of installed distributions, and one-file plugins in folders."""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from guanxi.hookspecs import GROUP


@dataclass(frozen=True)
class Candidate:
    """A plugin that is there; nothing of it has run yet."""

    id: str
    source: str
    load: Callable[[], ModuleType]
    is_file: bool = False


def find(dirs: Iterable[Path], points: Iterable[EntryPoint] | None = None) -> list[Candidate]:
    """Every candidate, in the order of its id; an installed one wins over a file of the same id."""
    found: dict[str, Candidate] = {one.id: one for one in _files(dirs)}
    for point in entry_points(group=GROUP) if points is None else points:
        found[point.name] = Candidate(point.name, point.value, _importer(point))
    return [found[name] for name in sorted(found)]


def _importer(point: EntryPoint) -> Callable[[], ModuleType]:
    def load() -> ModuleType:
        importlib.invalidate_caches()
        return importlib.import_module(point.module)

    return load


def _files(dirs: Iterable[Path]) -> Iterator[Candidate]:
    for folder in dirs:
        for path in sorted(folder.glob("*.py")) if folder.is_dir() else ():
            if not path.name.startswith(("_", ".")):
                yield Candidate(path.stem, str(path), _file_importer(path), is_file=True)


def _file_importer(path: Path) -> Callable[[], ModuleType]:
    def load() -> ModuleType:
        name = f"guanxi_file_{path.stem}"
        known = sys.modules.get(name)
        if known is not None:
            return known
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path} is no Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        return module

    return load
