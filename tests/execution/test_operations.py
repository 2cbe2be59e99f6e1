"""Which operations run, in which order, and what comes with their answers."""

import asyncio
from collections.abc import Callable
from typing import Any


async def test_a_query_answers_from_one_snapshot(shop: Any) -> None:
    answer = await shop.run("{ customers(first: 2) { nodes { name } } }")

    assert answer.data == {"customers": {"nodes": [{"name": "Ann"}, {"name": "Ann"}]}}
    assert answer.ran
    assert answer.errors == []
    assert shop.platform.readings == 1


async def test_the_named_operation_runs_with_its_variables(shop: Any) -> None:
    text = "query A { count } query B($n: Int = 2) { recent(first: $n) { id } }"

    answer = await shop.run(text, operation_name="B")

    assert len(answer.data["recent"]) == 2


async def test_a_name_that_leaves_the_operation_open_is_refused(shop: Any) -> None:
    text = "query A { count } query B { count }"

    without, unknown = await shop.run(text), await shop.run(text, operation_name="C")

    assert [one.errors[0]["extensions"]["code"] for one in (without, unknown)] == ["BAD_USER_INPUT"] * 2
    assert not without.ran
    assert "C" not in unknown.errors[0]["message"]


async def test_a_request_without_a_document_is_refused(shop: Any) -> None:
    answer = await shop.run(None)

    assert answer.errors[0]["extensions"] == {"code": "BAD_USER_INPUT", "path": ["query"], "requestId": "r-42"}


async def test_root_fields_of_a_query_run_at_once(toy: Callable[..., Any]) -> None:
    met = asyncio.Barrier(3)

    async def meet(*_: Any) -> int:
        await met.wait()
        return 1

    shop = toy("type Query { meet: Int }", {"Query.meet": meet})

    answer = await shop.run("{ a: meet b: meet c: meet }")

    assert answer.data == {"a": 1, "b": 1, "c": 1}


async def test_root_fields_of_a_mutation_run_one_after_the_other(toy: Callable[..., Any]) -> None:
    running, seen = 0, []

    async def step(*_: Any) -> int:
        nonlocal running
        running += 1
        seen.append(running)
        await asyncio.sleep(0)
        running -= 1
        return 1

    shop = toy("type Query { a: Int } type Mutation { step: Int }", {"Mutation.step": step})

    await shop.run("mutation { a: step b: step c: step }")

    assert seen == [1, 1, 1]


async def test_a_mutation_by_get_is_refused_with_405(shop: Any) -> None:
    answer = await shop.run('mutation { rename(name: "x") { customer { id } } }', read_only=True)

    assert (answer.status, answer.ran, answer.data) == (405, False, None)
    assert answer.headers == {"Allow": "POST"}
    assert answer.errors[0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"
    assert (await shop.run("{ count }", read_only=True)).data == {"count": 7}


async def test_a_subscription_is_no_single_answer(shop: Any) -> None:
    answer = await shop.run("subscription { ticks { id } }")

    assert answer.errors[0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_what_is_deprecated_is_reported_wherever_it_is_used(shop: Any) -> None:
    answer = await shop.run(
        "{ a: count(color: GREEN, old: 1) customers(where: {all: [{range: {old: 1}}]}) { nodes { ...F } } }"
        " fragment F on Customer { nick best { nick } }"
    )

    found = {one["coordinate"]: one["reason"] for one in answer.extensions["deprecations"]}
    assert found == {
        "Query.count(old:)": "Use n.",
        "Color.GREEN": "Use RED.",
        "Range.old": "Use low.",
        "Customer.nick": "Use name. Removal: 2027-01",
    }
    assert answer.headers["Deprecation"] == "true"


async def test_what_is_not_deprecated_is_not_reported(shop: Any) -> None:
    answer = await shop.run("{ count(color: RED, n: 1) }")

    assert "deprecations" not in answer.extensions
    assert "Deprecation" not in answer.headers


async def test_a_subscription_answers_each_event_from_its_own_snapshot(shop: Any) -> None:
    stream = await shop.subscribe("subscription { ticks(count: 3) { name } }")

    answers = [one async for one in stream]

    assert [one.data for one in answers] == [{"ticks": {"name": "Ann"}}] * 3
    assert shop.platform.readings == 3


async def test_a_closed_subscription_closes_its_source(toy: Callable[..., Any]) -> None:
    closed = asyncio.Event()

    async def ticks(*_: Any) -> Any:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    shop = toy(
        "type Query { a: Int } type Subscription { tick: Int }",
        {"Subscription.tick": lambda event, _: event},
        subscribers={"Subscription.tick": ticks},
    )
    stream = await shop.subscribe("subscription { tick }")

    assert (await anext(stream)).data == {"tick": 1}
    await stream.aclose()

    assert closed.is_set()


async def test_a_socket_may_also_ask_once(shop: Any) -> None:
    answer = await shop.subscribe("{ count }")

    assert answer.data == {"count": 7}
