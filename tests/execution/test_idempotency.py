"""One effect for one key, on both databases: whatever is sent twice is answered twice and done once."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from guanxi.context import Actor, Context, Principal, utc_now
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.execution import idempotency
from guanxi.execution.models import IdempotencyRecord
from guanxi.settings import Limits
from guanxi.testing import counts

SDL = """
type Query { rows: Int }
type Mutation { pay(points: Int, fail: String): Paid also: Paid }
type Paid { rows: Int errors: [Problem!] query: Query boom: Int! }
type Problem { message: String }
"""
NEVER_OLD = datetime(2200, 1, 1, tzinfo=UTC)
PAY = "mutation ($n: Int, $fail: String) { pay(points: $n, fail: $fail) { rows } }"


@dataclass(eq=False)
class Platform:
    """Transactions of a real database."""

    db: Database
    limits: Limits

    @property
    def dialect(self) -> str:
        return self.db.dialect

    def transaction(self) -> AbstractAsyncContextManager[None]:
        return self.db.transaction()

    def reading(self) -> AbstractAsyncContextManager[None]:
        return self.db.reading()

    async def fetch(self, sql: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        return await self.db.fetch(sql, params)


@pytest.fixture
def app_set() -> Sequence[App]:
    return [App("execution", "guanxi.execution.models", None)]


@pytest.fixture
def bank(toy: Callable[..., Any], db: Database, limits: Limits, ctx: Context) -> Iterator[Any]:
    """Each effect is a row beside the answers, under a principal of its own, written in a nested transaction."""

    async def pay(_source: Any, info: Any, points: int = 1, fail: str | None = None) -> Any:
        async with info.context.transaction():
            await IdempotencyRecord.create(principal="effect", key=str(uuid7()), digest="", created_at=NEVER_OLD)
            await asyncio.sleep(0.005)
        if fail == "raise":
            raise ValueError("no")
        return {"rows": await effects(), "errors": [{"message": "no"}] if fail == "errors" else [], "query": {}}

    async def rows(*_: Any) -> int:
        return await effects()

    resolvers = {"Mutation.pay": pay, "Mutation.also": pay, "Query.rows": rows}
    with acting_for(ctx.merchant.id):
        platform = Platform(db, limits.model_copy(update={"cost_per_minute": 10**7}))
        yield toy(SDL, resolvers, needs_key=("Mutation.also",), platform=platform)


async def effects() -> int:
    return await IdempotencyRecord.filter(principal="effect").count()


async def answers_stored() -> int:
    return await IdempotencyRecord.filter(principal="token:t1").count()


def code(answer: Any) -> str:
    return str(answer.errors[0]["extensions"]["code"])


def later(bank: Any, **passed: float) -> Any:
    return replace(bank, ctx=replace(bank.ctx, clock=lambda: utc_now() + timedelta(**passed)))


def restarted(bank: Any) -> Any:
    """The same database behind another process: nothing is remembered but what was written."""
    platform = Platform(bank.platform.db, bank.platform.limits)
    return replace(bank, platform=platform, ctx=replace(bank.ctx, platform=platform))


async def test_a_replay_answers_the_same_bytes_and_does_nothing(bank: Any) -> None:
    first = await bank.run(PAY, {"n": 1}, idempotency_key="k1")

    again = [await one.run(PAY, {"n": 1}, idempotency_key="k1") for one in (bank, bank, restarted(bank))]

    assert orjson.loads(first.body)["data"] == first.data == {"pay": {"rows": 1}}
    assert {one.body for one in again} == {first.body}
    assert [one.data for one in again] == [first.data] * 3
    assert [one.headers for one in again] == [{"Idempotent-Replayed": "true"}] * 3
    assert "Idempotent-Replayed" not in first.headers
    assert await effects() == 1


async def test_fifty_at_once_are_one_effect(bank: Any) -> None:
    found = await asyncio.gather(*(bank.run(PAY, {"n": 1}, idempotency_key="k1") for _ in range(50)))

    assert await effects() == 1
    assert len({one.body for one in found}) == 1
    assert sum("Idempotent-Replayed" not in one.headers for one in found) == 1
    assert len(bank.engine.turns) == 0


async def test_many_at_once_in_two_processes_are_one_effect(bank: Any) -> None:
    other = restarted(bank)
    asked = [one.run(PAY, {"n": 1}, idempotency_key="k1") for one in (bank, other) for _ in range(10)]

    found = await asyncio.gather(*asked)

    refused = {code(one) for one in found if one.errors}
    assert await effects() == 1
    assert refused <= {"IDEMPOTENCY_IN_PROGRESS"}
    assert len({one.body for one in found if not one.errors}) == 1


async def test_other_content_under_the_key_is_refused(bank: Any) -> None:
    await bank.run(PAY, {"n": 1}, idempotency_key="k1")

    answers = [
        await bank.run(PAY, {"n": 2}, idempotency_key="k1"),
        await bank.run("mutation { pay { rows } }", idempotency_key="k1"),
    ]

    assert [code(one) for one in answers] == ["IDEMPOTENCY_MISMATCH"] * 2
    assert await effects() == 1


async def test_layout_and_the_order_of_variables_are_no_other_content(bank: Any) -> None:
    text = PAY.replace(" ", "\n  ") + "# again"

    first = await bank.run(PAY, {"n": 1, "fail": None}, idempotency_key="k1")
    again = await bank.run(text, {"fail": None, "n": 1}, idempotency_key="k1")

    assert again.body == first.body


async def test_keys_of_other_tokens_and_merchants_are_other_keys(bank: Any) -> None:
    someone = Principal(bank.ctx.merchant, Actor("token", "t2"))
    elsewhere = Principal(replace(bank.ctx.merchant, id=uuid7()), bank.ctx.actor)

    for principal in (bank.ctx.principal, someone, elsewhere):
        shop = replace(bank, ctx=replace(bank.ctx, principal=principal))
        with acting_for(principal.merchant.id):
            assert (await shop.run(PAY, {"n": 1}, idempotency_key="k1")).headers == {}

    assert await effects() == 2  # and one of the other merchant


async def test_a_key_is_free_again_after_a_day(bank: Any) -> None:
    await bank.run(PAY, {"n": 1}, idempotency_key="k1")

    before = await later(bank, hours=23.9).run(PAY, {"n": 1}, idempotency_key="k1")
    after = await later(bank, hours=24.1).run(PAY, {"n": 2}, idempotency_key="k1")

    assert before.headers == {"Idempotent-Replayed": "true"}
    assert (after.errors, after.headers) == ([], {})
    assert await effects() == 2


async def test_old_answers_are_swept(bank: Any) -> None:
    await bank.run(PAY, {"n": 1}, idempotency_key="k1")

    gone = await idempotency.forget_expired(later(bank, hours=25).context())

    assert (gone, await answers_stored()) == (1, 0)


@pytest.mark.parametrize("fail", ["errors", "raise"])
async def test_an_answer_with_errors_leaves_nothing_and_is_not_kept(bank: Any, fail: str) -> None:
    failed = await bank.run(PAY, {"fail": fail}, idempotency_key="k1")
    left = (await effects(), await answers_stored())

    again = await bank.run(PAY, {"n": 1}, idempotency_key="k1")

    assert bool(failed.errors) == (fail == "raise")
    assert failed.body is None
    assert left == (0, 0)
    assert again.data == {"pay": {"rows": 1}}


async def test_an_error_deep_in_the_payload_leaves_nothing_either(bank: Any) -> None:
    failed = await bank.run("mutation { pay { rows boom } }", idempotency_key="k1")

    assert code(failed) == "INTERNAL"
    assert (await effects(), await answers_stored()) == (0, 0)


async def test_without_a_key_each_call_takes_effect(bank: Any) -> None:
    for _ in range(3):
        await bank.run(PAY, {"n": 1})

    assert (await effects(), await answers_stored()) == (3, 0)


async def test_what_moves_points_runs_only_with_a_key(bank: Any) -> None:
    refused = await bank.run("mutation { also { rows } }")

    assert code(refused) == "IDEMPOTENCY_REQUIRED"
    assert (await bank.run("mutation { also { rows } }", idempotency_key="k1")).errors == []
    assert await effects() == 1


@pytest.mark.parametrize(
    "text",
    [
        "mutation { a: pay { rows } b: pay { rows } }",
        "mutation { pay { rows query { rows } } }",
        "mutation { ...f } fragment f on Mutation { pay { ...g } } fragment g on Paid { q: query { rows } }",
        "mutation { pay { rows } ... on Mutation { also { rows } } }",
    ],
)
async def test_a_key_covers_one_field_and_no_query(bank: Any, text: str) -> None:
    answer = await bank.run(text, idempotency_key="k1")

    assert code(answer) == "BAD_USER_INPUT"
    assert await effects() == 0


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "a\n", "ключ", 5])
async def test_a_malformed_key_is_refused(bank: Any, key: Any) -> None:
    assert code(await bank.run(PAY, {"n": 1}, extensions={"idempotencyKey": key})) == "BAD_USER_INPUT"
    assert code(await bank.run(PAY, {"n": 1}, idempotency_key=key)) == "BAD_USER_INPUT"


async def test_the_key_may_stand_in_the_extensions_but_there_is_one(bank: Any) -> None:
    first = await bank.run(PAY, {"n": 1}, extensions={"idempotencyKey": "k1"})
    again = await bank.run(PAY, {"n": 1}, idempotency_key="k1", extensions={"idempotencyKey": "k1"})
    two = await bank.run(PAY, {"n": 1}, idempotency_key="k2", extensions={"idempotencyKey": "k1"})

    assert again.body == first.body
    assert code(two) == "BAD_USER_INPUT"


async def test_a_query_takes_no_notice_of_a_key(bank: Any) -> None:
    assert [(await bank.run("{ rows }", idempotency_key="k1")).data for _ in range(2)] == [{"rows": 0}] * 2


async def test_a_second_request_does_not_wait_for_ever(toy: Callable[..., Any], bank: Any, limits: Limits) -> None:
    entered, may_end = asyncio.Event(), asyncio.Event()

    async def pay(*_: Any, **__: Any) -> Any:
        entered.set()
        await may_end.wait()
        return {"rows": 1}

    platform = Platform(bank.platform.db, limits.model_copy(update={"deadline_seconds": 4.0}))
    slow = toy(SDL, {"Mutation.pay": pay}, platform=platform)
    first = asyncio.create_task(slow.run(PAY, idempotency_key="k1"))
    await entered.wait()

    second = await slow.run(PAY, idempotency_key="k1")
    may_end.set()

    assert code(second) == "IDEMPOTENCY_IN_PROGRESS"
    assert (await first).errors == []


async def test_what_outlives_its_deadline_is_answered_under_its_key(toy: Any, bank: Any, limits: Limits) -> None:
    may_end = asyncio.Event()

    async def pay(*_: Any, **__: Any) -> Any:
        await may_end.wait()
        return {"rows": 5}

    platform = Platform(bank.platform.db, limits.model_copy(update={"deadline_seconds": 0.5}))
    slow = toy(SDL, {"Mutation.pay": pay}, platform=platform)

    given_up = await slow.run(PAY, idempotency_key="k1")
    may_end.set()
    await slow.engine.settle()
    again = await slow.run(PAY, idempotency_key="k1")

    assert code(given_up) == "DEADLINE_EXCEEDED"
    assert (again.data, again.headers) == ({"pay": {"rows": 5}}, {"Idempotent-Replayed": "true"})


async def test_a_cancel_at_any_moment_leaves_effect_and_answer_together(bank: Any) -> None:
    for ticks in range(0, 60, 60 // counts.scaled(60, minimum=12)):
        task = asyncio.create_task(bank.run(PAY, {"n": ticks}, idempotency_key=f"k{ticks}"))
        for _ in range(ticks):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        assert await effects() == await answers_stored()

    answer = await asyncio.wait_for(bank.run(PAY, {"n": 1}, idempotency_key="last"), 10)
    assert answer.errors == []
    assert len(bank.engine.turns) == 0
