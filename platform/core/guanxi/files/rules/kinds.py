"""What a file is by its content. Names and declared types are not believed."""

import codecs
import re
from typing import Final

SNIFFED_BYTES: Final = 8_192

CSV, TEXT = "text/csv", "text/plain"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

SIGNATURES: Final = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"%PDF-1\.|%PDF-2\."), "application/pdf"),
    (re.compile(rb".{4}ftyp(?:isom|iso2|mp4[12]|avc1|M4V )", re.DOTALL), "video/mp4"),
)
OFFICE: Final = ((b"xl/", XLSX), (b"word/", DOCX), (b"ppt/", PPTX))
# What a browser might run although it is called a text.
MARKUP: Final = re.compile(r"\s*<(?:[a-z!?/])", re.IGNORECASE)
CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f]")
BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def sniff(head: bytes, name: str) -> str | None:
    """The media type of a file that begins with ``head``; None where it is none of those that are taken.

    ``name`` only tells a CSV from another text.
    """
    for pattern, media_type in SIGNATURES:
        if pattern.match(head):
            return media_type
    if head.startswith(b"PK\x03\x04"):
        return _office(head)
    return _text(head, name)


def _office(head: bytes) -> str | None:
    """An office document is a zip file; its parts' names tell which one it is."""
    if b"[Content_Types].xml" not in head and b"_rels/" not in head and b"docProps/" not in head:
        return next((media_type for part, media_type in OFFICE if head[30:].startswith(part)), None)
    return next((media_type for part, media_type in OFFICE if part in head), None)


def _text(head: bytes, name: str) -> str | None:
    text = _decoded(head)
    if text is None or CONTROL.search(text) or MARKUP.match(text):
        return None
    return CSV if name.lower().endswith((".csv", ".tsv")) else TEXT


def _decoded(head: bytes) -> str | None:
    """The text that it begins with; the last character may be cut."""
    for bom, encoding in BOMS:
        if head.startswith(bom):
            return head.decode(encoding, "ignore")
    for encoding in ("utf-8", "gb18030"):
        try:
            return codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
    # Another eight-bit encoding perhaps: whoever reads the file will be asked which.
    return head.decode("latin-1")
