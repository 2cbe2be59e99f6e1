"""What can be wrong with a row, and what cures it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from guanxi.errors import Text

MAX_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One value that cannot be taken as it is: where, why, what it was. A warning leaves the row in.

    ``row`` counts from 1, as a spreadsheet does; ``near`` is what was perhaps meant; ``said`` explains a code whose
    cure depends on the value.
    """

    row: int
    column: str
    code: str
    value: str
    is_warning: bool = False
    near: str | None = None
    said: Text | None = None


CURES: Final[Mapping[str, Text]] = {
    "BLANK_HEADER": Text("Name the column, or leave it: it is passed over.", "请填写列名，否则该列将被忽略。"),
    "UNKNOWN_HEADER": Text("Say what the column is, or leave it: it is passed over.", "请指定该列含义，否则将被忽略。"),
    "DUPLICATE_HEADER": Text("Keep one of the columns; the first is taken.", "请仅保留一列；已采用第一列。"),
    "REPEATED_HEADER": Text("Nothing: the repeated header is passed over.", "无需处理：重复的表头已跳过。"),
    "TOO_MANY_CELLS": Text(
        "Put the value that holds a separator in quotes, or delete the cells beyond the last column.",
        "请给含分隔符的值加引号，或删除多余的单元格。",
    ),
    "BROKEN_QUOTES": Text("Repair the quotes of this row.", "请修正该行的引号。"),
    "SHORTENED_NUMBER": Text(
        "Digits are lost: format the column as text and export it again.",
        "数字已丢失：请将该列设为文本格式后重新导出。",
    ),
    "INVALID_PHONE": Text("Check the number for typing errors.", "请检查电话号码是否输入有误。"),
    "INVALID_EMAIL": Text("Check the address for typing errors.", "请检查邮箱是否输入有误。"),
    "INVALID_DATE": Text("Write a day of the calendar as 1990-05-31.", "请按 1990-05-31 填写有效日期。"),
    "UNKNOWN_GENDER": Text("Write 男, 女 or nothing.", "请填写“男”“女”或留空。"),
    "UNKNOWN_LIFECYCLE": Text(
        "Write lead, active, dormant, lost or blocked, or nothing.", "请填写潜在、活跃、沉睡、流失、黑名单，或留空。"
    ),
    "FORMULA_ERROR": Text("Repair the formula in the spreadsheet.", "请在表格中修正公式。"),
    "MISSING_NAME": Text("Write a name.", "请填写姓名。"),
    "REFUSED": Text("Correct the value.", "请更正该值。"),
}


def cure_of(code: str, near: str | None = None) -> Text:
    """What to do about it, in both languages."""
    cure = CURES.get(code, CURES["REFUSED"])
    return Text(f"{cure.en} Perhaps: {near}?", f"{cure.zh}是否为：{near}？") if near else cure


def shown(value: str) -> str:
    """A value of a file as it may be kept and printed."""
    text = "".join(letter if letter.isprintable() else "�" for letter in value)
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"
