"""The messages of the graphql-transport-ws protocol, and the codes a connection is closed with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from guanxi.errors import BadUserInputError
from guanxi.http import bodies

PROTOCOL: Final = "graphql-transport-ws"

BAD_REQUEST: Final = 4400
UNAUTHORIZED: Final = 4401
FORBIDDEN: Final = 4403
SUBPROTOCOL_NOT_ACCEPTABLE: Final = 4406
INITIALISATION_TIMEOUT: Final = 4408
SUBSCRIBER_EXISTS: Final = 4409
TOO_MANY: Final = 4429
INTERNAL: Final = 1011
RESTART: Final = 1012
TRY_AGAIN: Final = 1013

MAX_REASON_BYTES: Final = 123
MAX_ID: Final = 255


class ClosingError(Exception):
    """The connection ends with ``code``; ``reason`` is for the developer of the client, in English."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = cut(reason)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a client."""

    type: str
    id: str = ""
    payload: Mapping[str, Any] | None = None


def read(text: str | None) -> Message:
    """A text frame as a message. Raises: ClosingError."""
    if text is None:
        raise ClosingError(BAD_REQUEST, "Messages are text frames")
    try:
        value = bodies.decode(text, bodies.BODY)
    except BadUserInputError as error:
        raise ClosingError(BAD_REQUEST, f"Invalid message: {error.message.en}") from None
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise ClosingError(BAD_REQUEST, "A message is an object with a type")
    if not isinstance(value.get("payload"), dict | None):
        raise ClosingError(BAD_REQUEST, "The payload is not an object")
    return Message(value["type"], _id(value), value.get("payload"))


def _id(value: dict[str, Any]) -> str:
    given = value.get("id", "")
    if value["type"] not in {"subscribe", "complete"}:
        return ""
    if not isinstance(given, str) or not 0 < len(given) <= MAX_ID:
        raise ClosingError(BAD_REQUEST, f"The id is not a string of 1 to {MAX_ID} characters")
    return given


def write(kind: str, *, subscriber: str | None = None, payload: Any = None) -> str:
    """A message as a text frame; ``subscriber`` is its id. Members that are None are left out."""
    members = {"id": subscriber, "type": kind, "payload": payload}
    return orjson.dumps({name: value for name, value in members.items() if value is not None}).decode()


def cut(reason: str) -> str:
    """At most what fits into a close frame."""
    return reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
