"""How files of strangers are read."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.transfers.errors import UnknownEncodingError, UnreadableFileError
from guanxi.transfers.rules import cells, encodings, formulas, headers, problems, texts, workbooks
from guanxi.transfers.rules.cells import CellError
from guanxi.transfers.rules.texts import Broken

NAMES = "欧阳锋,单雄信,曾国藩,李喆,王堃,张伟\n" * 3


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (NAMES.encode("utf-8-sig"), "utf-8-sig"),
        (NAMES.encode("utf-8"), "utf-8"),
        (NAMES.encode("utf-16"), "utf-16"),
        (NAMES.encode("gb18030"), "gb18030"),
        ("𠮷野家,张伟,李娜,王芳\n".encode("gb18030"), "gb18030"),
        (b"name,phone\n", "utf-8"),
        (b"", "utf-8"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_an_encoding_is_found_wherever_the_chunks_are_cut(written: bytes, found: str, size: int) -> None:
    if size == 1 and found in {"utf-8-sig", "utf-16"}:
        size = 4  # a mark is looked for in the first chunk, which no file system makes shorter
    assert encodings.choose([written[at : at + size] for at in range(0, len(written), size)]) == found


@pytest.mark.parametrize(
    "written",
    [
        "客戶姓名,電話號碼,陳小明,國語學習\n".encode("big5"),
        "お客様の名前,電話番号,カタカナ\n".encode("shift_jis"),
        "Søren Kierkegård, Århus, Malmö\n".encode("latin-1"),
        b"\x81\xff\xff",
    ],
)
def test_what_only_looks_like_gb18030_is_asked_about(written: bytes) -> None:
    with pytest.raises(UnknownEncodingError) as refused:
        encodings.choose([written])

    assert "big5" in refused.value.details["encodings"]


def test_an_encoding_that_is_named_is_believed_if_the_text_can_be_read_so() -> None:
    written = "客戶姓名,電話號碼\n".encode("big5")

    assert encodings.choose([written], "Big5") == "big5"
    with pytest.raises(UnknownEncodingError):
        encodings.choose([written], "utf-8")
    with pytest.raises(UnknownEncodingError):
        encodings.choose([written], "rot13")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("13800000000", "13800000000"),
        (" 13800000000.0 ", "13800000000"),
        ("1.3812345678E10", "13812345678"),
        ('="13800000000"', "13800000000"),
        ("'13800000000", "13800000000"),
        ("021-63840000", "021-63840000"),
        ("+86 138 0000 0000", "+86 138 0000 0000"),
    ],
)
def test_a_number_that_a_spreadsheet_made_of_a_phone_is_undone(cell: str, number: str) -> None:
    assert cells.numbers(cell) == [number]


@pytest.mark.parametrize("cell", ["1.38E+10", "1.3812E10", "1.38123456789E+10"])
def test_a_number_that_lost_digits_is_never_made_up(cell: str) -> None:
    with pytest.raises(CellError, match="SHORTENED_NUMBER"):
        cells.numbers(cell)


def test_a_cell_may_hold_several_numbers() -> None:
    assert cells.numbers("13800000000/13900000000、13700000000 13600000000") == [
        "13800000000", "13900000000", "13700000000", "13600000000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("1990-5-31", date(1990, 5, 31)),
        ("1990/05/31 00:00:00", date(1990, 5, 31)),
        ("1990年5月31日", date(1990, 5, 31)),
        ("19900531", date(1990, 5, 31)),
        ("33024", date(1990, 5, 31)),
        ("", None),
    ],
)
def test_a_day_is_read_in_the_ways_that_people_write_it(cell: str, day: date | None) -> None:
    assert cells.day(cell) == day


@pytest.mark.parametrize("cell", ["1990-02-30", "90-5-31", "5/31/1990", "yesterday", "1990", "19901331"])
def test_a_day_that_is_none_or_has_no_century_is_refused(cell: str) -> None:
    with pytest.raises(CellError, match="INVALID_DATE"):
        cells.day(cell)


@given(st.text(max_size=40))
def test_any_cell_is_read_or_refused_with_a_code_that_has_a_cure(cell: str) -> None:
    codes: set[str] = set()
    for read in (cells.plain, cells.numbers, cells.texts, cells.day, cells.gender, cells.lifecycle):
        try:
            read(cell)
        except CellError as error:
            codes.add(str(error))

    assert codes <= set(problems.CURES)


def test_the_header_is_found_below_titles_and_says_what_columns_are() -> None:
    rows = [
        (1, ["会员导出"]),
        (2, ["2026-11-11"]),
        (4, ["序号", "客户姓名*", "手机号（必填）", "", "E-mail", "手机", "姓名", "地止"]),
    ]

    found = headers.find(rows, {})

    assert (found.row, dict(found.targets)) == (4, {1: "display_name", 2: "phone", 4: "email", 5: "phone"})
    assert [(one.column, one.code, one.near) for one in found.problems] == [
        ("D", "BLANK_HEADER", None), ("姓名", "DUPLICATE_HEADER", None), ("地止", "UNKNOWN_HEADER", None),
    ]  # fmt: skip


def test_what_is_said_of_a_column_counts_before_what_its_name_says() -> None:
    found = headers.find(
        [(1, ["昵称", "备注", "自定义"])], {"备注": "display_name", "昵称": "ignore", "自定义": "custom.size"}
    )

    assert dict(found.targets) == {1: "display_name", 2: "custom.size"}


def test_a_file_without_any_known_column_is_refused_with_a_cure() -> None:
    with pytest.raises(UnreadableFileError, match="columns"):
        headers.find([(1, ["1", "2"]), (2, ["a", "b"])], {})


@pytest.mark.parametrize(("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_a_column_without_a_name_is_called_by_its_letter(place: int, letters: str) -> None:
    assert headers.letter_of(place) == letters


@pytest.mark.parametrize("separator", [",", "\t", ";", "，"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"姓名{separator}手机\n李雷{separator}138\n", encoding="utf-8")

    assert list(texts.read_rows(path, "utf-8")) == [(1, ["姓名", "手机"]), (2, ["李雷", "138"])]


def test_broken_quotes_cost_one_row_and_an_open_one_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('姓名,手机\n"李"雷,1\n\n韩梅梅,2\n', encoding="utf-8")
    assert list(texts.read_rows(path, "utf-8")) == [(1, ["姓名", "手机"]), Broken(2), (4, ["韩梅梅", "2"])]

    path.write_text('姓名,手机\n"李雷,1\n韩梅梅,2\n', encoding="utf-8")
    with pytest.raises(UnreadableFileError) as refused:
        list(texts.read_rows(path, "utf-8"))
    assert refused.value.details == {"row": 2}


def test_a_workbook_is_read_with_the_digits_that_stand_in_it(tmp_path: Path, workbook: Callable[..., bytes]) -> None:
    path = tmp_path / "a.xlsx"
    born = datetime(1990, 5, 31, tzinfo=UTC)
    path.write_bytes(workbook(["姓名", "手机", None, "生日"], [], ["李 <雷>", 13800000000, None, born], ["1.5", 1.5]))

    assert list(workbooks.read_rows(path)) == [
        (1, ["姓名", "手机", "", "生日"]), (3, ["李 <雷>", "13800000000", "", "1990-05-31"]), (4, ["1.5", "1.5"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "part",
    [
        {"xl__worksheets__sheet1.xml": "0" * 5_000_000},
        {"xl__worksheets__sheet1.xml": '<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'},
        {"xl__worksheets__sheet1.xml": "<worksheet><row"},
        {"xl__workbook.xml": "<workbook/>"},
    ],
)
def test_a_workbook_that_is_a_bomb_or_broken_is_refused(
    tmp_path: Path, workbook: Callable[..., bytes], part: dict[str, Any]
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(["姓名"], **part))

    with pytest.raises(UnreadableFileError):
        list(workbooks.read_rows(path))


def test_two_cells_far_apart_cost_no_more_than_two_cells(tmp_path: Path, workbook: Callable[..., bytes]) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(["姓名"], **{"xl__worksheets__sheet1.xml": f"<worksheet>{rows}</worksheet>"}))

    assert list(workbooks.read_rows(path)) == [(1, ["1"])]


@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_as_a_workbook_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.xlsx"
    path.write_bytes(b"PK\x03\x04" + content)

    with pytest.raises(UnreadableFileError):
        list(workbooks.read_rows(path))


@pytest.mark.parametrize("start", ["=1+1", "+86", "-1", "@SUM", "\t=1", "\r=1", " =1", "＝1", "　=1", "|cmd"])
def test_what_a_spreadsheet_would_run_is_written_as_text(start: str) -> None:
    assert formulas.guard(start) == f"'{start}"


def test_numbers_and_plain_texts_are_written_as_they_are() -> None:
    assert formulas.guarded([-1, 1.5, None, "李雷", "a=b"]) == [-1, 1.5, None, "李雷", "a=b"]
