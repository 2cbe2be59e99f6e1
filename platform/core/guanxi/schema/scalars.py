"""The scalars of the API. Each refuses what the database or JSON could not carry back unchanged."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NewType
from zoneinfo import available_timezones

from graphql import GraphQLScalarType
from strawberry.types.scalar import ScalarDefinition

from guanxi.errors import BadUserInputError, Text
from guanxi.schema.ids import SCALAR as ID_SCALAR
from guanxi.schema.ids import Id

Long = NewType("Long", int)
Currency = NewType("Currency", str)
TimeZone = NewType("TimeZone", str)
JSON = NewType("JSON", object)

LONG_MAX = 2**53 - 1


def refuse(what: Text, cure: Text) -> BadUserInputError:
    """The error of a value that a scalar cannot take."""
    return BadUserInputError(what, hint=cure)


def check_long(value: Any) -> int:
    """An integer that JSON numbers carry exactly: |n| ≤ 2^53 − 1."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LONG_MAX:
        raise refuse(
            Text("A Long is an integer between -(2^53-1) and 2^53-1.", "Long 必须是 ±(2^53-1) 以内的整数。"),
            Text("Send a smaller whole number.", "请传入范围内的整数。"),
        )
    return value


def parse_time(value: Any) -> datetime:
    """An RFC 3339 time with its offset, as aware UTC."""
    try:
        if not isinstance(value, str) or "T" not in value.upper():
            raise ValueError
        read = datetime.fromisoformat(value)
        if read.tzinfo is None:
            raise ValueError
        return read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise refuse(
            Text("A DateTime is an RFC 3339 time with an offset.", "DateTime 必须是带时区的 RFC 3339 时间。"),
            Text("Send it like 2026-11-11T00:00:00+08:00.", "例如 2026-11-11T00:00:00+08:00。"),
        ) from None


def write_time(value: Any) -> str:
    """RFC 3339 in UTC, ending in Z; microseconds only where there are some."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"{value!r} is no aware datetime")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def parse_date(value: Any) -> date:
    """A calendar day, ``YYYY-MM-DD``."""
    try:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise refuse(
            Text("A Date is a day of the calendar.", "Date 必须是有效的日期。"),
            Text("Send it like 2026-11-11.", "例如 2026-11-11。"),
        ) from None


def check_currency(value: Any) -> str:
    """Three capital letters; which of them exist is ISO 4217's business, not the API's."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{3}", value):
        raise refuse(
            Text("A Currency is an ISO 4217 code.", "Currency 必须是 ISO 4217 货币代码。"),
            Text("Send three capital letters like CNY.", "请传入三个大写字母，如 CNY。"),
        )
    return value


def check_zone(value: Any) -> str:
    """A zone of the IANA database."""
    if not isinstance(value, str) or value not in available_timezones():
        raise refuse(
            Text("This time zone is unknown.", "未知的时区。"),
            Text("Send an IANA name like Asia/Shanghai.", "请传入 IANA 时区名，如 Asia/Shanghai。"),
        )
    return value


def same(value: Any) -> Any:
    """The value as it is."""
    return value


def build_scalar(
    name: str,
    description: str,
    url: str,
    parse: Callable[[Any], Any],
    write: Callable[[Any], Any],
) -> ScalarDefinition:
    """A scalar with one parser for variables and literals alike."""
    return ScalarDefinition(
        name=name,
        description=description,
        specified_by_url=url,
        serialize=None,
        parse_value=None,
        parse_literal=None,
        implementation=GraphQLScalarType(
            name,
            coerce_output_value=write,
            coerce_input_value=parse,
            description=description,
            specified_by_url=url,
        ),
    )


ISO_DATE = "https://datatracker.ietf.org/doc/html/rfc3339"
SCALARS: dict[object, ScalarDefinition] = {
    Id: ID_SCALAR,
    Long: build_scalar(
        "Long",
        "A whole number of at most 53 bits, sent as a JSON number.",
        "https://tc39.es/ecma262/#sec-number.max_safe_integer",
        check_long,
        check_long,
    ),
    datetime: build_scalar("DateTime", "A moment, RFC 3339, answered in UTC.", ISO_DATE, parse_time, write_time),
    date: build_scalar("Date", "A calendar day, YYYY-MM-DD.", ISO_DATE, parse_date, date.isoformat),
    Currency: build_scalar(
        "Currency",
        "An ISO 4217 currency code.",
        "https://www.iso.org/iso-4217-currency-codes.html",
        check_currency,
        same,
    ),
    TimeZone: build_scalar(
        "TimeZone", "A zone of the IANA time zone database.", "https://www.iana.org/time-zones", check_zone, same
    ),
    JSON: build_scalar(
        "JSON",
        "Any JSON value. Only where the shape is the merchant's own.",
        "https://datatracker.ietf.org/doc/html/rfc8259",
        same,
        same,
    ),
}
