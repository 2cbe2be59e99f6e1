"""Writes rows to a file as they come: CSV for spreadsheets, JSON lines for programs, XLSX without a library."""

import csv
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Final, Protocol
from xml.sax.saxutils import escape

from guanxi.errors import Text
from guanxi.transfers import errors
from guanxi.transfers.rules import formulas

MAX_SHEET_ROWS: Final = 1_048_576
MAX_CELL: Final = 32_767
SPREADSHEET: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET: Final = "xl/worksheets/sheet1.xml"
PARTS: Final[Mapping[str, str]] = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    f'<Override PartName="/{SHEET}"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1"'
    f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="Rows" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1"'
    f' Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


class RowWriter(Protocol):
    """A file on its way. Values are texts, numbers, truths, lists of texts, or nothing."""

    def write(self, values: Sequence[Any]) -> None:
        """One row more."""

    def close(self) -> None:
        """The file is whole."""


class CsvWriter:
    """UTF-8 with a mark, which spreadsheets need to read Chinese; lists in one cell."""

    def __init__(self, path: Path, titles: Sequence[str], _names: Sequence[str]) -> None:
        self.target = path.open("w", encoding="utf-8-sig", newline="")
        self.rows = csv.writer(self.target)
        self.write(titles)

    def write(self, values: Sequence[Any]) -> None:
        """Guarded, so that no spreadsheet runs it."""
        self.rows.writerow(formulas.guarded(cell_of(value) for value in values))

    def close(self) -> None:
        """Flush."""
        self.target.close()


class JsonlWriter:
    """One object a line. For programs: nothing is guarded, lists are lists."""

    def __init__(self, path: Path, _titles: Sequence[str], names: Sequence[str]) -> None:
        self.target, self.names = path.open("w", encoding="utf-8"), names

    def write(self, values: Sequence[Any]) -> None:
        """An object with every column."""
        row = {name: _json(value) for name, value in zip(self.names, values, strict=True)}
        self.target.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Flush."""
        self.target.close()


class XlsxWriter:
    """One sheet, written as a stream: texts stand in their cells, so that memory stays flat."""

    def __init__(self, path: Path, titles: Sequence[str], _names: Sequence[str]) -> None:
        self.book = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
        for name, text in PARTS.items():
            self.book.writestr(name, HEAD + text)
        self.sheet: IO[bytes] = self.book.open(SHEET, "w", force_zip64=True)
        self.sheet.write(f'{HEAD}<worksheet xmlns="{SPREADSHEET}"><sheetData>'.encode())
        self.count = 0
        self.write(titles)

    def write(self, values: Sequence[Any]) -> None:
        """Guarded as in a CSV: sheets are saved as such. Raises: UnreadableFileError beyond the last row."""
        self.count += 1
        if self.count > MAX_SHEET_ROWS:
            raise errors.unreadable(
                Text("The rows do not fit into a sheet.", "数据超出工作表行数上限。"),
                Text("Export them as CSV, or fewer of them.", "请导出为 CSV，或减少数据量。"),
            )
        cells = "".join(_xml(formulas.guard(cell_of(value))) for value in values)
        self.sheet.write(f'<row r="{self.count}">{cells}</row>'.encode())

    def close(self) -> None:
        """Finish the sheet and the book."""
        self.sheet.write(b"</sheetData></worksheet>")
        self.sheet.close()
        self.book.close()


WRITERS: Final[Mapping[str, tuple[Callable[[Path, Sequence[str], Sequence[str]], RowWriter], str]]] = {
    "csv": (CsvWriter, "text/csv"),
    "xlsx": (XlsxWriter, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "jsonl": (JsonlWriter, "application/x-ndjson"),
}


def cell_of(value: Any) -> Any:
    """A value as one cell."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "; ".join(str(one) for one in value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int) and abs(value) < 10**15:
        return value
    return value if isinstance(value, float) else str(value)


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def _xml(value: Any) -> str:
    if value == "":
        return "<c/>"
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    text = "".join(letter if letter >= " " or letter in "\t\n\r" else " " for letter in value[:MAX_CELL])
    text = text.replace("\ufffe", " ").replace("\uffff", " ")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
