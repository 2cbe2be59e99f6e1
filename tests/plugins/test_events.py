"""Nothing a plugin does loses a core fact; what it fails on it hears again until it works, with one effect."""

import asyncio
from contextlib import suppress
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest

from guanxi.db.fields import uuid7
from guanxi.events import CustomerCreated, Event, InteractionRecorded
from guanxi.plugins import outbox
from guanxi.plugins.models import OutboxEvent

COUNTER = """
import asyncio, time

class Effect(MerchantModel):
    event_id = IdField()

    class Meta:
        table = "counter_effect"

fails = 0
seen = []

@hookimpl
async def customer_created(ctx, event):
    global fails
    seen.append((event.event_id, ctx.is_replay, ctx.actor.kind))
    await Effect.create(event_id=event.event_id)
    if fails:
        fails -= 1
        await misbehave(ctx)

async def misbehave(ctx):
    raise LookupError("broken")
"""
MISDEEDS = {
    "raises": "    raise LookupError('broken')",
    "hangs": "    await asyncio.sleep(60)",
    "exits": "    raise SystemExit(2)",
    "gives_up": "    raise asyncio.CancelledError",
    "spoils_the_transaction": "    await ctx.platform.fetch('SELECT * FROM no_such_table', [])",
    "breaks_a_rule": "    await Effect.create(id=(await Effect.all())[0].id, event_id=ctx.merchant.id)",
    "does_not_stop": "    try:\n        await asyncio.sleep(60)\n    except asyncio.CancelledError:\n"
    "        await asyncio.sleep(0.5)",
    "leaks_a_transaction": "    await ctx.platform.db.client._in_transaction().__aenter__()\n"
    "    await Effect.create(event_id=ctx.merchant.id)\n    raise LookupError",
    "changes_merchant": "    from guanxi import uuid7\n    from guanxi.db import merchant\n"
    "    ctx.principal = None\n    merchant._merchant.set(uuid7())\n    await Effect.create(event_id=uuid7())",
}


def created(clock: Any) -> CustomerCreated:
    return CustomerCreated(customer_id=uuid7(), occurred_at=clock())


async def counting(house: Any, shop: Any, body: str = COUNTER) -> Any:
    module = await house.add("counter", body, models="guanxi_file_counter")
    await shop.enable("counter")
    return module


async def effects(shop: Any, module: Any) -> list[UUID]:
    with shop.acting():
        return [row.event_id for row in await module.Effect.all().order_by("id")]


async def test_a_handler_hears_of_an_event_in_its_transaction_and_acts_for_the_system(house: Any, shop: Any) -> None:
    module = await counting(house, shop)
    event = created(house.clock)

    await shop.publish(event)

    assert await effects(shop, module) == [event.event_id]
    assert module.seen == [(event.event_id, False, "system")]
    assert await shop.deliveries() == []


@pytest.mark.parametrize("misdeed", MISDEEDS)
async def test_whatever_a_handler_does_the_fact_stands_and_is_told_again(house: Any, shop: Any, misdeed: str) -> None:
    body = COUNTER.replace('    raise LookupError("broken")', MISDEEDS[misdeed])
    module = await counting(house, shop, body)
    module.fails = 1
    event = created(house.clock)

    async with asyncio.timeout(20):
        await shop.publish(event)
    before = await effects(shop, module)
    [delivery] = await shop.deliveries()
    await shop.work()

    with shop.acting():
        assert [row.id for row in await OutboxEvent.all() if row.name == event.name] == [event.event_id]
    assert (before, delivery.state, delivery.plugin) == ([], "pending", "counter")
    assert await effects(shop, module) == [event.event_id], "its savepoint was rolled back, then it worked"
    assert [one.state for one in await shop.deliveries()] == ["done"]
    assert [one.place for one in await shop.faults("counter")] == ["customer_created"]


async def test_a_transaction_that_is_leaked_by_a_handler_that_succeeds_costs_nothing(house: Any, shop: Any) -> None:
    body = COUNTER.replace(
        '    raise LookupError("broken")', "    await ctx.platform.db.client._in_transaction().__aenter__()"
    )
    module = await counting(house, shop, body)
    module.fails = 1
    first, second = created(house.clock), created(house.clock)

    await shop.publish(first)
    await shop.publish(second)

    assert await effects(shop, module) == [first.event_id, second.event_id]


async def test_a_handler_that_fails_twice_and_then_works_has_one_effect(house: Any, shop: Any) -> None:
    module = await counting(house, shop)
    module.fails = 2
    event = created(house.clock)

    await shop.publish(event)
    await shop.work()
    house.clock.advance(seconds=4)
    await shop.work()
    early = await effects(shop, module)
    house.clock.advance(seconds=2)
    for _ in range(3):
        await shop.work()

    assert early == [], "not before five seconds have passed"
    assert await effects(shop, module) == [event.event_id]
    assert len(module.seen) == 3


async def test_two_workers_at_once_have_one_effect(house: Any, shop: Any) -> None:
    module = await counting(house, shop)
    module.fails = 3
    events = [created(house.clock) for _ in range(3)]
    for event in events:
        await shop.publish(event)

    await asyncio.gather(*(shop.work() for _ in range(4)))

    assert sorted(await effects(shop, module)) == sorted(one.event_id for one in events)
    assert {one.state for one in await shop.deliveries()} == {"done"}


async def test_pauses_grow_until_an_event_is_given_up_and_enabling_again_revives_it(house: Any, shop: Any) -> None:
    module = await counting(house, shop)
    module.fails = 10_000
    await shop.publish(created(house.clock))
    pauses = []

    while True:
        await shop.work()
        [delivery] = await shop.deliveries()
        if delivery.state == "dead":
            break
        pauses.append(delivery.due_at - house.clock())
        house.clock.advance(seconds=pauses[-1].total_seconds())

    assert pauses[:5] == [timedelta(seconds=each) for each in (5, 30, 120, 600, 600)]
    assert delivery.attempts == outbox.MAX_ATTEMPTS
    assert "failed on 1 events for good" in (await shop.faults("counter"))[-1].reason
    module.fails = 0
    await shop.disable("counter")
    await shop.enable("counter")
    await shop.work()
    assert len(await effects(shop, module)) == 1


async def test_events_of_a_transaction_that_fails_were_never_there(house: Any, shop: Any) -> None:
    module = await counting(house, shop)
    with house.platform.followers.following(shop.ref.id) as queue, shop.acting():
        await _publish_in_vain(await shop.ctx(), created(house.clock))

    assert (queue.qsize(), await effects(shop, module)) == (0, [])


async def test_events_of_a_savepoint_that_is_rolled_back_are_not_followed(house: Any, shop: Any) -> None:
    kept, lost = created(house.clock), created(house.clock)
    with house.platform.followers.following(shop.ref.id) as queue, shop.acting():
        ctx = await shop.ctx()
        async with ctx.transaction():
            await ctx.publish(kept)
            await _publish_in_vain(ctx, lost)

    assert [queue.get_nowait() for _ in range(queue.qsize())] == [kept]


async def _publish_in_vain(ctx: Any, event: Event) -> None:
    with suppress(LookupError):
        async with ctx.transaction():
            await ctx.publish(event)
            raise LookupError


async def test_an_event_is_published_only_in_a_transaction(house: Any, shop: Any) -> None:
    ctx = await shop.ctx()

    with shop.acting(), pytest.raises(TypeError, match="inside `async with ctx"):
        await ctx.publish(created(house.clock))


async def test_a_flood_of_events_by_a_handler_ends_with_its_time(house: Any, shop: Any) -> None:
    flood = """
        @hookimpl
        async def customer_created(ctx, event):
            while True:
                await ctx.publish(type(event)(customer_id=event.customer_id, occurred_at=event.occurred_at))
    """
    await house.add("flood", flood)
    await shop.enable("flood")
    event = created(house.clock)

    async with asyncio.timeout(20):
        await shop.publish(event)

    with shop.acting():
        assert [row.id for row in await OutboxEvent.filter(name=event.name)] == [event.event_id]


async def test_an_event_comes_back_from_the_outbox_as_it_was(house: Any, shop: Any) -> None:
    full = InteractionRecorded(
        interaction_id=uuid7(),
        customer_id=uuid7(),
        kind="purchase",
        amount_minor=-(2**53),
        currency="CNY",
        order_ref="号 1",
        refund_of=uuid7(),
        occurred_at=house.clock() - timedelta(microseconds=1),
    )
    own = """
        from dataclasses import dataclass
        from datetime import date
        from typing import ClassVar
        from uuid import UUID

        @dataclass(frozen=True, slots=True, kw_only=True)
        class Drawn(Event):
            name: ClassVar[str] = "rich_drawn"
            on: date
            winners: tuple[UUID, ...] = ()
            odds: dict[str, float] | None = None
    """
    module = await house.add("rich", own)
    drawn = module.Drawn(on=date(2026, 1, 2), winners=(uuid7(),), odds={"a": 0.5}, occurred_at=house.clock())

    await shop.publish(full, drawn)

    with shop.acting():
        rows = {row.name: row for row in await OutboxEvent.all()}
    assert outbox.read(rows["interaction_recorded"]) == full
    assert outbox.read(rows["rich_drawn"]) == drawn


async def test_an_event_of_a_plugin_that_is_gone_waits_for_it(house: Any, shop: Any) -> None:
    own = """
        from dataclasses import dataclass
        from typing import ClassVar

        @dataclass(frozen=True, slots=True, kw_only=True)
        class Told(Event):
            name: ClassVar[str] = "teller_told"

        seen = []

        @hookimpl
        def event_published(ctx, event):
            seen.append(event.name)
            raise LookupError
    """
    module = await house.add("teller", own)
    await shop.enable("teller")
    await shop.publish(module.Told(occurred_at=house.clock()))
    gone = Event.known.pop("teller_told")

    await shop.work()
    Event.known["teller_told"] = gone
    waiting = await shop.deliveries()

    assert {one.state for one in waiting} == {"pending"}
    assert module.seen.count("teller_told") == 1
    assert max(one.due_at for one in waiting) == house.clock() + timedelta(minutes=10)


def test_one_name_is_one_event() -> None:
    with pytest.raises(ValueError, match=r"'customer_created' is already declared by guanxi\.events"):

        class Impostor(Event):
            name: ClassVar[str] = "customer_created"
