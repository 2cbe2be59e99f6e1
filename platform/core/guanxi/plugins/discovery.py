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
    """A plugin that is there; nothing of it has run yet. ``source`` is a file, or the name of a module."""

    id: str
    source: str
    load: Callable[[], ModuleType]
    is_file: bool = False


def find(dirs: Iterable[Path], points: Iterable[EntryPoint] | None = None) -> list[Candidate]:
    """Every candidate by id, installed ones before files: of two with one id the first is meant."""
    installed = entry_points(group=GROUP) if points is None else points
    found = [*(Candidate(one.name, one.module, _importer(one)) for one in installed), *_files(dirs)]
    return sorted(found, key=lambda one: one.id)


def _importer(point: EntryPoint) -> Callable[[], ModuleType]:
    def load() -> ModuleType:
        importlib.invalidate_caches()
        return importlib.import_module(point.module)

    return load


def _files(dirs: Iterable[Path]) -> Iterator[Candidate]:
    for folder in dirs:
        for path in sorted(folder.glob("*.py")) if folder.is_dir() else ():
            if not path.name.startswith(("_", ".")):
                yield Candidate(path.stem, str(path.resolve()), _file_importer(path.resolve()), is_file=True)


def _file_importer(path: Path) -> Callable[[], ModuleType]:
    """Loads the file anew with each call: a broken one is called again once it was repaired."""

    def load() -> ModuleType:
        name = f"guanxi_file_{path.stem}"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path} is no Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            # Not exec_module: its cached bytecode is as fresh as the file's second of change, no fresher.
            exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)  # noqa: S102 - that is what a plugin is
        except BaseException:
            del sys.modules[name]
            raise
        return module

    return load
