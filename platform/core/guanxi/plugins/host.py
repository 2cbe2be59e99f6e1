"""The plugin host of one process: what is loaded, what is at fault, and one schema per set of plugins."""

import asyncio
import importlib
import logging
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import pluggy
from tortoise import Model

from guanxi import hookspecs
from guanxi.db.apps import App
from guanxi.execution import reads
from guanxi.plugins import discovery, loading
from guanxi.plugins.faults import Fault, FaultKind, PluginError
from guanxi.plugins.loading import Loaded
from guanxi.schema.composed import ComposedSchema
from guanxi.schema.part import SchemaPart
from guanxi.schema.problems import CompositionError

log = logging.getLogger("guanxi.plugins")
SCHEMAS = 256


class PluginHost:
    """Loads plugins one by one, so that a broken one costs only itself.

    Two steps, because tables must be known to the database before types over them can be composed:
    ``discover`` imports and checks, ``compose_all`` tries each plugin's schema and keeps what builds.
    """

    def __init__(self, core: Mapping[str, SchemaPart], *, dirs: Sequence[Path] = ()) -> None:
        self.core, self.dirs = core, tuple(dirs)
        self.pm = pluggy.PluginManager(hookspecs.PROJECT)
        self.pm.add_hookspecs(hookspecs)
        self.found: dict[str, Loaded] = {}  # sound modules, whether or not their schema builds
        self.loaded: dict[str, Loaded] = {}  # ready to be enabled, dependencies first
        self.faults: dict[str, list[Fault]] = {}
        self._schemas: OrderedDict[tuple[str, ...], asyncio.Future[ComposedSchema]] = OrderedDict()

    def discover(self, points: Iterable[EntryPoint] | None = None) -> list[Loaded]:
        """Import and check every candidate that is not known yet; the new ones that are sound."""
        new: list[Loaded] = []
        for candidate in discovery.find(self.dirs, points):
            if candidate.id in self.found:
                continue
            self.faults.pop(candidate.id, None)
            try:
                loaded = loading.load(candidate)
                check_models(loaded)
            except PluginError as error:
                self.record(error.fault)
                continue
            self.found[candidate.id] = loaded
            new.append(loaded)
        return new

    def apps(self) -> list[App]:
        """The database apps of all sound plugins, dependencies first."""
        ids, _ = loading.order(self.found)
        manifests = [self.found[one].manifest for one in ids]
        return [App(m.id, m.models, m.migrations) for m in manifests if m.models]

    def compose_all(self) -> None:
        """Try each plugin that is not loaded yet on top of what it requires. Needs the models initialised."""
        ids, faults = loading.order(self.found)
        for fault in faults:
            self.record(fault)
        for one in ids:
            if one not in self.loaded:
                try:
                    self._admit(self.found[one])
                except PluginError as error:
                    self.record(error.fault)
        self.loaded = {one: self.loaded[one] for one in ids if one in self.loaded}

    def record(self, fault: Fault) -> None:
        """Keep a fault where the merchant finds it."""
        log.warning("plugin fault: %s", fault)
        known = self.faults.setdefault(fault.plugin, [])
        if fault not in known:
            known.append(fault)

    def closure(self, plugins: Iterable[str]) -> tuple[str, ...]:
        """Those of a set that are loaded and whose requirements are in the set too, dependencies first."""
        kept: list[str] = []
        wanted = set(plugins)
        for one, loaded in self.loaded.items():
            if one in wanted and all(other in kept for other in loaded.manifest.requires):
                kept.append(one)
        return tuple(kept)

    def dependents(self, plugin: str, plugins: Iterable[str]) -> list[str]:
        """Which of ``plugins`` require ``plugin``."""
        return [one for one in plugins if one in self.loaded and plugin in self.loaded[one].manifest.requires]

    async def schema_for(self, plugins: Iterable[str]) -> ComposedSchema:
        """The schema of a plugin set; composed once, in a thread, however many ask at the same time."""
        ids = self.closure(plugins)
        future = self._schemas.get(ids)
        if future is None:
            future = self._schemas[ids] = asyncio.ensure_future(asyncio.to_thread(self.compose, ids))
            future.add_done_callback(lambda done: self._forget_failure(ids, done))
            while len(self._schemas) > SCHEMAS:
                self._schemas.popitem(last=False)
        self._schemas.move_to_end(ids)
        return await asyncio.shield(future)

    def compose(self, ids: Sequence[str]) -> ComposedSchema:
        """Compose now. Two plugins that clash: the later one is left out, and says so in its faults."""
        parts = {one: self._part(self.loaded[one], ids) for one in ids}
        try:
            return ComposedSchema(self.core, parts, reads.bind)
        except CompositionError as error:
            return self._compose_without_clash(parts, error)

    def _compose_without_clash(self, parts: Mapping[str, SchemaPart], first: CompositionError) -> ComposedSchema:
        kept: dict[str, SchemaPart] = {}
        made = ComposedSchema(self.core, kept, reads.bind)
        for one, part in parts.items():
            try:
                made = ComposedSchema(self.core, {**kept, one: part}, reads.bind)
                kept[one] = part
            except CompositionError as error:
                self.record(fault_of(one, error))
        log.error("composed without the parts that clash: %s", first)
        return made

    def _part(self, loaded: Loaded, ids: Sequence[str]) -> SchemaPart:
        """A plugin's part, with what it adds where other plugins of the set are there too."""
        part = loaded.part
        for other, module in part.joints:
            if other in ids:
                part = part.joined(importlib.import_module(module).schema)
        return part

    def _admit(self, loaded: Loaded) -> None:
        """Call the sync hooks and try the schema. Raises: PluginError."""
        one = loaded.manifest.id
        missing = [other for other in loaded.manifest.requires if other not in self.loaded]
        if missing:
            reason = f"It requires {', '.join(missing)}, which did not load."
            raise PluginError(Fault(one, FaultKind.MISSING_DEPENDENCY, one, reason, f"Repair {', '.join(missing)}."))
        loading.collect(loaded)
        around = {other: self._part(self.loaded[other], ()) for other in self._required(one)}
        try:
            ComposedSchema(self.core, {**around, one: loaded.part}, reads.bind)
            self.pm.register(loaded.module, one)
        except (CompositionError, pluggy.PluginValidationError) as error:
            raise PluginError(fault_of(one, error)) from error
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise PluginError(
                Fault(one, FaultKind.DECLARATION, "schema_part", reason, "Repair the declaration.")
            ) from error
        self.loaded[one] = loaded

    def _required(self, plugin: str) -> list[str]:
        wanted = set(self.found[plugin].manifest.requires)
        for one in reversed(list(self.loaded)):
            if one in wanted:
                wanted |= set(self.loaded[one].manifest.requires)
        return [one for one in self.loaded if one in wanted]

    def _forget_failure(self, ids: tuple[str, ...], done: "asyncio.Future[ComposedSchema]") -> None:
        if done.cancelled() or done.exception() is not None:
            self._schemas.pop(ids, None)


def fault_of(plugin: str, error: Exception) -> Fault:
    """A composition error as a fault."""
    if isinstance(error, CompositionError):
        kind = FaultKind(getattr(error, "kind", FaultKind.DECLARATION.value))
        return Fault(plugin, kind, error.place, f"It {error.reason}.", error.cure)
    return Fault(plugin, FaultKind.HOOK_ARGUMENT, plugin, str(error), "Repair the hook.")


def check_models(loaded: Loaded) -> None:
    """Import a plugin's models and look where their keys point. Raises: PluginError."""
    manifest = loaded.manifest
    if manifest.models is None:
        return
    place = f"{manifest.id}.MANIFEST.models"
    try:
        module = (
            importlib.import_module(manifest.models) if manifest.models != loaded.module.__name__ else loaded.module
        )
    except (Exception, SystemExit) as error:
        raise PluginError(
            Fault(manifest.id, FaultKind.IMPORT, place, f"{type(error).__name__}: {error}.", "Repair the models.")
        ) from error
    for model in vars(module).values():
        if isinstance(model, type) and issubclass(model, Model) and model.__module__ == module.__name__:
            _check_keys(manifest, place, model)


def _check_keys(manifest: hookspecs.Manifest, place: str, model: type[Model]) -> None:
    allowed = {"merchants", "staff", "customers", "interactions", manifest.id, *manifest.requires}
    for name in model._meta.fk_fields | model._meta.o2o_fields:
        target = str(getattr(model._meta.fields_map[name], "model_name", ""))
        if target.split(".", 1)[0] not in allowed:
            raise PluginError(
                Fault(
                    manifest.id,
                    FaultKind.MISSING_DEPENDENCY,
                    f"{place}: {model.__name__}.{name}",
                    f"It points to {target}, which is no table of the core or of a plugin it requires.",
                    "Name that plugin in requires, or point elsewhere.",
                )
            )
