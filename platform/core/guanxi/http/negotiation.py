"""Which media type and which language a client prefers: by q-value, then by the order it wrote them in."""

from collections.abc import Iterator
from typing import Final

JSON: Final = "application/json"
GRAPHQL: Final = "application/graphql-response+json"

# A client that accepts anything may be older than GRAPHQL.
MATCHES: Final = {JSON: (JSON,), GRAPHQL: (GRAPHQL,), "application/*": (JSON, GRAPHQL), "*/*": (JSON, GRAPHQL)}


def choose_media_type(accept: str) -> str | None:
    """The media type of the answer; None where the client accepts neither."""
    ranges = list(_weighed(accept or JSON))
    refused = {name for name, quality in ranges if quality == 0}
    return next(
        (
            candidate
            for name, quality in sorted(ranges, key=lambda one: -one[1])
            if quality > 0
            for candidate in MATCHES.get(name, ())
            if candidate not in refused
        ),
        None,
    )


def choose_locale(accept_language: str) -> str:
    """``zh-CN`` or ``en``."""
    ranges = sorted(_weighed(accept_language), key=lambda one: -one[1])
    languages = (name.partition("-")[0] for name, quality in ranges if quality > 0)
    return "zh-CN" if next((one for one in languages if one in {"zh", "en"}), "en") == "zh" else "en"


def _weighed(header: str) -> Iterator[tuple[str, float]]:
    """Each entry of the list with its q-value, 0 where that is no number."""
    for entry in header.lower().split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        if name:
            yield name, next((_quality(one[2:]) for one in parameters if one.startswith("q=")), 1.0)


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
