"""What may be recorded, and what it adds to turnover."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from guanxi.errors import BadUserInputError
from guanxi.interactions.rules import facts
from guanxi.interactions.rules.facts import LONG_MAX, Channel, Kind, NewInteraction, NewItem

NOW = datetime(2026, 11, 11, 4, tzinfo=UTC)
WHO = UUID(int=1)


def fact(**said: Any) -> NewInteraction:
    values = {"customer_id": WHO, "kind": "purchase", "occurred_at": NOW, "amount_minor": 1000, **said}
    return NewInteraction(**values)


def checked(**said: Any) -> NewInteraction:
    return facts.checked(fact(**said), now=NOW, currency="CNY")


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"kind": "Purchase"}, ("kind",)),
        ({"kind": ""}, ("kind",)),
        ({"channel": "we chat"}, ("channel",)),
        ({"source": "Taobao"}, ("source",)),
        ({"source": "void"}, ("source",)),
        ({"amount_minor": -1}, ("amountMinor",)),
        ({"kind": "refund", "amount_minor": -1}, ("amountMinor",)),
        ({"amount_minor": LONG_MAX + 1}, ("amountMinor",)),
        ({"kind": "exchange", "amount_minor": -LONG_MAX - 1}, ("amountMinor",)),
        ({"amount_minor": None}, ("amountMinor",)),
        ({"kind": "refund", "amount_minor": None}, ("amountMinor",)),
        ({"tax_minor": -1}, ("taxMinor",)),
        ({"shipping_minor": -1}, ("shippingMinor",)),
        ({"discount_minor": LONG_MAX + 1}, ("discountMinor",)),
        ({"refund_of": WHO}, ("refundOf",)),
        ({"currency": "yuan"}, ("currency",)),
        ({"occurred_at": NOW.replace(tzinfo=None)}, ("occurredAt",)),
        ({"occurred_at": NOW + timedelta(days=2)}, ("occurredAt",)),
        ({"occurred_at": datetime(1969, 12, 31, tzinfo=UTC)}, ("occurredAt",)),
        ({"external_id": "x" * 201}, ("externalId",)),
        ({"order_ref": "a\x00"}, ("orderRef",)),
        ({"subject": "\ud800"}, ("subject",)),
        ({"body": "x" * 20_001}, ("body",)),
        ({"attributes": {"a": "\x00"}}, ("attributes",)),
        ({"attributes": {"a": "x" * 40_000}}, ("attributes",)),
        ({"attributes": {"a": object()}}, ("attributes",)),
        ({"attributes": ["a"]}, ("attributes",)),
        ({"items": [NewItem("a"), NewItem(" ")]}, ("items", 1, "sku")),
        ({"items": [NewItem("a", 0)]}, ("items", 0, "qty")),
        ({"items": [NewItem("a", 1, -5)]}, ("items", 0, "amountMinor")),
        ({"items": [NewItem("a")] * 201}, ("items",)),
    ],
)
def test_a_refused_value_is_named_by_its_place(said: dict[str, Any], path: tuple[str | int, ...]) -> None:
    with pytest.raises(BadUserInputError) as caught:
        checked(**said)

    assert caught.value.path == path
    assert caught.value.hint is not None


@pytest.mark.parametrize(
    "said",
    [
        {"amount_minor": 0},
        {"amount_minor": LONG_MAX},
        {"kind": "exchange", "amount_minor": -LONG_MAX},
        {"kind": "return", "amount_minor": None, "refund_of": WHO},
        {"kind": "acme_spin", "channel": "metaverse", "amount_minor": None},
        {"occurred_at": NOW + timedelta(hours=1)},
    ],
)
def test_what_is_possible_is_taken(said: dict[str, Any]) -> None:
    assert checked(**said).customer_id == WHO


def test_a_fact_is_stored_in_one_form() -> None:
    moment = NOW.astimezone(timezone(timedelta(hours=8)))
    made = checked(occurred_at=moment, channel="jd", external_id=" 42 ", order_ref="  ", subject="")

    assert (made.occurred_at.tzinfo, made.occurred_at) == (UTC, NOW)
    assert (made.external_id, made.order_ref, made.subject) == ("42", None, None)
    assert (made.source, made.currency) == ("jd", "CNY")


def test_the_merchants_currency_is_only_the_default() -> None:
    assert checked(currency="USD").currency == "USD"


def test_the_core_knows_twenty_two_kinds_and_twelve_channels() -> None:
    assert (len(Kind), len(Channel)) == (22, 12)


@pytest.mark.parametrize(
    ("kind", "amount", "is_void", "net"),
    [
        ("purchase", 100, False, 100),
        ("refund", 100, False, -100),
        ("return", 100, False, -100),
        ("return", None, False, 0),
        ("purchase", 100, True, 0),
        ("order", 100, False, 0),
        ("payment", 100, False, 0),
        ("exchange", -100, False, 0),
        ("acme_spin", 100, False, 0),
    ],
)
def test_net_is_purchases_minus_refunds_and_returns(kind: str, amount: int | None, is_void: bool, net: int) -> None:
    assert facts.net_minor(kind, amount, is_void=is_void) == net


def test_a_mode_is_one_of_two() -> None:
    assert facts.checked_mode("HISTORICAL") == "HISTORICAL"
    with pytest.raises(BadUserInputError):
        facts.checked_mode("live")
