"""What happened: the facts that domains and plugins tell each other, written with the data they speak of."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from guanxi.db.fields import uuid7


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of every event. Past tense; carries ids and numbers, never personal data."""

    name: ClassVar[str]
    known: ClassVar[dict[str, type["Event"]]] = {}

    event_id: UUID = field(default_factory=uuid7)
    occurred_at: datetime

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Learn the event's name, so that an outbox row can be read back. Raises: ValueError when it is taken."""
        super(Event, cls).__init_subclass__(**kwargs)
        known = Event.known.setdefault(cls.name, cls)
        # dataclass(slots=True) makes a class twice, and a repaired plugin makes its own anew.
        if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise ValueError(f"an event {cls.name!r} is already declared by {known.__module__}")
        Event.known[cls.name] = cls


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCreated(Event):
    """A customer is new."""

    name: ClassVar[str] = "customer_created"
    customer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUpdated(Event):
    """Fields of a customer changed; ``changed`` names them."""

    name: ClassVar[str] = "customer_updated"
    customer_id: UUID
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersImported(Event):
    """Many customers are new, one event for all of them; their ids lie between the two."""

    name: ClassVar[str] = "customers_imported"
    count: int
    first_id: UUID
    last_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMerged(Event):
    """A customer was absorbed by another, who survives; ``merge_id`` is unique for ever."""

    name: ClassVar[str] = "customer_merged"
    merge_id: UUID
    survivor_id: UUID
    absorbed_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUnmerged(Event):
    """A merge was taken back: what the absorbed customer had before it is that customer's again."""

    name: ClassVar[str] = "customer_unmerged"
    merge_id: UUID
    survivor_id: UUID
    absorbed_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRecorded(Event):
    """One fact on a customer's timeline. ``mode`` HISTORICAL grants no points and reaches nobody."""

    name: ClassVar[str] = "interaction_recorded"
    interaction_id: UUID
    customer_id: UUID
    kind: str
    mode: str = "LIVE"
    amount_minor: int | None = None
    currency: str | None = None
    order_ref: str | None = None
    refund_of: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionsImported(Event):
    """A page of historical facts, one event for all of them."""

    name: ClassVar[str] = "interactions_imported"
    count: int
    first_id: UUID
    last_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionVoided(Event):
    """A fact was taken back by a compensating one."""

    name: ClassVar[str] = "interaction_voided"
    interaction_id: UUID
    customer_id: UUID
    voided_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PostHandedOver(Event):
    """A post has another holder, or what belonged to it belongs to another post."""

    name: ClassVar[str] = "post_handed_over"
    post_id: UUID
    to_post_id: UUID | None = None
    to_person_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerExported(Event):
    """All that is kept of a customer was handed out; ``digest`` is the document's SHA-256."""

    name: ClassVar[str] = "customer_exported"
    customer_id: UUID
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerErased(Event):
    """A customer's personal data is erased; the id stands for nobody from now on."""

    name: ClassVar[str] = "customer_erased"
    customer_id: UUID
