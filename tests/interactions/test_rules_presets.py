"""Lines of files, and what is wrong with them."""

from datetime import date
from pathlib import Path

import pytest

from guanxi.errors import BadUserInputError
from guanxi.interactions.rules import presets
from guanxi.interactions.rules.presets import Line


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (b" 00001 19970101  1   11.77\r\n", Line("00001", date(1997, 1, 1), 1177, 1)),
        (b" 23570 19980630 99    0.00\n", Line("23570", date(1998, 6, 30), 0, 99)),
        (b" 00002 20000229 10 1286.01", Line("00002", date(2000, 2, 29), 128_601, 10)),
    ],
)
def test_a_line_is_a_purchase(line: bytes, read: Line) -> None:
    assert presets.read_cdnow(line) == read


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        (b" 0000x 19970101  1   11.77\r\n", "customer_id", "BAD_VALUE"),
        (b" 00001 19970229  1   11.77\r\n", "date", "BAD_VALUE"),
        (b" 00001 19690101  1   11.77\r\n", "date", "BAD_VALUE"),
        (b" 00001 199701  1   11.77\r\n", "date", "BAD_VALUE"),
        (b" 00001 19970101  1.5   11.77\r\n", "number_of_cds", "BAD_VALUE"),
        (b" 00001 19970101  1   11.7\r\n", "dollar_value", "BAD_VALUE"),
        (b" 00001 19970101  1   -1.77\r\n", "dollar_value", "BAD_VALUE"),
        (b" 00001 19970101  1   1e5\r\n", "dollar_value", "BAD_VALUE"),
        (b" 00001 19970101  1\r\n", "", "COLUMN_COUNT"),
        (b" 00001 19970101  1   11.77 x\r\n", "", "COLUMN_COUNT"),
    ],
)
def test_a_malformed_line_is_explained(line: bytes, column: str, code: str) -> None:
    assert presets.read_cdnow(line) is None
    (problem,) = presets.explain_cdnow(line, 7)

    assert (problem.line, problem.column, problem.code) == (7, column, code)
    assert all(problem.cure)


def test_every_bad_value_of_a_line_is_told() -> None:
    assert [one.column for one in presets.explain_cdnow(b"a b c d", 2)] == list(presets.CDNOW_COLUMNS)


def test_values_are_shown_short_and_printable() -> None:
    assert presets.shown(b"\x1b[31m\xff") == "�[31m�"
    assert len(presets.shown(b"x" * 500)) == 81


def test_an_unknown_preset_names_those_there_are() -> None:
    with pytest.raises(BadUserInputError) as caught:
        presets.get_preset("csv")

    assert "cdnow" in caught.value.localized("en")


def test_the_real_file_is_read_to_the_last_line(cdnow: Path) -> None:
    header, *lines = cdnow.read_bytes().splitlines(keepends=True)
    read = [presets.read_cdnow(line) for line in lines]
    found = [line for line in read if line is not None]

    assert presets.PRESETS["cdnow"].header.fullmatch(header)
    assert len(found) == len(lines) == 69_659
    assert sum(line.amount_minor for line in found) == 250_031_563
    assert len({line.customer for line in found}) == 23_570
    assert sum(line.amount_minor == 0 for line in found) == 80
