"""Files as shops really send them: an export in GB18030 under three title rows, with everything that goes wrong."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

TITLES: Final = (("会员导出表",), ("导出时间：2026-11-11 12:00",), ())
HEADER: Final = ("序号", "姓名", "手机", "", "邮箱", "性别", "生日", "城市", "标签", "会员号", "手机", "等级说明")
FAMILIES: Final = "欧阳 单 曾 仇 王 李 张 刘 陈 上官 𠮷田 赵"
GIVEN: Final = "伟 芳 娜 秀英 敏 静 丽 强 磊 洋 艳 勇 军 杰 娟 喆 堃"
CITIES: Final = "上海 北京 杭州 广州 成都"


@dataclass
class DirtyFile:
    """A file, and what an import must find in it.

    ``sound`` rows become customers; ``problems`` are (row in the file, code) of those that must be left out, in any
    order, ``warnings`` the same of what is passed over.
    """

    content: bytes
    sound: int
    problems: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)


def dirty_export(rows: int = 40, *, encoding: str = "gb18030", seed: int = 7) -> DirtyFile:
    """A CSV of ``rows`` sound customers, with one row of each fault among them."""
    chance = Random(seed)  # noqa: S311 - made-up names, not secrets
    made = [_sound_row(chance, number) for number in range(1, rows + 1)]
    faults = list(_faulty_rows(chance))
    for place, (row, _, _) in enumerate(faults):
        made.insert((place + 1) * len(made) // (len(faults) + 1), row)
    places = {id(row): number for number, row in enumerate(made, len(TITLES) + 2)}
    header = len(TITLES) + 1
    found = DirtyFile(b"", rows, warnings=[(header, "BLANK_HEADER"), (header, "UNKNOWN_HEADER")])
    for row, code, is_warning in faults:
        (found.warnings if is_warning else found.problems).append((places[id(row)], code))
    found.content = _written([*TITLES, HEADER, *made]).encode(encoding)
    return found


def _sound_row(chance: Random, number: int) -> list[str]:
    """What can be read, in the many ways that people and spreadsheets write it."""
    phone = f"138{chance.randrange(10**8):08}"
    written = chance.choice((phone, f"{phone}.0", f"+86 {phone}", f'="{phone}"', f"{phone[0]}.{phone[1:]}E+10"))
    born = (1960 + chance.randrange(40), 1 + chance.randrange(12), 1 + chance.randrange(28))
    birthday = chance.choice(("{}-{:02}-{:02}", "{}/{}/{}", "{}年{}月{}日", "{}{:02}{:02}")).format(*born)
    name = chance.choice(FAMILIES.split()) + chance.choice(GIVEN.split())
    return [
        str(number), name, written, "", f"c{number}@shop.example", chance.choice(("男", "女", "未知")), birthday,
        chance.choice(CITIES.split()), chance.choice(("VIP", "VIP,老客", "")), f"M{number:05}", "", "金卡",
    ]  # fmt: skip


def _faulty_rows(chance: Random) -> Iterator[tuple[list[str], str, bool]]:
    """(row, code, whether it is only a warning)."""
    changes: Sequence[tuple[int, str, str]] = (
        (2, "1.38E+10", "SHORTENED_NUMBER"),
        (2, "1380000", "INVALID_PHONE"),
        (4, "nobody#shop", "INVALID_EMAIL"),
        (5, "X", "UNKNOWN_GENDER"),
        (6, "1990-02-30", "INVALID_DATE"),
        (6, "90/5/31", "INVALID_DATE"),
        (1, "#N/A", "FORMULA_ERROR"),
    )
    for place, (column, value, code) in enumerate(changes):
        row = _sound_row(chance, 900 + place)
        row[column] = value
        yield row, code, False
    nameless = _sound_row(chance, 920)
    nameless[1] = nameless[9] = ""
    yield nameless, "MISSING_NAME", False
    yield [*_sound_row(chance, 921), "上海市,黄浦区", ""], "TOO_MANY_CELLS", False
    yield list(HEADER), "REPEATED_HEADER", True


def _written(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()
