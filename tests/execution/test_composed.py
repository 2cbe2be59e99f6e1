"""Operations on a schema that is composed from parts: what wrappers and guards do meets what execution does."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Any

import pytest
import strawberry

from guanxi.context import Actor, Context, Principal, utc_now
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.errors import ConflictError, Text
from guanxi.execution import operations, reads
from guanxi.execution.models import IdempotencyRecord
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.permissions import Permission
from guanxi.schema.composed import ComposedSchema
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.scalars import Long

PLAY = Permission("till.coins.play", "Play with coins", "操作硬币")
LOCK = Permission("till.coins.lock", "Lock coins", "锁定硬币")
till = SchemaPart()


@strawberry.input(description="How many coins.")
class DropInput:
    coins: Long = strawberry.field(description="Whole coins.")


@till.value(description="What a drop leads to.")
class DropPayload(Payload):
    coins: Long | None = strawberry.field(default=None, description="Coins in the till.")


@till.mutation(permission=PLAY, needs_key=True)
async def drop_coins(ctx: Context, values: DropInput) -> DropPayload | None:
    """Drop coins into the till."""
    await IdempotencyRecord.create(principal="till", key=ctx.request_id, digest="", created_at=utc_now())
    if values.coins > 10:
        raise ConflictError(Text("The till is full.", "钱箱已满。"))
    return DropPayload(coins=Long(await coins()))


@till.query(permission=PLAY)
async def coins_dropped(ctx: Context) -> Long | None:
    """How often coins were dropped."""
    return Long(await coins())


@till.query(permission=LOCK)
async def till_lock(ctx: Context) -> str | None:
    """Who locked the till."""
    return "nobody"


@till.subscription(permission=PLAY)
async def coin_sounds(ctx: Context) -> AsyncGenerator[Long, None]:
    """One sound for each coin."""
    for number in range(3):
        yield Long(number)


DROP = "mutation ($n: Long!) { dropCoins(input: {coins: $n}) { coins errors { code message } } }"


async def coins() -> int:
    return await IdempotencyRecord.filter(principal="till").count()


@dataclass(eq=False)
class Platform:
    """Transactions of a real database."""

    db: Database

    @property
    def dialect(self) -> str:
        return self.db.dialect

    def transaction(self) -> AbstractAsyncContextManager[None]:
        return self.db.transaction()

    def reading(self) -> AbstractAsyncContextManager[None]:
        return self.db.reading()

    async def fetch(self, sql: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        return await self.db.fetch(sql, params)


@dataclass
class Till:
    """One actor at the till."""

    ctx: Context

    async def run(self, query: str, variables: Any = None, key: str | None = None) -> Answer:
        request = GraphQLRequest(query, variables=variables, idempotency_key=key)
        return await operations.run(request, replace(self.ctx, loaders={}))

    def holding(self, *permissions: str) -> "Till":
        actor = Actor("token", "t1", frozenset(permissions))
        return Till(replace(self.ctx, principal=Principal(self.ctx.merchant, actor)))


@pytest.fixture
def app_set() -> Sequence[App]:
    return [App("execution", "guanxi.execution.models", None)]


@pytest.fixture
def actor(ctx: Context, db: Database) -> Iterator[Till]:
    with acting_for(ctx.merchant.id):
        schema = ComposedSchema({"till": till}, {}, reads.bind)
        platform: Any = Platform(db)
        yield Till(replace(ctx, platform=platform, schema=schema)).holding(PLAY, LOCK)


async def test_a_keyed_mutation_of_a_part_is_replayed(actor: Till) -> None:
    first, again = [await actor.run(DROP, {"n": 3}, "k1") for _ in range(2)]

    assert first.data == {"dropCoins": {"coins": 1, "errors": []}}
    assert again.body == first.body
    assert (await actor.run("{ coinsDropped }")).data == {"coinsDropped": 1}


@pytest.mark.parametrize("text", [DROP, DROP.replace("errors { code message }", "")])
async def test_an_expected_failure_is_not_kept_whether_or_not_it_is_asked_for(actor: Till, text: str) -> None:
    failed = await actor.run(text, {"n": 11}, "k1")

    again = await actor.run(text, {"n": 11}, "k1")

    assert failed.errors == again.errors == []
    assert "Idempotent-Replayed" not in again.headers
    assert (await actor.run("{ coinsDropped }")).data == {"coinsDropped": 0}


async def test_a_part_says_which_mutations_need_a_key(actor: Till) -> None:
    answer = await actor.run(DROP, {"n": 1})

    assert answer.errors[0]["extensions"]["code"] == "IDEMPOTENCY_REQUIRED"


async def test_a_value_that_a_scalar_refuses_is_told_in_its_own_words(actor: Till) -> None:
    answer = await actor.run(DROP, {"n": 2**53}, "k1")

    assert "Send a smaller whole number." in answer.errors[0]["message"]
    assert answer.errors[0]["extensions"] == {"code": "BAD_USER_INPUT", "path": ["n"], "requestId": "r-42"}


async def test_a_missing_permission_nulls_its_field_alone(actor: Till) -> None:
    answer = await actor.holding(PLAY).run("{ coinsDropped tillLock }")

    assert answer.data == {"coinsDropped": 0, "tillLock": None}
    assert answer.errors[0]["extensions"]["code"] == "FORBIDDEN"
    assert answer.errors[0]["extensions"]["permission"] == LOCK


async def test_a_part_is_introspected_as_far_as_its_permissions_go(actor: Till) -> None:
    text = '{ __type(name: "Query") { fields { name } } }'

    some, all_ = await actor.holding(PLAY).run(text), await actor.run(text)

    assert "tillLock" not in str(some.data)
    assert "tillLock" in str(all_.data)


async def test_a_subscription_of_a_part_answers_each_event(actor: Till) -> None:
    stream = await operations.subscribe(GraphQLRequest("subscription { coinSounds }"), actor.ctx)
    assert not isinstance(stream, Answer)

    assert [one.data async for one in stream] == [{"coinSounds": number} for number in range(3)]
