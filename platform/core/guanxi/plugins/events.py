"""What the host tells."""

from dataclasses import dataclass
from typing import ClassVar

from guanxi.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginStateChanged(Event):
    """A merchant enabled, disabled or purged a plugin."""

    name: ClassVar[str] = "plugin_state_changed"
    plugin: str
    state: str
