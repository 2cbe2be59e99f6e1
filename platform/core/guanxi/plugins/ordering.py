"""In which order plugins load: what each requires comes before it."""

from collections.abc import Mapping

from guanxi.plugins import places
from guanxi.plugins.faults import Fault, FaultKind
from guanxi.plugins.loading import Loaded


def order(plugins: Mapping[str, Loaded]) -> tuple[list[str], list[Fault]]:
    """Ids with dependencies first, else by name; and the faults of those that cannot be loaded."""
    walk = _Walk(plugins)
    for name in sorted(plugins):
        walk.visit(name, ())
    return walk.done, list(walk.faults.values())


def requirements(plugin: str, plugins: Mapping[str, Loaded]) -> set[str]:
    """Everything that is there of what a plugin requires, directly or not."""
    found: set[str] = set()
    waiting = list(plugins[plugin].manifest.requires)
    while waiting:
        one = waiting.pop()
        if one not in found and one in plugins:
            found.add(one)
            waiting += plugins[one].manifest.requires
    return found - {plugin}


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
        manifest = self.plugins[name].manifest
        for wanted in manifest.requires:
            self._require(name, wanted, (*path, name))
        for wanted in manifest.optional:
            if wanted in self.plugins and not {wanted, *requirements(wanted, self.plugins)} & {*path, name}:
                self.visit(wanted, (*path, name))
        if name not in self.faults and name not in self.done:
            self.done.append(name)
        return name in self.done

    def _require(self, name: str, wanted: str, path: tuple[str, ...]) -> None:
        if wanted in path:
            ring = path[path.index(wanted) :]
            for one in ring:
                self.faults[one] = self._ring(one, ring)
        elif wanted not in self.plugins or not self.visit(wanted, path):
            self.faults.setdefault(name, self._missing(name, wanted))

    def _ring(self, name: str, ring: tuple[str, ...]) -> Fault:
        at = ring.index(name)
        walked = " → ".join((*ring[at:], *ring[:at], name))
        place = places.of_name(self.plugins[name].module, "MANIFEST")
        return Fault(name, FaultKind.CYCLE, place, f"It requires itself: {walked}.", "Cut the ring.")

    def _missing(self, name: str, wanted: str) -> Fault:
        return Fault(
            name,
            FaultKind.MISSING_DEPENDENCY,
            places.of_name(self.plugins[name].module, "MANIFEST"),
            f"It requires the plugin {wanted}, which is not there or did not load.",
            f"Install or repair {wanted}.",
        )
