"""Where an order stands, whatever order its facts came in."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.interactions.rules.facts import Kind
from guanxi.interactions.rules.orders import RANK, OrderState, course

START = datetime(2026, 11, 11, tzinfo=UTC)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


@pytest.mark.parametrize(
    ("kinds", "states"),
    [
        ([], []),
        (["visit", "inquiry"], []),
        (["order"], ["ordered"]),
        (
            ["order", "payment", "shipment", "delivery", "purchase"],
            ["ordered", "paid", "shipped", "delivered", "settled"],
        ),
        (["purchase"], ["settled"]),
        (["order", "shipment", "delivery", "payment"], ["ordered", "shipped", "delivered"]),
        (["purchase", "return", "refund"], ["settled", "returned", "refunded"]),
        (["purchase", "refund", "return"], ["settled", "refunded"]),
        (["order", "complaint", "payment", "payment"], ["ordered", "paid"]),
    ],
)
def test_an_order_goes_forward_only(kinds: list[str], states: list[str]) -> None:
    assert [step.state for step in course([(kind, day(n)) for n, kind in enumerate(kinds)])] == states


def test_each_state_lasts_until_the_next() -> None:
    steps = course([("order", day(0)), ("payment", day(1)), ("shipment", day(4))])

    assert [(step.since, step.until) for step in steps] == [(day(0), day(1)), (day(1), day(4)), (day(4), None)]


def test_late_facts_change_nothing_but_the_time_in_each_state() -> None:
    facts = [("order", day(0)), ("payment", day(1)), ("delivery", day(3)), ("refund", day(9))]

    assert len({tuple(course(order)) for order in permutations(facts)}) == 1


@given(st.lists(st.tuples(st.sampled_from([*Kind, "acme_spin"]), st.integers(0, 20).map(day)), max_size=12))
def test_states_rise_and_times_meet(facts: list[tuple[str, datetime]]) -> None:
    steps = course(facts)
    ranks = [RANK[step.state] for step in steps]

    assert ranks == sorted(set(ranks))
    assert [step.until for step in steps[:-1]] == [step.since for step in steps[1:]]
    assert all(isinstance(step.state, OrderState) for step in steps)
