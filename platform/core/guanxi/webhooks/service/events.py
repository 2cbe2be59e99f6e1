"""Which events can be sent, and what of them a document may ask for."""

import dataclasses
import re
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from guanxi.events import Event
from guanxi.schema.ids import encode

UNSENT: Final = frozenset({"job_progressed"})
ALWAYS: Final = frozenset({"eventId", "occurredAt"})
SUBJECTS: Final = ("customer_id", "interaction_id")
TAGS: Final = {
    "customer_id": "cus",
    "interaction_id": "int",
    "refund_of": "int",
    "voided_by": "int",
    "first_id": "int",
    "last_id": "int",
}


def topics() -> list[str]:
    """Every event that can be sent, by name."""
    return sorted(set(Event.known) - UNSENT)


def variables_of(topic: str) -> frozenset[str]:
    """What a document may take of an event of this name."""
    names = (one.name for one in dataclasses.fields(Event.known[topic]))
    return ALWAYS | {_camel(name) for name in names if name != "event_id"}


def fields_of(event: Event) -> dict[str, Any]:
    """An event's own fields as JSON: ids as the API writes them, names as GraphQL has them."""
    found = {one.name: getattr(event, one.name) for one in dataclasses.fields(event)}
    return {_camel(name): _plain(name, value) for name, value in found.items()}


def subject_of(event: Event) -> str:
    """What an event is about: deliveries about one subject arrive in their order."""
    for name in SUBJECTS:
        value = getattr(event, name, None)
        if value is not None:
            return encode(TAGS[name], value)
    return event.name


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, UUID):
        return encode(TAGS[name], value) if name in TAGS else str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple | frozenset | set) else value


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)
