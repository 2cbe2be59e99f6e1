"""What privacy tells other parts."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from guanxi.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChanged(Event):
    """A customer's consent for a channel and purpose is another one now."""

    name: ClassVar[str] = "consent_changed"
    customer_id: UUID
    channel: str
    purpose: str
    state: str
