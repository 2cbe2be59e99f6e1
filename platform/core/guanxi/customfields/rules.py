"""What a custom field may be, and what a value of it may be."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from guanxi.customers.rules import text
from guanxi.customfields import errors
from guanxi.errors import Text

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
AMOUNT: Final = re.compile(r"(-?)(\d{1,13})(?:\.(\d{1,2}))?", re.ASCII)
MAX_FIELDS: Final = 100  # in use at once
MAX_LABEL: Final = 80
MAX_TEXT: Final = 500
MAX_OPTIONS: Final = 200
MAX_OPTION: Final = 80
LARGEST: Final = 2**53 - 1
COLUMNS: Final = ("text", "number", "amount_minor", "currency", "day", "choice", "flag", "reference_id")


class FieldKind(StrEnum):
    """What the values of a field are; it never changes."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    ENUM = "enum"
    BOOL = "bool"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Value:
    """A value of any kind, as it comes in: exactly one of these."""

    text: str | None = None
    number: float | None = None
    money: tuple[int, str] | None = None
    day: date | None = None
    choice: str | None = None
    flag: bool | None = None
    reference: UUID | None = None


def checked_key(key: str) -> str:
    """The key. Raises: BadUserInputError."""
    if not KEY.fullmatch(key):
        raise errors.refused(
            "key",
            Text("This key cannot be used.", "键名不可用。"),
            Text(
                "Begin with a letter; up to 40 small letters, digits and _.",
                "以字母开头，不超过 40 个小写字母、数字和下划线。",
            ),
        )
    return key


def checked_label(label: str) -> str:
    """The label in one form. Raises: BadUserInputError."""
    clean = text.clean_text(label, "label", MAX_LABEL)
    if not clean:
        raise errors.refused("label", Text("The label is empty.", "名称不能为空。"), Text("Write one.", "请填写名称。"))
    return clean


def checked_options(kind: str, options: Sequence[str], before: Sequence[str] = ()) -> list[str]:
    """The options of an ENUM; none of any other kind. Those that were there stay: values may be one of them.

    Raises:
        BadUserInputError: too many, one twice, one that is taken away, or any of another kind.
    """
    clean = [text.clean_text(one, "options", MAX_OPTION) for one in options]
    is_enum = kind == FieldKind.ENUM
    is_wrong = (bool(clean) != is_enum) or len(clean) > MAX_OPTIONS or "" in clean or len(set(clean)) < len(clean)
    if is_wrong or set(before) - set(clean):
        raise errors.refused(
            "options",
            Text("These options cannot be used.", "选项不可用。"),
            Text(
                f"Of an ENUM send 1 to {MAX_OPTIONS} different ones and keep those there are; of other kinds none.",
                f"枚举字段须有 1 到 {MAX_OPTIONS} 个不同选项并保留已有选项；其他类型不可设置选项。",
            ),
        )
    return clean


def columns_of(kind: str, options: Sequence[str], value: Value) -> dict[str, Any]:
    """A value as the columns of its row; those of other kinds are empty. Raises: BadUserInputError."""
    given = [name for name in Value.__slots__ if getattr(value, name) is not None]
    wanted = {"date": "day", "enum": "choice", "bool": "flag"}.get(kind, kind)
    if given != [wanted]:
        raise errors.unfit_value(kind, Text(f"Send exactly the field {wanted}.", f"请仅填写 {wanted}。"))
    found = _CHECKS[FieldKind(kind)](getattr(value, wanted), options)
    return dict.fromkeys(COLUMNS) | found


def parse(kind: str, options: Sequence[str], currency: str, written: str) -> Value:
    """A value that somebody wrote into a file. Raises: BadUserInputError where it is none of the kind."""
    try:
        return _PARSERS[FieldKind(kind)](written.strip(), currency, options)
    except (ValueError, KeyError):
        raise errors.unfit_value(kind, _HINTS[FieldKind(kind)]) from None


def _text(value: str, _options: Sequence[str]) -> dict[str, Any]:
    text.check_text(value, "value", MAX_TEXT)
    if not value.strip():
        raise errors.unfit_value("text", Text("Send null to clear it.", "如需清空请传 null。"))
    return {"text": value.strip()}


def _number(value: float, _options: Sequence[str]) -> dict[str, Any]:
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise errors.unfit_value("number", _HINTS[FieldKind.NUMBER])
    return {"number": float(value)}


def _money(value: tuple[int, str], _options: Sequence[str]) -> dict[str, Any]:
    amount, currency = value
    if abs(amount) > LARGEST or not CURRENCY.fullmatch(currency):
        raise errors.unfit_value("money", _HINTS[FieldKind.MONEY])
    return {"amount_minor": amount, "currency": currency}


def _day(value: date, _options: Sequence[str]) -> dict[str, Any]:
    return {"day": value}


def _choice(value: str, options: Sequence[str]) -> dict[str, Any]:
    clean = text.fold_blanks(value)
    if clean not in options:
        names = ", ".join(options[:20])
        raise errors.unfit_value("enum", Text(f"Use one of {names}.", f"请使用 {names} 之一。"))
    return {"choice": clean}


def _flag(value: bool, _options: Sequence[str]) -> dict[str, Any]:
    return {"flag": value}


def _reference(value: UUID, _options: Sequence[str]) -> dict[str, Any]:
    return {"reference_id": value}


_CHECKS: Final[Mapping[FieldKind, Callable[[Any, Sequence[str]], dict[str, Any]]]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _money,
    FieldKind.DATE: _day,
    FieldKind.ENUM: _choice,
    FieldKind.BOOL: _flag,
    FieldKind.REFERENCE: _reference,
}
TRUTHS: Final = {
    **dict.fromkeys(("是", "有", "y", "yes", "true", "1"), True),
    **dict.fromkeys(("否", "无", "n", "no", "false", "0"), False),
}
_HINTS: Final[Mapping[FieldKind, Text]] = {
    FieldKind.TEXT: Text(f"Write up to {MAX_TEXT} characters.", f"最多 {MAX_TEXT} 个字符。"),
    FieldKind.NUMBER: Text("Write a plain number, such as 12.5.", "请填写数字，例如 12.5。"),
    FieldKind.MONEY: Text("Write an amount, such as 12.50.", "请填写金额，例如 12.50。"),
    FieldKind.DATE: Text("Write a day as 1990-05-31.", "请按 1990-05-31 填写日期。"),
    FieldKind.ENUM: Text("Write one of the options.", "请填写可选值之一。"),
    FieldKind.BOOL: Text("Write 是 or 否.", "请填写“是”或“否”。"),
    FieldKind.REFERENCE: Text("References cannot be imported.", "引用字段不支持导入。"),
}


def _read_amount(written: str, currency: str, _options: Sequence[str]) -> Value:
    found = AMOUNT.fullmatch(written.replace(",", "").lstrip("¥￥$€ "))
    if found is None:
        raise ValueError(written)
    minor = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0"))
    return Value(money=(-minor if found[1] else minor, currency))


def _read_reference(_written: str, _currency: str, _options: Sequence[str]) -> Value:
    raise ValueError


def _read_day(written: str, _currency: str, _options: Sequence[str]) -> Value:
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?", written)
    if found is None:
        raise ValueError(written)
    return Value(day=date(int(found[1]), int(found[2]), int(found[3])))


_PARSERS: Final[Mapping[FieldKind, Callable[[str, str, Sequence[str]], Value]]] = {
    FieldKind.TEXT: lambda written, _currency, _options: Value(text=written),
    FieldKind.NUMBER: lambda written, _currency, _options: Value(number=float(written.replace(",", ""))),
    FieldKind.MONEY: _read_amount,
    FieldKind.DATE: _read_day,
    FieldKind.ENUM: lambda written, _currency, _options: Value(choice=written),
    FieldKind.BOOL: lambda written, _currency, _options: Value(flag=TRUTHS[written.casefold()]),
    FieldKind.REFERENCE: _read_reference,
}
