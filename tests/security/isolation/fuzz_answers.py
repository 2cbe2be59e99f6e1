"""Answers made comparable: what may differ between two calls is named, all else must be equal byte for byte."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from guanxi.execution.request import Answer

ID = re.compile(r"\b[a-z]{2,8}_[0-9a-f]{32}\b")
MOMENT = re.compile(r"\b2[0-9]{3}-[01][0-9]-[0-3][0-9]T[0-9:.]+(Z|\+00:00)")
SECRET = re.compile(r"gx_[a-z]+_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}|whsec_[0-9A-Za-z+/=]{40,}")
LINK = re.compile(r"/files/[A-Za-z0-9_-]{60,}")  # signed, with the time until when it works
CURSOR_KEYS = frozenset({"cursor", "startCursor", "endCursor"})
MAC_BYTES = 13  # version and signature


def written(answer: Answer) -> str:
    """Everything that a client gets, cursors opened."""
    found = {
        "data": opened(answer.data),
        "errors": answer.errors,
        "extensions": answer.extensions,
        "headers": answer.headers,
        "status": answer.status,
        "ran": answer.ran,
    }
    return json.dumps(found, ensure_ascii=False, sort_keys=True)


def opened(value: Any, key: str = "") -> Any:
    """A value with each cursor replaced by what is in it."""
    if isinstance(value, dict):
        return {name: opened(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [opened(one, key) for one in value]
    if isinstance(value, str) and key in CURSOR_KEYS:
        return ID.sub(lambda found: found[0], open_cursor(value))
    return value


def open_cursor(cursor: str) -> str:
    """The order values of a cursor as text, with its ids written as in an answer."""
    try:
        body = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[MAC_BYTES:].decode()
    except (ValueError, binascii.Error):
        return cursor
    return re.sub(r"\b([0-9a-f]{32})\b", r"row_\1", body)


def comparable(answer: Answer, replaced: Iterable[str], known: frozenset[str]) -> str:
    """An answer without the values that were asked with, and without what was made new while it ran.

    ``known`` are ids and public ids that were there before: they stay.
    """
    answer.extensions.pop("cost", None)
    text = written(answer)
    for one in sorted(replaced, key=len, reverse=True):
        text = text.replace(json.dumps(one, ensure_ascii=False)[1:-1], "‹asked›")
    new: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        return found[0] if found[0].partition("_")[2] in known else new.setdefault(found[0], f"‹new {len(new)}›")

    text = LINK.sub("/files/‹link›", SECRET.sub("‹secret›", ID.sub(name, text)))
    text = re.sub(
        r'"publicId": "([0-9A-Za-z]{8})"', lambda one: one[0] if one[1] in known else '"publicId": ‹new›', text
    )
    return MOMENT.sub(lambda one: one[0] if one[0][:4] < "2020" else "‹now›", text)


def codes_of(answer: Answer) -> set[str]:
    """The codes of all failures, at the top and in payloads."""
    found = {str(one["extensions"]["code"]) for one in answer.errors}
    for payload in (answer.data or {}).values():
        if isinstance(payload, Mapping):
            found |= {str(one["code"]) for one in payload.get("errors") or () if "code" in one}
    return found
