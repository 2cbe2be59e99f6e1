"""What is wrong with a plugin, in words that the merchant who sees it can act on."""

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """The stage at which a plugin failed."""

    IMPORT = "import"
    MANIFEST = "manifest"
    CORE_VERSION = "core_version"
    HOOK_NAME = "hook_name"
    HOOK_ARGUMENT = "hook_argument"
    HOOK_ASYNC = "hook_async"
    HOOK_FAILED = "hook_failed"
    MISSING_DEPENDENCY = "missing_dependency"
    CYCLE = "cycle"
    CLASH = "clash"
    PERMISSION = "permission"
    DECLARATION = "declaration"
    MODELS = "models"
    RUNTIME = "runtime"
    DELIVERY = "delivery"


@dataclass(frozen=True)
class Fault:
    """One failure of one plugin: where, why, and what to do."""

    plugin: str
    kind: FaultKind
    place: str
    reason: str
    cure: str

    def __str__(self) -> str:
        """One line for logs and the terminal."""
        return f"{self.plugin}: {self.kind.value} at {self.place}: {self.reason} {self.cure}"


class PluginError(Exception):
    """Carries a fault from where it was found to the host, which contains it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault
