"""Two merchants at once in one process share no cache, key, budget, cursor or token."""

import asyncio
import random

import pytest
from fuzz_answers import comparable, written
from fuzz_documents import SHALLOW
from fuzz_probes import find_page
from fuzz_registry import ROOTS
from fuzz_rows import fingerprint, secrets_of
from fuzz_shops import KEYED, ROLES, Shop
from fuzz_walk import Target
from fuzz_world import World

from guanxi.errors import UnauthenticatedError
from guanxi.execution.idempotency import REPLAYED
from guanxi.execution.request import GraphQLRequest
from guanxi.http.ports import Call
from guanxi.settings import Limits
from guanxi.staff import rules
from guanxi.testing.counts import scaled

TASKS = 64


async def test_64_tasks_of_two_merchants_get_what_each_gets_alone(world: World) -> None:
    mine, theirs = world.rows["ZA"], world.rows["ZB"]
    forbidden = {
        "ZA": secrets_of(theirs, mine, world.b.year),
        "ZB": secrets_of(mine, theirs, world.a.year),
    }
    asked = [
        (shop, role, target)
        for target in world.targets
        if target.operation == "query"
        for shop in (world.a, world.b)
        for role in ROLES
    ]
    asked = random.sample(asked, scaled(len(asked), 40))
    alone = {one: await _read(world, *one) for one in asked}
    faults: list[str] = []

    async def ask(place: int) -> None:
        for step in range(3):
            shop, role, target = one = asked[(place * 7 + step * 3) % len(asked)]
            text = await _read(world, *one)
            shown = forbidden[shop.mark].seen_in(text)
            faults.extend([f"{target} as {role} of {shop.mark}"] if shown or text != alone[one] else [])

    await asyncio.gather(*(ask(place) for place in range(TASKS)))

    assert faults == []


async def test_an_idempotency_key_of_another_merchant_is_as_good_as_new(world: World) -> None:
    call = Call("again", idempotency_key=world.b.named["key"])
    same = {"name": world.b.text("customer", "keyed", 1)}

    repeated = await world.gateway.run(GraphQLRequest(KEYED, variables=same), world.a.principals["admin"], call)
    other = await world.gateway.run(GraphQLRequest(KEYED, variables={"name": "x"}), world.b.principals["admin"], call)
    replayed = await world.gateway.run(GraphQLRequest(KEYED, variables=same), world.b.principals["admin"], call)

    assert (repeated.errors, REPLAYED in repeated.headers) == ([], False)
    assert other.errors[0]["extensions"]["code"] == "IDEMPOTENCY_MISMATCH"
    assert replayed.headers[REPLAYED] == "true"
    await world.look()
    assert same["name"] in {row["display_name"] for row in world.rows["ZA"]["customer"]}


async def test_a_key_of_another_merchant_with_other_content_is_no_mismatch(world: World) -> None:
    call = Call("again", idempotency_key=world.b.named["key"])

    answer = await world.gateway.run(
        GraphQLRequest(KEYED, variables={"name": "Other"}), world.a.principals["admin"], call
    )

    assert answer.data == {"createCustomer": {"customer": {"displayName": "Other"}}}


async def test_a_cursor_of_another_merchant_is_refused_like_a_forged_one(world: World) -> None:
    target = next(one for one in world.targets if one.root == "customers" and len(one.steps) == 1)
    document = world.document(target)
    answer = await world.ask(world.b, "admin", document, {})
    theirs, _ = find_page(answer.data, target)

    told = [
        comparable(await world.ask(world.a, "admin", document, {"v0_after": one}), [one], frozenset())
        for one in (theirs, "AAAA" + theirs[4:], "nonsense")
    ]

    assert told[0] == told[1] == told[2]
    assert "BAD_USER_INPUT" in told[0]


async def test_a_token_stands_for_its_own_merchant_alone(world: World) -> None:
    for shop in (world.a, world.b):
        for role in ROLES:
            assert (await world.gateway.authenticate(shop.texts[role])).merchant.id == shop.merchant.id

    mine, theirs = world.a.texts["admin"], world.b.texts["admin"]
    mixed = rules.make_token("api", mine.split("_")[2], theirs.split("_")[3])
    with pytest.raises(UnauthenticatedError):
        await world.gateway.authenticate(mixed)


async def test_a_merchant_that_uses_up_its_budget_takes_nothing_from_another(world: World) -> None:
    vars(world.opened.platform)["limits"] = Limits.model_validate({"cost_per_minute": 300})
    before = await _available(world, world.b)

    codes = {await _code_of_small_query(world, world.a) for _ in range(400)}

    assert "RATE_LIMITED" in codes
    assert before - 1 <= await _available(world, world.b) <= before + 1  # what the question itself costs comes back


async def test_what_cannot_be_taken_back_changes_nothing_of_another_merchant(world: World) -> None:
    alone = ("exportCustomer", "runRetention", "disablePlugin", "purgePlugin", "rescanPlugins", "enablePlugin")
    targets = {one.root: one for one in world.targets if one.root in ROOTS and ROOTS[one.root].alone}
    with world.opened.db.bound():
        before = await fingerprint(world.opened.db, world.b)

    for root in alone:
        document = world.document(targets[root])
        answer = await world.ask(world.a, "admin", document, world.values(world.a).of(document, {}))
        assert answer.errors == []
        assert world.secrets.seen_in(written(answer)) == []

    with world.opened.db.bound():
        assert await fingerprint(world.opened.db, world.b) == before
    assert set(targets) == set(alone)


async def _read(world: World, shop: Shop, role: str, target: Target) -> str:
    document = world.document(target, SHALLOW)
    answer = await world.ask(shop, role, document, world.values(shop).of(document, {}))
    return comparable(answer, (), frozenset())


async def _available(world: World, shop: Shop) -> int:
    answer = await world.gateway.run(GraphQLRequest("{ merchant { id } }"), shop.principals["agent"], Call("small"))
    return int(answer.extensions["cost"]["throttleStatus"]["available"])


async def _code_of_small_query(world: World, shop: Shop) -> str:
    answer = await world.gateway.run(GraphQLRequest("{ merchant { id } }"), shop.principals["admin"], Call("small"))
    return str(answer.errors[0]["extensions"]["code"]) if answer.errors else ""
