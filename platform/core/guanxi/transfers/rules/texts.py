"""Separated text as rows: which separator, and records whose quotes are broken."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from guanxi.errors import Text
from guanxi.transfers import errors
from guanxi.transfers.rules import headers

SEPARATORS: Final = (",", "\t", ";", "|", "，", "；")
SAMPLE_LINES: Final = 20
MAX_COLUMNS: Final = 500
ENDLESS: Final = "unexpected end of data"


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that cannot be taken apart."""

    number: int


def read_rows(path: Path, encoding: str) -> Iterator[tuple[int, list[str]] | Broken]:
    """Each record that is not empty, with its number as a spreadsheet counts.

    Raises:
        UnreadableFileError: a quote that is never closed swallows the rest of the file; or far too many columns.
    """
    with path.open(encoding=encoding, newline="") as text:
        separator = choose_separator(list(islice(text, SAMPLE_LINES)))
    with path.open(encoding=encoding, newline="") as text:
        yield from _records(text, separator)


def _records(text: TextIO, separator: str) -> Iterator[tuple[int, list[str]] | Broken]:
    reader = csv.reader(text, delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if str(error) == ENDLESS or "field larger" in str(error):
                raise _never_closed(number) from error
            yield Broken(number)
            continue
        if len(cells) > MAX_COLUMNS:
            raise errors.unreadable(
                Text(f"Row {number} has more than {MAX_COLUMNS} columns.", f"第 {number} 行超过 {MAX_COLUMNS} 列。"),
                Text("Keep the columns that are needed.", "请仅保留需要的列。"),
                number,
            )
        if any(cell.strip() for cell in cells):
            yield number, cells


def choose_separator(lines: Sequence[str]) -> str:
    """The separator under which the first lines name most columns; else the one that stands there most evenly."""
    scores = {one: _score(lines, one) for one in SEPARATORS}
    return max(SEPARATORS, key=lambda one: scores[one])


def _score(lines: Sequence[str], separator: str) -> tuple[int, int]:
    named = max(
        (sum(headers.fold(cell.strip('"')) in headers.KNOWN for cell in line.split(separator)) for line in lines),
        default=0,
    )
    counts = [line.count(separator) for line in lines if line.strip()]
    return named, min(counts, default=0)


def _never_closed(number: int) -> errors.UnreadableFileError:
    return errors.unreadable(
        Text(f"A quote that opens in row {number} is never closed.", f"第 {number} 行的引号未闭合。"),
        Text("Close it, or take it out; then send the file again.", "请补全或删除该引号后重新上传。"),
        number,
    )
