"""What can be done with sources."""

from guanxi.sources.service.letters import Retried, discard_dead_letters, retry_dead_letters
from guanxi.sources.service.receiving import MAX_ROWS, Receipt, Refusal, receive, take_rows
from guanxi.sources.service.registry import (
    Issued,
    SourceChanges,
    create_source,
    find_source,
    rotate_secret,
    secrets_of,
    update_source,
)

__all__ = [
    "MAX_ROWS",
    "Issued",
    "Receipt",
    "Refusal",
    "Retried",
    "SourceChanges",
    "create_source",
    "discard_dead_letters",
    "find_source",
    "receive",
    "retry_dead_letters",
    "rotate_secret",
    "secrets_of",
    "take_rows",
    "update_source",
]
