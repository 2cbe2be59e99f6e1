"""The client's order and q-values decide, as HTTP has it."""

import pytest

from guanxi.http.negotiation import GRAPHQL, JSON, choose_locale, choose_media_type


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", JSON),
        (f"{JSON};q=0.5, {GRAPHQL}", GRAPHQL),
        (f"{JSON};q=0.5, {GRAPHQL};q=0.4", JSON),
        (f"{JSON};q=0, */*", GRAPHQL),
        (f"text/html, {GRAPHQL};q=0.9, */*;q=0.1", GRAPHQL),
        (f"text/event-stream, {JSON}", JSON),
        (f"{JSON}; charset=utf-8", JSON),
        ("APPLICATION/JSON", JSON),
        (f"{JSON};q=much", None),
        (f"{JSON};q=2", None),
        ("text/html", None),
        ("image/*", None),
        (f"{JSON};q=0, {GRAPHQL};q=0", None),
    ],
)
def test_the_media_type_is_the_one_that_the_client_prefers(accept: str, chosen: str | None) -> None:
    assert choose_media_type(accept) == chosen


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("", "en"),
        ("zh", "zh-CN"),
        ("zh-TW,zh;q=0.9", "zh-CN"),
        ("en-GB,zh;q=0.8", "en"),
        ("en;q=0.5,zh;q=0.8", "zh-CN"),
        ("fr,de;q=0.8", "en"),
        ("fr,zh;q=0.1", "zh-CN"),
        ("zh;q=0", "en"),
        ("*", "en"),
    ],
)
def test_the_language_is_the_one_of_two_that_the_client_prefers(accepted: str, locale: str) -> None:
    assert choose_locale(accepted) == locale
