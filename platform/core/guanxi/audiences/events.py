"""What audiences tell."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from guanxi.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentChanged(Event):
    """Customers entered or left a segment; ``guanxi.audiences.service.changes_of`` tells who, by refresh."""

    name: ClassVar[str] = "segment_changed"
    segment_id: UUID
    refresh_number: int
    entered: int
    left: int
