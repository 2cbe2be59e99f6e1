"""Single cells as people and spreadsheets write them."""

import re
from datetime import date
from typing import Final

WRAPPED: Final = re.compile(r'="(.*)"', re.DOTALL)
WHOLE: Final = re.compile(r"(\d+)\.0*")
SCIENTIFIC: Final = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})")
SEVERAL: Final = re.compile(r"[/;；,，、|\n]+|(?<=\d{7})\s+(?=1\d{10}\b)")
TAGS: Final = re.compile(r"[;；,，、|\n]+")
DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]+[\d:.]+)?")
COMPACT_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0*)?")
SERIAL_DAY: Final = re.compile(r"(\d{4,5})(?:\.\d+)?")
FORMULA_ERRORS: Final = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
GENDERS: Final = {
    **dict.fromkeys(("男", "男性", "先生", "m", "male", "1"), "male"),
    **dict.fromkeys(("女", "女性", "女士", "小姐", "f", "female", "2", "0"), "female"),
    **dict.fromkeys(("其他", "other"), "other"),
    **dict.fromkeys(("未知", "保密", "不详", "unknown", "-", "/"), None),
}
LIFECYCLES: Final = {
    **dict.fromkeys(("潜在", "潜客", "潜在客户", "新客", "lead"), "lead"),
    **dict.fromkeys(("活跃", "正常", "active"), "active"),
    **dict.fromkeys(("沉睡", "休眠", "dormant"), "dormant"),
    **dict.fromkeys(("流失", "lost"), "lost"),
    **dict.fromkeys(("黑名单", "blocked"), "blocked"),
}


class CellError(ValueError):
    """A cell that cannot be taken; its text is the problem's code."""


def plain(cell: str) -> str:
    """A cell without what spreadsheets put around text that looks like a number. Raises: CellError."""
    text = cell.strip().removeprefix("\ufeff")
    wrapped = WRAPPED.fullmatch(text)
    text = wrapped[1].replace('""', '"').strip() if wrapped else text
    if text.upper() in FORMULA_ERRORS:
        raise CellError("FORMULA_ERROR")
    return text.removeprefix("'")


def digits(text: str) -> str:
    """A number that a spreadsheet took for one, as its digits: 13800000000.0, 1.3812345678E+10.

    Raises:
        CellError: SHORTENED_NUMBER where the spreadsheet has dropped digits, as in 1.38E+10.
    """
    whole = WHOLE.fullmatch(text)
    if whole:
        return whole[1]
    short = SCIENTIFIC.fullmatch(text)
    if short is None:
        return text
    fraction, exponent = short[2] or "", int(short[3])
    if len(fraction) < exponent or fraction[exponent:].strip("0"):
        raise CellError("SHORTENED_NUMBER")
    return short[1] + fraction[:exponent]


def numbers(cell: str) -> list[str]:
    """The phone numbers of a cell. Raises: CellError."""
    return [digits(part.strip()) for part in SEVERAL.split(plain(cell)) if part.strip()]


def texts(cell: str) -> list[str]:
    """What stands between separators."""
    return [part.strip() for part in TAGS.split(plain(cell)) if part.strip()]


def day(cell: str) -> date | None:
    """A day; None where the cell is empty. Two-digit years are refused: nobody knows the century.

    Raises:
        CellError: INVALID_DATE.
    """
    text = plain(cell)
    if not text:
        return None
    found = DAY.fullmatch(text) or COMPACT_DAY.fullmatch(text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
        serial = SERIAL_DAY.fullmatch(text)
        if serial and 1 <= int(serial[1]) <= 80_000 and not re.fullmatch(r"(19|20)\d\d", serial[1]):
            return date.fromordinal(date(1899, 12, 30).toordinal() + int(serial[1]))
    except ValueError:
        pass
    raise CellError("INVALID_DATE")


def gender(cell: str) -> str | None:
    """One of the genders; None where nobody knows. Raises: CellError."""
    text = plain(cell).casefold()
    if text and text not in GENDERS:
        raise CellError("UNKNOWN_GENDER")
    return GENDERS[text] if text else None


def lifecycle(cell: str) -> str | None:
    """One of the stages; None where the cell is empty. Raises: CellError."""
    text = plain(cell).casefold()
    if text and text not in LIFECYCLES:
        raise CellError("UNKNOWN_LIFECYCLE")
    return LIFECYCLES[text] if text else None
