"""A file of rows, whatever its kind: looked through once, then read from any row on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from guanxi.errors import Text
from guanxi.transfers import errors
from guanxi.transfers.rules import encodings, headers, texts, workbooks
from guanxi.transfers.rules.headers import Columns
from guanxi.transfers.rules.texts import Broken

CHUNK: Final = 262_144
ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
Row = tuple[int, list[str]] | Broken


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be read as rows. ``rows`` is how many stand below the header."""

    path: Path
    encoding: str | None
    columns: Columns
    rows: int

    def read_from(self, after_row: int) -> Iterator[Row]:
        """The rows below the header, and below ``after_row``."""
        start = max(after_row, self.columns.row)
        return (one for one in _rows(self.path, self.encoding) if number_of(one) > start)


def look_through(path: Path, mapping: Mapping[str, str], custom: Mapping[str, str], encoding: str | None) -> Table:
    """Read the whole file once, so that nothing is imported of one that breaks in the middle.

    Raises:
        UnreadableFileError, UnknownEncodingError: it is no file of rows.
    """
    with path.open("rb") as content:
        head = content.read(4)
    if not head:
        raise errors.unreadable(
            Text("The file is empty.", "文件为空（0 字节）。"), Text("Export it again.", "请重新导出。")
        )
    if head == OLD_OFFICE:
        raise errors.unreadable(
            Text("This is an old or locked Excel file.", "这是旧版或加密的 Excel 文件。"),
            Text("Save it as .xlsx without a password, or as CSV.", "请另存为无密码的 .xlsx 或 CSV。"),
        )
    found = None if head == ZIP else encodings.choose(_chunks(path), encoding)
    first = [one for one in islice(_rows(path, found), headers.LOOKED_AT) if not isinstance(one, Broken)]
    columns = headers.find(first, mapping, custom)
    rows = sum(1 for one in _rows(path, found) if number_of(one) > columns.row)
    return Table(path, found, columns, rows)


def number_of(row: Row) -> int:
    """A row's number."""
    return row.number if isinstance(row, Broken) else row[0]


def page_reader(table: Table, after_row: int) -> Callable[[int], list[Row]]:
    """A function that reads the next rows, for a thread; the file stays open between two calls."""
    rows = table.read_from(after_row)
    return lambda most: list(islice(rows, most))


def _rows(path: Path, encoding: str | None) -> Iterator[Row]:
    return workbooks.read_rows(path) if encoding is None else texts.read_rows(path, encoding)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as content:
        while chunk := content.read(CHUNK):
            yield chunk
