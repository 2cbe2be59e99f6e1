"""From a candidate to a loaded plugin, one contained stage after the other; each failure is a readable fault."""

import difflib
import inspect
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version as installed_version
from types import ModuleType
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from guanxi import hookspecs
from guanxi.hookspecs import Command, Fact, Manifest, SavedOperation
from guanxi.plugins.discovery import Candidate
from guanxi.plugins.faults import Fault, FaultKind, PluginError
from guanxi.schema.part import SchemaPart

SYNC_HOOKS = ("schema_part", "facts", "commands", "saved_operations")
HOOKS: dict[str, tuple[str, ...]] = {
    name: tuple(inspect.signature(function).parameters)
    for name, function in vars(hookspecs).items()
    if hasattr(function, f"{hookspecs.PROJECT}_spec")
}


@dataclass
class Loaded:
    """A plugin whose module is sound: manifest, hook implementations, and what its sync hooks offered."""

    manifest: Manifest
    module: ModuleType
    candidate: Candidate
    hooks: dict[str, Callable[..., Any]] = field(default_factory=dict)
    part: SchemaPart = field(default_factory=SchemaPart)
    facts: dict[str, Fact] = field(default_factory=dict)
    commands: dict[str, Command] = field(default_factory=dict)
    operations: list[SavedOperation] = field(default_factory=list)


def load(candidate: Candidate) -> Loaded:
    """Import a candidate and check manifest and hooks. Raises: PluginError."""
    module = _import(candidate)
    manifest = _manifest(candidate, module)
    loaded = Loaded(manifest, module, candidate)
    for name, function in _implementations(module):
        _check_hook(candidate.id, name, function)
        loaded.hooks[name] = function
    return loaded


def collect(loaded: Loaded) -> None:
    """Call the sync hooks. Raises: PluginError."""
    loaded.part = _offer(loaded, "schema_part", SchemaPart) or SchemaPart()
    loaded.facts = {one.name: one for one in _offer(loaded, "facts", list) or ()}
    loaded.commands = {one.name: one for one in _offer(loaded, "commands", list) or ()}
    loaded.operations = list(_offer(loaded, "saved_operations", list) or ())
    for name in (*loaded.facts, *loaded.commands):
        if not name.startswith(f"{loaded.manifest.id}."):
            raise _error(
                loaded.manifest.id,
                FaultKind.DECLARATION,
                name,
                "a fact or command must start with its plugin's id.",
                f"Call it {loaded.manifest.id}.{name.rsplit('.', 1)[-1]}.",
            )


def order(plugins: Mapping[str, Loaded]) -> tuple[list[str], list[Fault]]:
    """Ids with dependencies first, else by name; and the faults of those that cannot be loaded."""
    walk = _Walk(plugins)
    for name in sorted(plugins):
        walk.visit(name, ())
    return walk.done, list(walk.faults.values())


class _Walk:
    """Depth first through requirements; a ring or a gap is the fault of whoever stands on it."""

    def __init__(self, plugins: Mapping[str, Loaded]) -> None:
        self.plugins = plugins
        self.done: list[str] = []
        self.faults: dict[str, Fault] = {}

    def visit(self, name: str, path: tuple[str, ...]) -> bool:
        """Whether the plugin can be loaded."""
        if name in self.done or name in self.faults:
            return name in self.done
        if name in path:
            self.faults[name] = _ring(path, name)
            return False
        manifest = self.plugins[name].manifest
        for wanted in manifest.requires:
            if wanted not in self.plugins or not self.visit(wanted, (*path, name)):
                self.faults.setdefault(name, _missing(name, wanted))
        for wanted in manifest.optional:
            if wanted in self.plugins and wanted not in path:
                self.visit(wanted, (*path, name))
        if name not in self.faults and name not in self.done:
            self.done.append(name)
        return name in self.done


def _ring(path: tuple[str, ...], name: str) -> Fault:
    ring = " → ".join((*path[path.index(name) :], name))
    return Fault(name, FaultKind.CYCLE, f"{name}.MANIFEST.requires", f"It requires itself: {ring}.", "Cut the ring.")


def _missing(name: str, wanted: str) -> Fault:
    return Fault(
        name,
        FaultKind.MISSING_DEPENDENCY,
        f"{name}.MANIFEST.requires",
        f"It requires the plugin {wanted}, which is not there or did not load.",
        f"Install or repair {wanted}.",
    )


def _import(candidate: Candidate) -> ModuleType:
    try:
        return candidate.load()
    except (Exception, SystemExit) as error:
        last = traceback.extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
        place = f"{last.filename}:{last.lineno}" if last else candidate.source
        raise _error(
            candidate.id,
            FaultKind.IMPORT,
            place,
            f"{type(error).__name__}: {error}.",
            "Repair the module, or install what it imports.",
        ) from error


def _manifest(candidate: Candidate, module: ModuleType) -> Manifest:
    manifest = getattr(module, "MANIFEST", None)
    place = f"{candidate.source}: MANIFEST"
    if not isinstance(manifest, Manifest):
        raise _error(
            candidate.id, FaultKind.MANIFEST, place, "MANIFEST is missing.", "Write MANIFEST = Manifest(id=…, …)."
        )
    if manifest.id != candidate.id:
        raise _error(
            candidate.id, FaultKind.MANIFEST, place, f"Its id is {manifest.id!r}.", f"Call it {candidate.id!r}."
        )
    core = installed_version("guanxi")
    try:
        fits = SpecifierSet(manifest.requires_core).contains(core, prereleases=True)
    except InvalidSpecifier as error:
        raise _error(candidate.id, FaultKind.MANIFEST, place, f"{error}.", 'Write a range like ">=0.1,<1".') from error
    if not fits:
        raise _error(
            candidate.id,
            FaultKind.CORE_VERSION,
            place,
            f"It needs guanxi {manifest.requires_core}; this is {core}.",
            "Install a version of the plugin for this platform, or update the platform.",
        )
    return manifest


def _implementations(module: ModuleType) -> Iterable[tuple[str, Callable[..., Any]]]:
    mark = f"{hookspecs.PROJECT}_impl"
    return [(name, one) for name, one in vars(module).items() if callable(one) and hasattr(one, mark)]


def _check_hook(plugin: str, name: str, function: Callable[..., Any]) -> None:
    place = f"{function.__code__.co_filename}:{function.__code__.co_firstlineno}"
    if name not in HOOKS:
        near = difflib.get_close_matches(name, HOOKS, n=1)
        cure = f"Did you mean {near[0]}?" if near else f"The hooks are: {', '.join(HOOKS)}."
        raise _error(plugin, FaultKind.HOOK_NAME, place, f"There is no hook {name}.", cure)
    unknown = [one for one in inspect.signature(function).parameters if one not in HOOKS[name]]
    if unknown:
        raise _error(
            plugin,
            FaultKind.HOOK_ARGUMENT,
            place,
            f"{name} has no argument {', '.join(unknown)}.",
            f"It may take: {', '.join(HOOKS[name]) or 'nothing'}.",
        )
    if name in SYNC_HOOKS and (inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)):
        raise _error(plugin, FaultKind.HOOK_ASYNC, place, f"{name} must not be async.", "Write def, not async def.")


def _offer(loaded: Loaded, name: str, kind: type) -> Any:
    function = loaded.hooks.get(name)
    if function is None:
        return None
    place = f"{loaded.candidate.source}: {name}"
    try:
        made = function()
    except (Exception, SystemExit) as error:
        raise _error(
            loaded.manifest.id, FaultKind.HOOK_FAILED, place, f"{type(error).__name__}: {error}.", "Repair the hook."
        ) from error
    if made is not None and not isinstance(made, kind if kind is not list else list | tuple):
        raise _error(
            loaded.manifest.id,
            FaultKind.HOOK_FAILED,
            place,
            f"It answered {type(made).__name__}, not {kind.__name__}.",
            "Return what the hook's contract says.",
        )
    return made


def _error(plugin: str, kind: FaultKind, place: str, reason: str, cure: str) -> PluginError:
    return PluginError(Fault(plugin, kind, place, reason, cure))
