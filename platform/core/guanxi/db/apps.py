"""One database app: the models of a domain or plugin, and their migrations."""

from dataclasses import dataclass
from typing import Final

# The one connection name of every Database: Tortoise keeps it on the model class, not on the database.
ALIAS: Final = "default"


@dataclass(frozen=True)
class App:
    """``models`` and ``migrations`` are module names; without migrations the tables are made from the models."""

    label: str
    models: str
    migrations: str | None = None
