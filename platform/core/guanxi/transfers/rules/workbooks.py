"""Reads the first sheet of an XLSX file row by row, with the standard library alone, and within fixed limits.

Every cell comes as text: numbers with the digits that stand in the file, days as ``YYYY-MM-DD``.
"""

import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from guanxi.errors import Text
from guanxi.transfers import errors

MAX_PARTS: Final = 2_000
MAX_UNPACKED: Final = 150_000_000  # bytes, of all parts together
MAX_RATIO: Final = 200  # of one part that is large when unpacked
LARGE: Final = 2_000_000
MAX_TEXTS: Final = 2_000_000
MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 500
MAX_CELL: Final = 32_767
CHUNK: Final = 65_536
# Numbers of built-in formats that show days; 27 and on are the East Asian ones.
DAY_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
QUOTED: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
ZERO_DAY, ZERO_DAY_1904 = date(1899, 12, 30), date(1904, 1, 1)
WORKBOOK, SHARED = "xl/workbook.xml", "xl/sharedStrings.xml"


def read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with its number in the sheet.

    Raises:
        UnreadableFileError: it is no workbook, is damaged, or would unpack to more than the limits.
    """
    try:
        with zipfile.ZipFile(path) as parts:
            check_parts(parts)
            yield from _Workbook(parts).rows()
    except (zipfile.BadZipFile, expat.ExpatError, KeyError, EOFError, ValueError, NotImplementedError) as error:
        raise errors.unreadable(
            Text("The workbook is damaged.", "工作簿已损坏。"),
            Text("Open it, save it anew and send it again.", "请打开并重新保存后再上传。"),
        ) from error


def check_parts(parts: zipfile.ZipFile) -> None:
    """Refuse a zip bomb by its directory: no more than a part's declared size is ever unpacked of it.

    Raises:
        UnreadableFileError: too many parts, too much in them, or too tightly packed.
    """
    found = parts.infolist()
    if len(found) > MAX_PARTS:
        raise errors.unsafe_workbook(Text("The workbook has too many parts.", "工作簿包含过多部件。"))
    if sum(one.file_size for one in found) > MAX_UNPACKED:
        raise errors.unsafe_workbook(Text("The workbook is too large when unpacked.", "工作簿解压后过大。"))
    for one in found:
        if one.file_size > LARGE and one.file_size > MAX_RATIO * max(1, one.compress_size):
            raise errors.unsafe_workbook(Text("The workbook is packed too tightly to be one.", "工作簿压缩比异常。"))
        if one.flag_bits & 0x1:
            raise errors.unreadable(
                Text("The workbook is locked with a password.", "工作簿已加密。"),
                Text("Take the password off and send it again.", "请取消密码后重新上传。"),
            )


class _Workbook:
    """What cells refer to: texts, and which styles show days."""

    def __init__(self, parts: zipfile.ZipFile) -> None:
        self.parts = parts
        self.sheet, self.zero = self._find_sheet()
        self.texts = self._read_texts()
        self.days = self._read_styles()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows of the sheet."""
        reader = _SheetReader(self)
        for _ in self._parse(self.sheet, reader.start, reader.end, reader.letters):
            while reader.done:
                yield reader.done.popleft()
        yield from reader.done

    def _parse(
        self,
        name: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None],
        letters: Callable[[str], None],
    ) -> Iterator[None]:
        """Feed one part, a chunk at a time. Document types are refused: entities could grow without bound."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, attributes: start(_local(tag), attributes)
        parser.EndElementHandler = lambda tag: end(_local(tag))
        parser.CharacterDataHandler = letters
        parser.StartDoctypeDeclHandler = _refuse_document_type
        with self.parts.open(name) as content:
            while chunk := content.read(CHUNK):
                parser.Parse(chunk, False)
                yield
        parser.Parse(b"", True)
        yield

    def _read(self, name: str, start: Callable[[str, dict[str, str]], None]) -> None:
        """The elements of a small part; none where there is no such part."""
        if name in self.parts.namelist():
            for _ in self._parse(name, start, lambda _tag: None, lambda _text: None):
                pass

    def _find_sheet(self) -> tuple[str, date]:
        """The first sheet that can be seen, and the day that numbers count from."""
        sheets: list[dict[str, str]] = []
        targets: dict[str, str] = {}
        zero = [ZERO_DAY]

        def note(tag: str, attributes: dict[str, str]) -> None:
            if tag == "sheet" and attributes.get("state", "visible") == "visible":
                sheets.append(attributes)
            elif tag == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
                zero[0] = ZERO_DAY_1904

        def link(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship":
                targets[attributes["Id"]] = attributes["Target"]

        self._read(WORKBOOK, note)
        self._read("xl/_rels/workbook.xml.rels", link)
        for sheet in sheets:
            wanted = next((value for name, value in sheet.items() if name.endswith(" id") or name == "r:id"), "")
            target = targets.get(wanted, "").lstrip("/")
            name = target if target.startswith("xl/") else f"xl/{target}"
            if name in self.parts.namelist():
                return name, zero[0]
        raise KeyError("sheet")

    def _read_texts(self) -> list[str]:
        """The texts that cells share."""
        reader = _TextsReader()
        if SHARED in self.parts.namelist():
            for _ in self._parse(SHARED, reader.start, reader.end, reader.letters):
                pass
        return reader.texts

    def _read_styles(self) -> list[bool]:
        """Whether each style shows a day."""
        formats: dict[int, bool] = {}
        days: list[bool] = []
        is_inside = [False]

        def note(tag: str, attributes: dict[str, str]) -> None:
            if tag == "numFmt":
                formats[int(attributes["numFmtId"])] = _is_day_format(attributes.get("formatCode", ""))
            elif tag in {"cellXfs", "cellStyleXfs", "dxfs", "cellStyles"}:
                is_inside[0] = tag == "cellXfs"
            elif tag == "xf" and is_inside[0]:
                number = int(attributes.get("numFmtId", "0"))
                days.append(formats.get(number, number in DAY_FORMATS))

        self._read("xl/styles.xml", note)
        return days


class _TextsReader:
    """Turns the events of the shared texts into a list. Readings above characters are left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.now: list[str] = []
        self.is_reading = self.is_reading_above = False

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag == "rPh":
            self.is_reading_above = True
        elif tag == "t":
            self.is_reading = not self.is_reading_above

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "rPh":
            self.is_reading_above = False
        elif tag == "t":
            self.is_reading = False
        elif tag == "si":
            self.texts.append(_unescaped("".join(self.now))[:MAX_CELL])
            self.now.clear()
            if len(self.texts) > MAX_TEXTS:
                raise ValueError("too many texts")

    def letters(self, text: str) -> None:
        """Text of an element."""
        if self.is_reading:
            self.now.append(text)


class _SheetReader:
    """Turns the events of a sheet into rows."""

    def __init__(self, book: _Workbook) -> None:
        self.book = book
        self.done: deque[tuple[int, list[str]]] = deque()
        self.number = 0
        self.cells: list[str] = []
        self.column = 0
        self.kind, self.style = "n", 0
        self.value: list[str] = []
        self.is_reading = self.is_reading_above = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag == "row":
            self.number = int(attributes.get("r") or self.number + 1)
            self.cells, self.column = [], 0
            if self.number > MAX_ROWS:
                raise ValueError("too many rows")
        elif tag == "c":
            self._begin_cell(attributes)
        elif tag == "rPh":
            self.is_reading_above = True
        elif tag in {"v", "t"}:
            self.is_reading = not self.is_reading_above

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "c":
            self._end_cell()
        elif tag == "rPh":
            self.is_reading_above = False
        elif tag in {"v", "t"}:
            self.is_reading = False
        elif tag == "row" and any(self.cells):
            self.done.append((self.number, self.cells))

    def letters(self, text: str) -> None:
        """Text of a value."""
        if self.is_reading:
            self.value.append(text)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = REFERENCE.fullmatch(attributes.get("r", ""))
        self.column = _column(place[1]) if place else self.column + 1
        self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s", "0"))
        self.value = []

    def _end_cell(self) -> None:
        if self.column > MAX_COLUMNS:  # far beyond anybody's columns: a stray cell, and not worth the memory
            return
        text = self._text()
        if text:
            self.cells += [""] * (self.column - 1 - len(self.cells))
            self.cells.append(text)

    def _text(self) -> str:
        text = "".join(self.value)
        if self.kind == "s":
            return self.book.texts[int(text)] if text else ""
        if self.kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        if self.kind == "d":
            return text.removesuffix("T00:00:00")
        if self.kind in {"str", "inlineStr", "e"}:
            return _unescaped(text)[:MAX_CELL]
        is_day = self.style < len(self.book.days) and self.book.days[self.style]
        return _day(text, self.book.zero) if text and is_day else text


def _day(text: str, zero: date) -> str:
    """A serial number as a day, with the time where there is one."""
    try:
        moment = datetime.combine(zero, time()) + timedelta(seconds=round(float(text) * 86_400))
    except (ValueError, OverflowError):
        return text
    return moment.strftime("%Y-%m-%d" if moment.time() == time() else "%Y-%m-%d %H:%M:%S")


def _is_day_format(code: str) -> bool:
    plain = QUOTED.sub("", code).lower()
    return any(letter in plain for letter in "ymdhs") and "general" not in plain


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _unescaped(text: str) -> str:
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


def _refuse_document_type(*_arguments: Any) -> None:
    raise ValueError("a document type")
