"""File formats that can be imported: how a line becomes a purchase, and what is wrong with one that does not."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from guanxi.errors import Text
from guanxi.interactions import errors

MAX_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """One value that cannot be taken: where, why, and what to do. Lines count from 1, the header included."""

    line: int
    column: str
    code: str
    value: str
    cure: Text


@dataclass(frozen=True, slots=True)
class Line:
    """One purchase of a file. ``day`` is the merchant's."""

    customer: str
    day: date
    amount_minor: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Preset:
    """One format, and what its facts have in common.

    ``merchant`` is the slug of the shop that the file is about, ``system`` what calls the customers by their ids.
    """

    name: str
    merchant: str
    system: str
    kind: str
    channel: str
    currency: str
    header: re.Pattern[bytes]
    expected_header: str
    display_name: str
    read: Callable[[bytes], Line | None]
    explain: Callable[[bytes, int], list[Problem]]


CDNOW_LINE = re.compile(rb"\s*(\d{1,10})\s+(\d{8})\s+(\d{1,6})\s+(\d{1,12})\.(\d\d)\s*")
CDNOW_COLUMNS = ("customer_id", "date", "number_of_cds", "dollar_value")
CDNOW_CURES: Mapping[str, tuple[re.Pattern[bytes], Text]] = {
    "customer_id": (re.compile(rb"\d{1,10}"), Text("Write up to 10 digits.", "请填写不超过 10 位数字。")),
    "date": (re.compile(rb"\d{8}"), Text("Write a day of the calendar as YYYYMMDD.", "请按 YYYYMMDD 填写有效日期。")),
    "number_of_cds": (re.compile(rb"\d{1,6}"), Text("Write a whole number.", "请填写整数。")),
    "dollar_value": (
        re.compile(rb"\d{1,12}\.\d\d"),
        Text("Write dollars and cents, like 11.77.", "请填写美元金额，如 11.77。"),
    ),
}


def read_cdnow(line: bytes) -> Line | None:
    """A line of ``CDNOW_master.txt``; None where something is wrong with it.

    Source: Fader and Hardie, "Forecasting repeat sales at CDNOW", 2001; customer, day, number of CDs, dollars.
    """
    match = CDNOW_LINE.fullmatch(line)
    if match is None:
        return None
    customer, written, quantity, dollars, cents = match.groups()
    day = day_of(written)
    if day is None:
        return None
    return Line(customer.decode(), day, int(dollars) * 100 + int(cents), int(quantity))


def explain_cdnow(line: bytes, number: int) -> list[Problem]:
    """Everything that is wrong with a line that ``read_cdnow`` refused."""
    parts = line.split()
    if len(parts) != len(CDNOW_COLUMNS):
        cure = Text("Write customer, date, number of CDs and dollars.", "请依次填写客户、日期、张数和金额。")
        return [Problem(number, "", "COLUMN_COUNT", shown(line.strip()), cure)]
    problems = []
    for column, part in zip(CDNOW_COLUMNS, parts, strict=True):
        pattern, cure = CDNOW_CURES[column]
        if not pattern.fullmatch(part) or (column == "date" and day_of(part) is None):
            problems.append(Problem(number, column, "BAD_VALUE", shown(part), cure))
    return problems


@lru_cache(maxsize=8192)
def day_of(written: bytes) -> date | None:
    """YYYYMMDD as a day; None where the calendar has none such, or it is before 1970."""
    try:
        day = date(int(written[:4]), int(written[4:6]), int(written[6:]))
    except ValueError:
        return None
    return day if day.year >= 1970 else None


def shown(value: bytes) -> str:
    """A value of a file as it may be printed."""
    text = value.decode("utf-8", "replace")
    text = "".join(letter if letter.isprintable() else "�" for letter in text)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


PRESETS: Mapping[str, Preset] = {
    "cdnow": Preset(
        name="cdnow",
        merchant="cdnow",
        system="cdnow",
        kind="purchase",
        channel="web",
        currency="USD",
        header=re.compile(rb"\s*customer_id\s+date\s+number_of_cds\s+dollar_value\s*"),
        expected_header="customer_id date number_of_cds dollar_value",
        display_name="CDNOW {}",
        read=read_cdnow,
        explain=explain_cdnow,
    )
}


def get_preset(name: str) -> Preset:
    """The format of this name. Raises: BadUserInputError naming those there are."""
    if name not in PRESETS:
        raise errors.unknown_preset(sorted(PRESETS))
    return PRESETS[name]
