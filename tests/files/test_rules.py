"""What a file is, and what a link says."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.db.fields import uuid7
from guanxi.files.rules import kinds, links
from guanxi.files.rules.links import Link

NOW = datetime(2026, 11, 1, tzinfo=UTC)
KEY = b"k" * 32


@pytest.mark.parametrize(
    ("head", "name", "found"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", "a.exe", "image/png"),
        (b"\xff\xd8\xff\xe0", "a", "image/jpeg"),
        (b"GIF89a", "a", "image/gif"),
        (b"RIFF\x01\x02\x03\x04WEBPVP8 ", "a", "image/webp"),
        (b"%PDF-1.7", "a", "application/pdf"),
        (b"\x00\x00\x00\x18ftypmp42", "a", "video/mp4"),
        ("姓名,手机\n".encode("gb18030"), "客户.CSV", "text/csv"),
        ("姓名\t手机\n".encode("utf-16"), "a.tsv", "text/csv"),
        ("你好".encode()[:-1], "a.txt", "text/plain"),
        ("Søren,é\n".encode("latin-1"), "a.csv", "text/csv"),
    ],
)
def test_a_kind_is_known_by_its_content(head: bytes, name: str, found: str) -> None:
    assert kinds.sniff(head, name) == found


@pytest.mark.parametrize(
    "head",
    [
        b"MZ\x90\x00\x03",
        b"\x7fELF\x02\x01",
        b"PK\x03\x04" + bytes(30) + b"evil.exe",
        b"<!DOCTYPE html><script>",
        b"  <svg xmlns='http://www.w3.org/2000/svg'>",
        "\ufeff<html>".encode(),
        b"#!/bin/sh\x00",
        b"\x1f\x8b\x08\x00",
    ],
)
def test_what_could_run_is_no_kind_that_is_taken(head: bytes) -> None:
    assert kinds.sniff(head, "innocent.txt") is None


def test_an_office_document_is_known_by_its_parts(xlsx: bytes) -> None:
    assert kinds.sniff(xlsx, "a.zip") == kinds.XLSX


def test_a_link_says_what_was_signed_until_it_expires() -> None:
    link = Link("put", uuid7(), uuid7(), int(NOW.timestamp()) + 60)
    text = links.sign(KEY, link)

    assert links.read(KEY, text, NOW) == link
    assert links.read(KEY, text, NOW + timedelta(seconds=60)) is None
    assert links.read(b"x" * 32, text, NOW) is None


@given(place=st.integers(0, 75), other=st.sampled_from("ABab01_-"))
def test_a_link_that_is_changed_anywhere_leads_nowhere(place: int, other: str) -> None:
    link = Link("get", uuid7(), uuid7(), int(NOW.timestamp()) + 60)
    text = links.sign(KEY, link)
    changed = text[:place] + other + text[place + 1 :]

    assert links.read(KEY, changed, NOW) in {None, link}
    assert changed == text or links.read(KEY, changed, NOW) is None


@given(st.text(max_size=100))
def test_any_text_can_be_read_as_a_link(text: str) -> None:
    assert links.read(KEY, text, NOW) is None
