"""Amounts are written as people of a place read them; arithmetic stays in the smallest unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_club import Person
from toy_context import ask, context
from toy_sets import compose

from guanxi.schema.money import write_amount

NBSP = "\u00a0"
ROW = {
    **dict.fromkeys(("nickname", "phone", "secret", "score", "born_on", "joined_at")),
    **{
        "id": b"\1" * 16,
        "merchant_id": b"\2" * 16,
        "name": "Ann",
        "rank": 1,
        "karma": 1,
        "is_active": True,
        "settings": "{}",
    },
}


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (129900, "CNY", "zh-CN", "¥1,299.00"),
        (129900, "CNY", "en", "CN¥1,299.00"),
        (5, "USD", "en-US", "$0.05"),
        (123456789, "USD", "zh-CN", "US$1,234,567.89"),
        (1299, "JPY", "ja-JP", "¥1,299"),
        (1299, "JPY", "zh-CN", "JP¥1,299"),
        (129900, "GBP", "en-GB", "£1,299.00"),
        (129900, "HKD", "zh-HK", "HK$1,299.00"),
        (129900, "TWD", "zh-TW", "NT$1,299.00"),
        (129900, "EUR", "de-DE", f"1.299,00{NBSP}€"),
        (129900, "EUR", "fr", f"1{NBSP}299,00{NBSP}€"),
        (-129900, "EUR", "en", "-€1,299.00"),
        (1234, "KWD", "en", f"KWD{NBSP}1.234"),
        (0, "CHF", "en", f"CHF{NBSP}0.00"),
    ],
)
def test_an_amount_is_written_for_its_reader(minor: int, currency: str, locale: str, text: str) -> None:
    assert write_amount(minor, currency, locale) == text


@given(
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.sampled_from(["CNY", "JPY", "KWD", "XXX"]),
    st.sampled_from(["zh", "de", "fr"]),
)
def test_the_digits_of_an_amount_are_all_there(minor: int, currency: str, locale: str) -> None:
    digits = "".join(char for char in write_amount(minor, currency, locale) if char.isdigit())

    assert int(digits) == abs(minor)


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (129900, "CNY", {"amountMinor": 129900, "currency": "CNY", "formatted": "¥1,299.00", "asked": "CN¥1,299.00"}),
        (None, "CNY", None),
        (129900, None, None),
    ],
)
async def test_two_columns_are_one_amount(minor: int | None, currency: str | None, shown: object) -> None:
    schema = compose()
    ctx = context(schema, [{**ROW, "paid_minor": minor, "currency": currency}])
    document = '{ person(id: "per_%s") { paid { amountMinor currency formatted asked: formatted(locale: "en") } } }'

    answer = await ask(schema, document % ("01" * 16), ctx)

    assert Person.__name__ == "Person"
    assert answer.errors is None
    assert answer.data == {"person": {"paid": shown}}
