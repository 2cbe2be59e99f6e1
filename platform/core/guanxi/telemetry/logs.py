"""Logs as JSON lines that carry nothing but what is allowed to be in them."""

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

from guanxi.telemetry.scrubbing import HIDDEN, scrub, shown

# Whatever else is said is dropped.
ALLOWED: Final = frozenset(
    {
        *("event", "level", "logger", "timestamp", "request_id", "merchant_id", "actor", "operation_type"),
        *("cost", "code", "status", "seconds", "plugin", "kind", "error", "stack"),
    }
)
TRUSTED: Final = frozenset({"timestamp", "logger", "level", "error", "code"})  # written by this code alone
RENDER: Final = structlog.processors.JSONRenderer(sort_keys=True, ensure_ascii=False)


class Formatter(logging.Formatter):
    """A record as one line of JSON, through the filter."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = RENDER(None, "", keep_allowed(content_of(record)))
        return line if isinstance(line, str) else line.decode()


def configure(stream: TextIO = sys.stderr, *, level: str = "INFO") -> None:
    """Send everything that is logged in this process to ``stream``, through the filter. Call it once."""
    out = logging.StreamHandler(stream)
    out.setFormatter(Formatter())
    root = logging.getLogger()
    root.handlers[:] = [out]
    root.setLevel(level)


@contextmanager
def bound(**names: object) -> Iterator[None]:
    """Say these names with everything that is logged inside."""
    with structlog.contextvars.bound_contextvars(**names):
        yield


def content_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a record says: its own words, and its arguments only as far as they may be shown.

    The words stand in the code; what is filled into them may come from anywhere.
    """
    found = {
        **structlog.contextvars.get_contextvars(),
        "event": _words(record),
        "level": record.levelname.lower(),
        "logger": record.name,
        "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
    }
    if record.exc_info and record.exc_info[1] is not None:
        found["error"], found["stack"] = type(record.exc_info[1]).__name__, _places(record.exc_info[2])
    return found


def keep_allowed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Drop every name that is not allowed, and scrub what is left."""
    return {name: _clean(name, value) for name, value in content.items() if name in ALLOWED}


def _clean(name: str, value: Any) -> Any:
    if name == "event":
        return scrub(str(value))
    if name == "stack":
        return [scrub(str(one)) for one in value]
    return value if name in TRUSTED else shown(value)


def _words(record: logging.LogRecord) -> str:
    if not isinstance(record.msg, str):
        return str(shown(record.msg))
    arguments: Any = record.args
    if not arguments:
        return record.msg
    try:
        if isinstance(arguments, Mapping):
            return record.msg % {name: shown(value) for name, value in arguments.items()}
        return record.msg % tuple(shown(value) for value in arguments)
    except (TypeError, ValueError, KeyError):  # %d of something that may not be shown
        return f"{record.msg} {HIDDEN}"


def _places(trace: TracebackType | None) -> list[str]:
    """Where it happened, without the values that a message or a line of code carries."""
    return [f"{one.filename}:{one.lineno} in {one.name}" for one in traceback.extract_tb(trace)]
