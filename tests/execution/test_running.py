"""Subscriptions while rights and plugins change under them."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from guanxi.context import Actor, Principal
from guanxi.execution.request import Answer
from guanxi.schema.facets import Facet

SDL = """
type Query { a: Int }
type Subscription { ticks: Tick }
type Tick { number: Int badge: Int slow: Int }
"""
READ, SEE = "shop.tick.read", "shop.badge.read"


class Clock:
    """Ticks when it is told to."""

    def __init__(self) -> None:
        self.ticks: asyncio.Queue[int] = asyncio.Queue()
        self.is_slow = asyncio.Event()

    async def follow(self, _source: Any, _info: Any) -> Any:
        while True:
            yield {"number": await self.ticks.get()}

    async def be_slow(self, _source: Any, _info: Any) -> int:
        self.is_slow.set()
        await asyncio.sleep(60)
        return 1


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shop(toy: Callable[..., Any], clock: Clock) -> Any:
    resolvers = {"Tick.slow": clock.be_slow, "Subscription.ticks": lambda source, _info: source}
    made = toy(SDL, resolvers, subscribers={"Subscription.ticks": clock.follow})
    types = made.schema.graphql.type_map
    types["Subscription"].fields["ticks"].extensions["guanxi"] = Facet("core", frozenset({READ}))
    types["Tick"].fields["badge"].extensions["guanxi"] = Facet("badges")
    made.ctx.principal = principal_of(made, READ, SEE)
    return made


def principal_of(shop: Any, *permissions: str) -> Principal:
    return replace(shop.ctx.principal, actor=Actor("token", "t1", frozenset(permissions)))


def renew(shop: Any, principal: Principal, *plugins: str) -> None:
    shop.engine.subscriptions.renew(principal, plugins)


def code_of(answer: Answer) -> tuple[str, bool]:
    return answer.errors[0]["extensions"]["code"], answer.ran


async def test_one_that_waits_ends_at_once_when_its_plugin_is_taken_away(shop: Any) -> None:
    stream = await shop.subscribe("subscription { ticks { badge } }")
    waiting = asyncio.create_task(anext(stream))
    await asyncio.sleep(0)

    renew(shop, shop.ctx.principal, "other")
    answer = await waiting

    assert code_of(answer) == ("PLUGIN_DISABLED", False)
    assert answer.errors[0]["extensions"]["plugin"] == "badges"
    assert [one async for one in stream] == []


async def test_one_that_answers_an_event_ends_within_it(shop: Any, clock: Clock) -> None:
    stream = await shop.subscribe("subscription { ticks { badge slow } }")
    waiting = asyncio.create_task(anext(stream))
    clock.ticks.put_nowait(1)
    await clock.is_slow.wait()

    renew(shop, shop.ctx.principal)

    assert code_of(await waiting) == ("PLUGIN_DISABLED", False)


async def test_one_that_nobody_waits_for_ends_with_the_next_step(shop: Any, clock: Clock) -> None:
    stream = await shop.subscribe("subscription { ticks { number } }")
    clock.ticks.put_nowait(1)
    first = await anext(stream)

    renew(shop, principal_of(shop, SEE))
    clock.ticks.put_nowait(2)

    assert first.data == {"ticks": {"number": 1}}
    assert [code_of(one) async for one in stream] == [("FORBIDDEN", False)]


async def test_one_that_uses_no_plugin_and_those_of_other_actors_go_on(shop: Any, clock: Clock) -> None:
    stream = await shop.subscribe("subscription { ticks { number } }")
    waiting = asyncio.create_task(anext(stream))
    await asyncio.sleep(0)

    renew(shop, shop.ctx.principal)
    renew(shop, replace(shop.ctx.principal, actor=Actor("token", "t2", frozenset())))
    clock.ticks.put_nowait(1)

    assert (await waiting).data == {"ticks": {"number": 1}}
    await stream.aclose()


async def test_nothing_is_kept_of_those_that_ended(shop: Any, clock: Clock) -> None:
    left, cancelled = [await shop.subscribe("subscription { ticks { number } }") for _ in range(2)]
    clock.ticks.put_nowait(1)
    await anext(left)
    waiting = asyncio.create_task(anext(cancelled))
    await asyncio.sleep(0)

    await left.aclose()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert len(shop.engine.subscriptions) == 0
