"""What is told of imports and exports."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from guanxi.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgressed(Event):
    """An import came a page further, ended, or was stopped."""

    name: ClassVar[str] = "import_progressed"
    import_id: UUID
    state: str
    rows_done: int
