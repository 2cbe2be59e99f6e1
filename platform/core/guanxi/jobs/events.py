"""What is told of jobs."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from guanxi.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgressed(Event):
    """A job went on, ended or failed."""

    name: ClassVar[str] = "job_progressed"
    job_id: UUID
    state: str
