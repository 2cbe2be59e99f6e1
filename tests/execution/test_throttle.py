"""Budgets: taken before, given back after, refilled by the second, kept in bounded memory."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from guanxi.context import Actor, Principal
from guanxi.errors import RateLimitedError
from guanxi.execution.throttle import Throttle


class Ticker:
    """A clock of seconds that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticker() -> Ticker:
    return Ticker()


def test_a_budget_is_used_up_and_refills_by_the_second(ticker: Ticker) -> None:
    throttle = Throttle(600, ticker)
    assert throttle.charge("m", "t", 600).available == 0

    with pytest.raises(RateLimitedError) as refused:
        throttle.charge("m", "t", 25)
    ticker.now += 3

    assert refused.value.details["retryAfter"] == 3
    assert refused.value.details["throttleStatus"] == {"maximum": 600, "available": 0, "restoreRate": 10}
    assert throttle.charge("m", "t", 25).available == 5


def test_a_refused_charge_takes_nothing(ticker: Ticker) -> None:
    throttle = Throttle(600, ticker)
    throttle.charge("m", "t", 500)

    with pytest.raises(RateLimitedError):
        throttle.charge("m", "t", 101)

    assert throttle.charge("m", "t", 100).available == 0


def test_tokens_of_a_merchant_share_its_budget_and_merchants_share_none(ticker: Ticker) -> None:
    throttle = Throttle(600, ticker)
    throttle.charge("m", "t1", 400)

    with pytest.raises(RateLimitedError):
        throttle.charge("m", "t2", 300)

    assert throttle.charge("other", "t1", 600).available == 0
    assert throttle.charge("m", "t2", 200).available == 0


def test_what_was_not_used_is_given_back_up_to_the_maximum(ticker: Ticker) -> None:
    throttle = Throttle(600, ticker)
    throttle.charge("m", "t", 300)

    assert throttle.refund("m", "t", 250).available == 550
    assert throttle.refund("m", "t", 900).available == 600


def test_a_clock_that_goes_back_gives_nothing(ticker: Ticker) -> None:
    throttle = Throttle(600, ticker)
    throttle.charge("m", "t", 600)

    ticker.now -= 100

    with pytest.raises(RateLimitedError):
        throttle.charge("m", "t", 1)


def test_memory_is_bounded_and_full_budgets_are_not_kept(ticker: Ticker) -> None:
    throttle = Throttle(600, ticker, buckets=100)

    for number in range(1000):
        throttle.charge("m", f"t{number}", 1 if number else 0)
        throttle.refund("m", f"t{number}", 1)
    assert len(throttle) <= 100

    ticker.now += 61
    throttle.charge("another", "t", 1)
    assert len(throttle) == 2


def test_a_drained_budget_does_not_go_below_nothing(ticker: Ticker) -> None:
    throttle = Throttle(600, ticker)
    throttle.charge("m", "t", 590)

    throttle.drain("m", "t", 50)
    ticker.now += 1

    assert throttle.charge("m", "t", 10).available == 0


async def test_each_answer_tells_what_was_asked_used_and_left(make_toy_shop: Callable[..., Any]) -> None:
    shop = make_toy_shop(cost_per_minute=6000)

    answer = await shop.run("{ customers(first: 5) { pageInfo { hasNextPage } nodes { id } edges { cursor } } }")

    cost = answer.extensions["cost"]
    assert (cost["requested"], cost["actual"]) == (12, 12)
    assert cost["throttleStatus"] == {"maximum": 6000, "available": 6000 - 12, "restoreRate": 100}


async def test_what_a_query_did_not_return_is_not_charged(make_toy_shop: Callable[..., Any]) -> None:
    shop = make_toy_shop(cost_per_minute=6000)

    answer = await shop.run("query ($no: Boolean = false) { customers { nodes @include(if: $no) { id } totalCount } }")

    assert (answer.extensions["cost"]["requested"], answer.extensions["cost"]["actual"]) == (4, 1)
    assert answer.extensions["cost"]["throttleStatus"]["available"] == 5999


async def test_a_used_up_budget_answers_429_and_when_to_come_back(make_toy_shop: Callable[..., Any]) -> None:
    shop = make_toy_shop(cost_per_minute=30)
    await shop.run("{ recent(first: 5) { friends(first: 4) { id } } }")

    answer = await shop.run("{ recent(first: 5) { friends(first: 4) { id } } }")

    assert (answer.status, answer.ran) == (429, False)
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.errors[0]["extensions"]["code"] == "RATE_LIMITED"
    cost = answer.extensions["cost"]
    assert (cost["requested"], cost["actual"], cost["throttleStatus"]["maximum"]) == (25, 0, 30)
    assert cost["throttleStatus"]["available"] < 25


async def test_a_flood_of_refused_documents_uses_the_budget_up(make_toy_shop: Callable[..., Any]) -> None:
    shop = make_toy_shop(cost_per_minute=500)

    codes = [(await shop.run("{ nope }")).errors[0]["extensions"]["code"] for _ in range(11)]

    assert codes == ["GRAPHQL_VALIDATION_FAILED"] * 10 + ["RATE_LIMITED"]


async def test_another_token_goes_on_until_the_merchant_has_nothing_left(make_toy_shop: Callable[..., Any]) -> None:
    shop = make_toy_shop(cost_per_minute=100)
    principal = shop.ctx.principal
    other = replace(shop, ctx=replace(shop.ctx, principal=Principal(principal.merchant, Actor("token", "t2"))))
    text = "{ recent(first: 5) { friends(first: 4) { id } } }"

    answers = [(await one.run(text)).status for one in (shop, other, shop, other, shop)]

    assert answers == [None, None, None, None, 429]
