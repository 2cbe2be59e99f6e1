"""One database app: the models of a domain or plugin, and their migrations."""

from dataclasses import dataclass


@dataclass(frozen=True)
class App:
    """``models`` and ``migrations`` are module names; without migrations the tables are made from the models."""

    label: str
    models: str
    migrations: str | None = None
