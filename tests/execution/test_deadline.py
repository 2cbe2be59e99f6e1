"""After the deadline nothing new starts; a transaction that is open may finish."""

import asyncio
from collections.abc import Callable
from typing import Any

SDL = """
type Query { slow: Int next: Step }
type Step { next: Step }
type Mutation { write: Step again: Int }
"""


async def test_a_query_ends_at_its_deadline_and_starts_nothing_more(toy: Callable[..., Any]) -> None:
    started = 0

    async def step(*_: Any) -> dict[str, Any]:
        nonlocal started
        started += 1
        await asyncio.sleep(0.02)
        return {}

    shop = toy(SDL, {"Query.next": step, "Step.next": step}, deadline_seconds=0.05, depth=100)
    text = "{" + "next {" * 50 + "__typename" + "}" * 51

    answer = await shop.run(text)
    seen = started
    await asyncio.sleep(0.1)

    assert answer.errors[0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
    assert answer.data is None
    assert started == seen < 50


async def test_a_deadline_cancels_every_branch_of_a_query(toy: Callable[..., Any]) -> None:
    cancelled = []

    async def hang(*_: Any) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(1)
            raise

    shop = toy(SDL, {"Query.slow": hang}, deadline_seconds=0.02)

    answer = await shop.run("{ a: slow b: slow c: slow }")

    assert answer.errors[0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
    assert cancelled == [1, 1, 1]


async def test_a_mutation_past_its_deadline_finishes_what_it_has_open_and_no_more(toy: Callable[..., Any]) -> None:
    done, may_end = [], asyncio.Event()

    async def write(*_: Any) -> dict[str, Any]:
        await may_end.wait()
        done.append("written")
        return {}

    shop = toy(
        SDL,
        {
            "Mutation.write": write,
            "Step.next": lambda *_: done.append("read"),
            "Mutation.again": lambda *_: done.append("again"),
        },
        deadline_seconds=0.2,
    )

    answer = await shop.run("mutation { write { next { __typename } } again }")
    before = list(done)
    may_end.set()
    await shop.engine.settle()

    assert answer.errors[0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
    assert "same idempotency key" in answer.errors[0]["message"]
    assert before == []
    assert done == ["written"]


async def test_a_mutation_that_never_ends_is_cancelled_after_a_second_deadline(toy: Callable[..., Any]) -> None:
    ended = []

    async def hang(*_: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(1)

    shop = toy(SDL, {"Mutation.again": hang}, deadline_seconds=0.02)

    await shop.run("mutation { again }")
    await asyncio.wait_for(shop.engine.settle(), 5)

    assert ended == [1]


async def test_a_resolver_that_times_out_itself_fails_alone(toy: Callable[..., Any]) -> None:
    async def slow(*_: Any) -> None:
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()

    shop = toy("type Query { slow: Int quick: Int }", {"Query.slow": slow, "Query.quick": lambda *_: 1})

    answer = await shop.run("{ slow quick }")

    assert answer.data == {"slow": None, "quick": 1}
    assert answer.errors[0]["extensions"]["code"] == "INTERNAL"


async def test_a_client_that_goes_cancels_its_operation(toy: Callable[..., Any]) -> None:
    ended = []

    async def hang(*_: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(1)

    shop = toy(SDL, {"Query.slow": hang, "Mutation.again": hang})
    tasks = [asyncio.create_task(shop.run(text)) for text in ("{ slow }", "mutation { again }")]
    await asyncio.sleep(0.01)

    for task in tasks:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(one) for one in outcomes] == [asyncio.CancelledError] * 2
    assert ended == [1, 1]
