"""What teamwork tells."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from guanxi.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationMade(Event):
    """There is something new for a staff member."""

    name: ClassVar[str] = "notification_made"
    notification_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCompleted(Event):
    """A task is done."""

    name: ClassVar[str] = "task_completed"
    task_id: UUID
