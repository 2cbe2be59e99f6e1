"""The plugin host of one process: what is loaded, what is at fault, and which schema a set of plugins has."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pluggy

from guanxi import hookspecs
from guanxi.db.apps import App
from guanxi.plugins import composing, discovery, loading, ordering, places, tables
from guanxi.plugins.composing import Composition, Compositions
from guanxi.plugins.discovery import Candidate
from guanxi.plugins.faults import Fault, FaultKind, PluginError
from guanxi.plugins.loading import Loaded
from guanxi.schema.composed import ComposedSchema
from guanxi.schema.part import SchemaPart

log = logging.getLogger("guanxi.plugins")
RESERVED = ("core", "execution", "guanxi")


class PluginHost:
    """Loads plugins one by one, so that a broken one costs only itself.

    Two steps, because tables must be known to the database before types over them can be composed:
    ``discover`` imports and checks, ``compose_all`` tries each plugin's schema and keeps what builds.
    Both may run in a thread while requests are answered: ``loaded`` and ``faults`` are replaced, never changed.
    """

    def __init__(
        self,
        core: Mapping[str, SchemaPart],
        *,
        dirs: Sequence[Path] = (),
        points: Sequence[EntryPoint] | None = None,
    ) -> None:
        self.core, self.dirs, self.points = core, tuple(dirs), points
        self.pm = pluggy.PluginManager(hookspecs.PROJECT)
        self.pm.add_hookspecs(hookspecs)
        self.found: dict[str, Loaded] = {}  # sound modules, whether or not their schema builds
        self.loaded: dict[str, Loaded] = {}  # ready to be enabled, dependencies first
        self.faults: dict[str, list[Fault]] = {}
        self.compositions = Compositions(self._compose)
        self._checked: set[str] = set()
        self._tables: dict[str, str] = {}

    def discover(self) -> list[str]:
        """Import and check every candidate that is not known yet; the ids of the new ones that are sound."""
        new = [one.id for one in self._unknown() if self._try(one.id, self._load, one)]
        for one in ordering.order(self.found)[0]:
            if one not in self._checked:
                if self._try(one, self._check_tables, self.found[one]):
                    self._checked.add(one)
                else:
                    del self.found[one]
        return [one for one in new if one in self.found]

    def apps(self) -> list[App]:
        """The database apps of all sound plugins, dependencies first."""
        ids, _ = ordering.order(self.found)
        return [app for one in ids if (app := tables.app_of(self.found[one]))]

    def compose_all(self) -> None:
        """Try each plugin that is not loaded yet on top of what it requires. Needs the models initialised."""
        ids, faults = ordering.order(self.found)
        for fault in faults:
            self.record(fault)
        for one in ids:
            if one not in self.loaded:
                self._try(one, self._admit, self.found[one])
        self.loaded = {one: self.loaded[one] for one in ids if one in self.loaded}

    def record(self, fault: Fault) -> None:
        """Keep a fault where the merchant finds it."""
        known = self.faults.get(fault.plugin, [])
        if fault not in known:
            log.warning("plugin fault: %s", fault)
            self.faults = {**self.faults, fault.plugin: [*known, fault]}

    def closure(self, plugins: Iterable[str]) -> tuple[str, ...]:
        """Those of a set that are loaded and whose requirements are in the set too, dependencies first."""
        kept: list[str] = []
        wanted = set(plugins)
        for one, loaded in self.loaded.items():
            if one in wanted and all(other in kept for other in loaded.manifest.requires):
                kept.append(one)
        return tuple(kept)

    def requirements(self, plugin: str) -> list[str]:
        """Everything that a plugin requires, directly or not, dependencies first."""
        wanted = ordering.requirements(plugin, self.found)
        return [one for one in self.loaded if one in wanted]

    def dependents(self, plugin: str, plugins: Iterable[str]) -> list[str]:
        """Which of ``plugins`` require ``plugin``."""
        return [one for one in plugins if one in self.loaded and plugin in self.loaded[one].manifest.requires]

    def implementations(self, hook: str, plugins: Iterable[str]) -> list[tuple[str, Callable[..., Any]]]:
        """(plugin, function) of those in a set that implement a hook, dependencies first."""
        return self.implementations_of(hook, self.closure(plugins))

    def implementations_of(self, hook: str, plugins: Iterable[str]) -> list[tuple[str, Callable[..., Any]]]:
        """The same of exactly these plugins, as far as they are loaded, whatever they require."""
        wanted = set(plugins)
        hooks = ((one, loaded.hooks.get(hook)) for one, loaded in self.loaded.items() if one in wanted)
        return [(one, function) for one, function in hooks if function is not None]

    async def composition_for(self, plugins: Iterable[str]) -> Composition:
        """The schema of a plugin set, and what had to be left out of it."""
        return await self.compositions.get(self.closure(plugins))

    async def schema_for(self, plugins: Iterable[str]) -> ComposedSchema:
        """The schema of a plugin set; composed once, in a thread, however many ask at the same time."""
        return (await self.composition_for(plugins)).schema

    def compose(self, ids: Iterable[str]) -> ComposedSchema:
        """Compose a set now, in this thread."""
        return self._compose(self.closure(ids)).schema

    def _compose(self, ids: tuple[str, ...]) -> Composition:
        return composing.compose(self.core, [self.loaded[one] for one in ids])

    def _try(self, plugin: str, step: Callable[[Any], None], subject: Any) -> bool:
        """Whether a step for one plugin works; whatever it raises is that plugin's fault and nobody else's."""
        try:
            step(subject)
        except PluginError as error:
            self.record(error.fault)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - contained, and shown as its fault
            source = str(getattr(getattr(subject, "candidate", subject), "source", plugin))
            reason = f"{type(error).__name__}: {error}."
            place = places.of_error(error, source)
            self.record(Fault(plugin, FaultKind.DECLARATION, place, reason, "Repair the declaration."))
        else:
            return True
        return False

    def _unknown(self) -> list[Candidate]:
        """Candidates to try: not found yet, or broken ones that may have been repaired."""
        first: dict[str, Candidate] = {}
        for candidate in discovery.find(self.dirs, self.points):
            if first.setdefault(candidate.id, candidate) is not candidate:
                self.record(_twice(first[candidate.id], candidate))
            elif candidate.id not in self.found or self._may_be_repaired(candidate):
                self.found.pop(candidate.id, None)
                self._checked.discard(candidate.id)
                self.faults = self._faults_without(candidate.id)
        return [one for one in first.values() if one.id not in self.found]

    def _faults_without(self, plugin: str) -> dict[str, list[Fault]]:
        return {one: faults for one, faults in self.faults.items() if one != plugin}

    def _may_be_repaired(self, candidate: Candidate) -> bool:
        """A file that never loaded, and of which nothing else has got hold."""
        known = self.found[candidate.id]
        return candidate.is_file and candidate.id not in self.loaded and known.manifest.models is None

    def _load(self, candidate: Candidate) -> None:
        if candidate.id in self.core or candidate.id in RESERVED:
            reason = f"{candidate.id} is the name of a part of the core."
            raise PluginError(Fault(candidate.id, FaultKind.CLASH, candidate.source, reason, "Choose another id."))
        self.found[candidate.id] = loading.load(candidate)

    def _check_tables(self, loaded: Loaded) -> None:
        below = {name: module for name in self.core if find_spec(module := f"guanxi.{name}.models")}
        required = [self.found[one].manifest for one in ordering.requirements(loaded.id, self.found)]
        below |= {one.id: one.models for one in required if one.models}
        for model in tables.check(loaded, below):
            table = model._meta.db_table
            owner = self._tables.setdefault(table, loaded.id)
            if owner != loaded.id:
                reason, place = f"Its table {table} belongs to {owner}.", places.of_class(model)
                raise PluginError(Fault(loaded.id, FaultKind.CLASH, place, reason, "Choose another name."))

    def _admit(self, loaded: Loaded) -> None:
        """Call the sync hooks and try the schema. Raises: PluginError."""
        missing = [other for other in loaded.manifest.requires if other not in self.loaded]
        if missing:
            raise PluginError(composing.left_out(loaded, missing))
        loading.collect(loaded)
        around = [self.loaded[one] for one in self.requirements(loaded.id)]
        faults = composing.compose(self.core, [*around, loaded]).faults
        if faults:
            raise PluginError(faults[-1])
        self.pm.register(loaded.module, loaded.id)
        self.loaded = {**self.loaded, loaded.id: loaded}
        left = [one for one in self.faults.get(loaded.id, ()) if one.kind is FaultKind.CLASH]
        self.faults = {**self._faults_without(loaded.id), **({loaded.id: left} if left else {})}


def _twice(first: Candidate, second: Candidate) -> Fault:
    reason = f"A plugin of this id was found in {first.source} already; that one is used."
    return Fault(second.id, FaultKind.CLASH, second.source, reason, "Rename or remove one of the two.")
