"""What an operation comes in as and goes out as, whatever the transport."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """One operation asked for. Transports have checked the kinds of these values, nothing more."""

    query: str | None = None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None
    idempotency_key: str | None = None
    read_only: bool = False  # came by GET: only queries are allowed


@dataclass(slots=True)
class Answer:
    """One operation's result. ``ran`` is False where nothing was executed: then there is no ``data`` member."""

    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)
    ran: bool = True
    status: int | None = None  # an HTTP status that the code asks for (405, 429, 503), else the transport decides
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None  # a stored answer, replayed as it was
    kind: str = ""  # query, mutation or subscription; empty where it was refused before that was known
    registered: str | None = None  # of a registered document: its operation's name
