"""One schema per set of plugins: composed once, off the loop, however many ask for it at the same time."""

import asyncio
import importlib
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from guanxi.execution import reads
from guanxi.plugins.faults import Fault, FaultKind
from guanxi.plugins.loading import Loaded
from guanxi.schema.composed import ComposedSchema
from guanxi.schema.part import SchemaPart
from guanxi.schema.problems import CompositionError

log = logging.getLogger("guanxi.plugins")
KEPT = 64
KEPT_BY_PARTS = 8
# What the schema's reasons speak of. The kind is for people: a reason in other words is a wrong declaration.
KINDS = (
    (FaultKind.CLASH, re.compile(r"already|the name of|belongs to the type")),
    (FaultKind.PERMISSION, re.compile(r"permission")),
)
T = TypeVar("T")
_Key = tuple[str, ...]
_known: OrderedDict[tuple[tuple[str, int], ...], ComposedSchema] = OrderedDict()


@dataclass(frozen=True)
class Composition:
    """What a set of plugins came to; ``faults`` names those that had to be left out of it."""

    schema: ComposedSchema
    faults: tuple[Fault, ...] = ()


class Compositions:
    """The latest of them, by set. One thread composes, so that two compositions never touch one class at once."""

    def __init__(self, compose: Callable[[_Key], Composition], *, kept: int = KEPT) -> None:
        self.compose, self.kept = compose, kept
        self._made: OrderedDict[_Key, asyncio.Future[Composition]] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="guanxi-compose")

    def __len__(self) -> int:
        """How many sets are kept."""
        return len(self._made)

    async def get(self, ids: _Key) -> Composition:
        """The composition of a set. Raises: whatever composing it raises; the next one tries again."""
        future = self._made.get(ids)
        if future is None:
            future = self._made[ids] = asyncio.get_running_loop().run_in_executor(self._thread, self.compose, ids)
            future.add_done_callback(lambda done: self._forget_failure(ids, done))
            while len(self._made) > self.kept:
                self._made.popitem(last=False)
        self._made.move_to_end(ids)
        return await asyncio.shield(future)

    async def run(self, work: Callable[[], T]) -> T:
        """Do other work in the thread that composes, so that neither disturbs the other."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _forget_failure(self, ids: _Key, done: "asyncio.Future[Composition]") -> None:
        if done.cancelled() or done.exception() is not None:
            self._made.pop(ids, None)


def compose(core: Mapping[str, SchemaPart], plugins: Sequence[Loaded]) -> Composition:
    """Compose now. Two plugins that clash: the later one is left out, and so is whatever requires it."""
    parts = {one.id: part_of(one, [other.id for other in plugins]) for one in plugins}
    try:
        return Composition(schema_of(core, parts))
    except Exception as error:  # a plugin's declarations may fail in any way; which one does is found out below
        if not plugins:
            raise
        log.warning("the plugins %s do not go together: %s", ", ".join(parts), error)
        return _without_clash(core, plugins, parts)


def schema_of(core: Mapping[str, SchemaPart], plugins: Mapping[str, SchemaPart]) -> ComposedSchema:
    """The schema of these parts; the same one where they were composed before, also for another host."""
    key = tuple((name, id(part)) for name, part in (*core.items(), *plugins.items()))
    made = _known.pop(key, None) or ComposedSchema(core, plugins, reads.bind)
    _known[key] = made  # keeps its parts, so that no other part comes by their identity
    while len(_known) > KEPT_BY_PARTS:
        _known.popitem(last=False)
    return made


def part_of(loaded: Loaded, ids: Sequence[str]) -> SchemaPart:
    """A plugin's part, with what it adds where other plugins of the set are there too."""
    part = loaded.part
    for other, module in loaded.part.joints:
        if other in ids:
            part = part.joined(importlib.import_module(module).schema)
    return part


def fault_of(loaded: Loaded, error: Exception) -> Fault:
    """Why a plugin's part does not compose."""
    if isinstance(error, CompositionError):
        return Fault(loaded.id, _kind_of(error), error.place, f"It {error.reason}.", error.cure)
    place = loaded.place_of("schema_part") if "schema_part" in loaded.hooks else loaded.candidate.source
    reason = f"{type(error).__name__}: {str(error).rstrip('.')}."
    return Fault(loaded.id, FaultKind.DECLARATION, place, reason, "Repair the declaration.")


def _without_clash(
    core: Mapping[str, SchemaPart], plugins: Sequence[Loaded], parts: Mapping[str, SchemaPart]
) -> Composition:
    made, kept, faults = schema_of(core, {}), dict[str, SchemaPart](), list[Fault]()
    for one in plugins:
        missing = [other for other in one.manifest.requires if other not in kept]
        if missing:
            faults.append(left_out(one, missing))
            continue
        try:
            made = schema_of(core, {**kept, one.id: parts[one.id]})
            kept[one.id] = parts[one.id]
        except Exception as error:  # noqa: BLE001 - what a part breaks is its own fault
            faults.append(fault_of(one, error))
    return Composition(made, tuple(faults))


def _kind_of(error: CompositionError) -> FaultKind:
    said = getattr(error, "kind", None)
    if said is not None:
        return FaultKind(said)
    return next((kind for kind, words in KINDS if words.search(error.reason)), FaultKind.DECLARATION)


def left_out(loaded: Loaded, missing: Sequence[str]) -> Fault:
    """The fault of a plugin whose requirements are not there."""
    names = ", ".join(missing)
    reason = f"It requires {names}, which did not load."
    return Fault(loaded.id, FaultKind.MISSING_DEPENDENCY, loaded.candidate.source, reason, f"Repair {names}.")
