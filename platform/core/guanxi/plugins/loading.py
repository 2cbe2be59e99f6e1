"""From a candidate to a loaded plugin, one contained stage after the other; each failure is a readable fault."""

import difflib
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version as installed_version
from types import ModuleType
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from guanxi import hookspecs
from guanxi.events import Event
from guanxi.hookspecs import Command, Fact, JobKind, Manifest, SavedOperation
from guanxi.jobs.rules import cron
from guanxi.permissions import Permission
from guanxi.plugins import places
from guanxi.plugins.discovery import Candidate
from guanxi.plugins.faults import Fault, FaultKind, PluginError
from guanxi.schema.part import SchemaPart

ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
SYNC_HOOKS = ("schema_part", "facts", "commands", "jobs", "saved_operations")
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
    jobs: dict[str, JobKind] = field(default_factory=dict)
    operations: list[SavedOperation] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The plugin's id."""
        return self.manifest.id

    def place_of(self, hook: str) -> str:
        """Where it implements a hook."""
        return places.of_function(self.hooks[hook])


def load(candidate: Candidate) -> Loaded:
    """Import a candidate and check manifest and hooks. Raises: PluginError."""
    if not ID.fullmatch(candidate.id):
        reason = f"{candidate.id!r} is no id: lower-case letters, digits and _, at most 40."
        raise _error(candidate.id, FaultKind.MANIFEST, candidate.source, reason, "Rename it.")
    module = _import(candidate)
    loaded = Loaded(_manifest(candidate, module), module, candidate)
    for name, function in implementations(module):
        _check_hook(candidate.id, name, function)
        loaded.hooks[name] = function
    return loaded


def collect(loaded: Loaded) -> None:
    """Call the sync hooks. Raises: PluginError."""
    part = _offer(loaded, "schema_part")
    if part is not None and not isinstance(part, SchemaPart):
        raise _wrong_answer(loaded, "schema_part", part, "SchemaPart")
    loaded.part = part or SchemaPart()
    loaded.facts = _named(loaded, "facts", _items(loaded, "facts", Fact))
    loaded.commands = _named(loaded, "commands", _items(loaded, "commands", Command))
    loaded.jobs = _named(loaded, "jobs", _items(loaded, "jobs", JobKind))
    loaded.operations = _items(loaded, "saved_operations", SavedOperation)


def _import(candidate: Candidate) -> ModuleType:
    permissions, events = dict(Permission.known), dict(Event.known)
    try:
        return candidate.load()
    except (Exception, SystemExit) as error:
        # What it declared before it failed must not stand in the way of its repaired form.
        _restore(Permission.known, permissions)
        _restore(Event.known, events)
        reason = f"{type(error).__name__}: {error}."
        cure = "Repair the module, or install what it imports."
        raise _error(candidate.id, FaultKind.IMPORT, places.of_error(error, candidate.source), reason, cure) from error


def _restore(known: dict[str, Any], before: Mapping[str, Any]) -> None:
    known.clear()
    known.update(before)


def _manifest(candidate: Candidate, module: ModuleType) -> Manifest:
    manifest = getattr(module, "MANIFEST", None)
    place = places.of_name(module, "MANIFEST")
    if not isinstance(manifest, Manifest):
        wrong = "MANIFEST is missing." if manifest is None else f"MANIFEST is a {type(manifest).__name__}."
        raise _error(candidate.id, FaultKind.MANIFEST, place, wrong, "Write MANIFEST = Manifest(id=…, …).")
    if manifest.id != candidate.id:
        reason, cure = f"Its id is {manifest.id!r}, but it was found as {candidate.id!r}.", "Give both the same name."
        raise _error(candidate.id, FaultKind.MANIFEST, place, reason, cure)
    _check_core(manifest, place)
    return manifest


def _check_core(manifest: Manifest, place: str) -> None:
    core = installed_version("guanxi")
    try:
        fits = SpecifierSet(manifest.requires_core).contains(core, prereleases=True)
    except InvalidSpecifier as error:
        raise _error(manifest.id, FaultKind.MANIFEST, place, f"{error}.", 'Write a range like ">=0.1,<1".') from error
    if not fits:
        reason = f"It needs guanxi {manifest.requires_core}; this is {core}."
        cure = "Install a version of the plugin for this platform, or update the platform."
        raise _error(manifest.id, FaultKind.CORE_VERSION, place, reason, cure)


def implementations(module: ModuleType) -> Iterable[tuple[str, Callable[..., Any]]]:
    """The functions of a module that are marked with ``hookimpl``, with their names."""
    mark = f"{hookspecs.PROJECT}_impl"
    return [(name, one) for name, one in vars(module).items() if inspect.isfunction(one) and hasattr(one, mark)]


def _check_hook(plugin: str, name: str, function: Callable[..., Any]) -> None:
    place = places.of_function(function)
    if name not in HOOKS:
        near = difflib.get_close_matches(name, HOOKS, n=1)
        cure = f"Did you mean {near[0]}?" if near else f"The hooks are: {', '.join(HOOKS)}."
        raise _error(plugin, FaultKind.HOOK_NAME, place, f"There is no hook {name}.", cure)
    unknown = [one for one in inspect.signature(function).parameters if one not in HOOKS[name]]
    if unknown:
        reason = f"{name} has no argument {', '.join(unknown)}."
        cure = f"It may take: {', '.join(HOOKS[name]) or 'nothing'}."
        raise _error(plugin, FaultKind.HOOK_ARGUMENT, place, reason, cure)
    if name in SYNC_HOOKS and inspect.iscoroutinefunction(function):
        raise _error(plugin, FaultKind.HOOK_ASYNC, place, f"{name} must not be async.", "Write def, not async def.")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise _error(plugin, FaultKind.HOOK_ASYNC, place, f"{name} must not yield.", "Return the answer.")


def _offer(loaded: Loaded, hook: str) -> Any:
    function = loaded.hooks.get(hook)
    if function is None:
        return None
    try:
        return function()
    except (Exception, SystemExit) as error:
        place, reason = places.of_error(error, loaded.candidate.source), f"{type(error).__name__}: {error}."
        raise _error(loaded.id, FaultKind.HOOK_FAILED, place, f"{hook} failed. {reason}", "Repair the hook.") from error


def _items(loaded: Loaded, hook: str, kind: type) -> list[Any]:
    made = _offer(loaded, hook)
    if made is None:
        return []
    if not isinstance(made, list | tuple):
        raise _wrong_answer(loaded, hook, made, f"a list of {kind.__name__}")
    for one in made:
        if not isinstance(one, kind):
            raise _wrong_answer(loaded, hook, one, kind.__name__)
    return list(made)


def _named(loaded: Loaded, hook: str, offers: Sequence[Any]) -> dict[str, Any]:
    """Facts, commands or kinds of jobs by name. Raises: PluginError."""
    named: dict[str, Any] = {}
    for one in offers:
        if not one.name.startswith(f"{loaded.id}."):
            cure = f"Call it {loaded.id}.{one.name.rsplit('.', 1)[-1]}."
            raise _wrong_offer(loaded, hook, f"{one.name} must start with its plugin's id and a dot.", cure)
        if one.name in named:
            raise _wrong_offer(loaded, hook, f"{one.name} is offered twice.", "Offer it once.")
        if isinstance(one, JobKind):
            _check_cron(loaded, one)
        elif not isinstance(one.permission, Permission):
            reason = f"{one.name} asks for {one.permission!r}, which is no declared permission."
            raise _wrong_offer(loaded, hook, reason, "Say Permission(…).", FaultKind.PERMISSION)
        named[one.name] = one
    return named


def _check_cron(loaded: Loaded, kind: JobKind) -> None:
    try:
        cron.parse(kind.cron or "* * * * *")
    except ValueError as error:
        reason, cure = f"{kind.name}: {error}.", "Write five fields, such as 30 3 * * *."
        raise _wrong_offer(loaded, "jobs", reason, cure) from error


def _wrong_answer(loaded: Loaded, hook: str, made: Any, wanted: str) -> PluginError:
    reason = f"{hook} answered {type(made).__name__}, not {wanted}."
    return _error(
        loaded.id, FaultKind.HOOK_FAILED, loaded.place_of(hook), reason, "Return what the hook's contract says."
    )


def _wrong_offer(
    loaded: Loaded, hook: str, reason: str, cure: str, kind: FaultKind = FaultKind.DECLARATION
) -> PluginError:
    return _error(loaded.id, kind, loaded.place_of(hook), reason, cure)


def _error(plugin: str, kind: FaultKind, place: str, reason: str, cure: str) -> PluginError:
    return PluginError(Fault(plugin, kind, place, reason, cure))
