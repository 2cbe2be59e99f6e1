"""What happened while a plugin was off reaches it when it comes back: each event once, and nobody is notified."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from guanxi.db.fields import uuid7
from guanxi.events import CustomerCreated, CustomerUpdated, InteractionRecorded
from guanxi.plugins import missed
from guanxi.plugins.models import Enablement
from guanxi.testing import counts

LEDGER = """
class Entry(MerchantModel):
    event_id = IdField()

    class Meta:
        table = "ledger_entry"

replays = []

@hookimpl
async def customer_created(ctx, event):
    replays.append(ctx.is_replay)
    await Entry.create(event_id=event.event_id)

@hookimpl
async def interaction_recorded(ctx, event):
    replays.append(ctx.is_replay)
    await Entry.create(event_id=event.event_id)
"""


@pytest.fixture
async def module(house: Any) -> Any:
    return await house.add("ledger", LEDGER, models="guanxi_file_ledger")


async def happen(house: Any, shop: Any, *, days_ago: int = 0) -> UUID:
    """A new customer, known now, who came some days ago."""
    event = CustomerCreated(customer_id=uuid7(), occurred_at=house.clock() - timedelta(days=days_ago))
    await shop.publish(event)
    return event.event_id


async def entries(shop: Any, module: Any) -> list[UUID]:
    with shop.acting():
        return [row.event_id for row in await module.Entry.all().order_by("id")]


async def test_what_a_plugin_missed_while_it_was_off_is_told_once_it_is_on_again(
    house: Any, shop: Any, module: Any
) -> None:
    await happen(house, shop)
    house.clock.advance(seconds=1)
    await shop.enable("ledger")
    heard = await happen(house, shop)
    await shop.disable("ledger")
    house.clock.advance(hours=1)
    absent = [await happen(house, shop) for _ in range(3)]
    house.clock.advance(hours=1)

    await shop.enable("ledger")
    for _ in range(2):
        await shop.work()

    assert await entries(shop, module) == [heard, *absent]
    assert module.replays == [False, True, True, True]


async def test_a_replay_raises_no_subscription(house: Any, shop: Any) -> None:
    echo = """
        @hookimpl
        async def customer_created(ctx, event):
            from guanxi.events import CustomerUpdated
            await ctx.publish(CustomerUpdated(customer_id=event.customer_id, occurred_at=event.occurred_at))
    """
    await house.add("echo", echo)
    await shop.enable("echo")
    await shop.disable("echo")
    await happen(house, shop)
    await shop.enable("echo")

    with house.platform.followers.following(shop.ref.id) as queue:
        await shop.work()

    assert [one for one in [queue.get_nowait() for _ in range(queue.qsize())] if isinstance(one, CustomerUpdated)] == []


async def test_the_first_time_a_plugin_hears_from_now_on(house: Any, shop: Any, module: Any) -> None:
    await happen(house, shop)

    await shop.enable("ledger")
    await shop.work()

    assert await entries(shop, module) == []


async def test_or_of_everything_that_happened_since_a_moment_of_choice(house: Any, shop: Any, module: Any) -> None:
    await happen(house, shop, days_ago=9)
    recent = await happen(house, shop, days_ago=2)
    today = await happen(house, shop)

    await shop.enable("ledger", backfill_from=house.clock() - timedelta(days=3))
    later = await happen(house, shop)
    await shop.work()

    assert sorted(await entries(shop, module)) == sorted([recent, today, later])


async def test_after_a_purge_all_that_is_asked_for_is_told_anew(house: Any, shop: Any, module: Any) -> None:
    await shop.enable("ledger")
    first = await happen(house, shop)
    await shop.disable("ledger")
    house.clock.advance(hours=1)
    await shop.purge("ledger")

    await shop.enable("ledger", backfill_from=house.clock() - timedelta(days=1))
    await shop.work()

    assert await entries(shop, module) == [first]
    assert module.replays == [False, True]


async def test_without_a_purge_what_it_has_heard_of_is_not_told_again(house: Any, shop: Any, module: Any) -> None:
    await shop.enable("ledger")
    first = await happen(house, shop)
    await shop.disable("ledger")

    await shop.enable("ledger", backfill_from=house.clock() - timedelta(days=1))
    await shop.work()

    assert await entries(shop, module) == [first]


async def test_only_events_that_it_has_a_hook_for_are_made_due(house: Any, shop: Any, module: Any) -> None:
    await shop.enable("ledger")
    await shop.disable("ledger")
    await shop.publish(CustomerUpdated(customer_id=uuid7(), occurred_at=house.clock()))
    fact = InteractionRecorded(interaction_id=uuid7(), customer_id=uuid7(), kind="purchase", occurred_at=house.clock())
    await shop.publish(fact)

    await shop.enable("ledger")
    await shop.work()

    assert await entries(shop, module) == [fact.event_id]
    assert len(await shop.deliveries()) == 1


async def test_pages_of_any_size_come_to_the_same_and_interrupted_ones_go_on(
    house: Any, shop: Any, module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missed, "PAGE", 3)
    await shop.enable("ledger")
    await shop.disable("ledger")
    absent = [await happen(house, shop) for _ in range(7)]
    await shop.enable("ledger")

    with shop.acting():
        ctx = await shop.ctx()
        looked_at = [await missed.schedule(ctx, house.host.loaded["ledger"]) for _ in range(2)]
    await shop.disable("ledger")
    await shop.enable("ledger")
    await shop.work()

    assert looked_at == [3, 3]
    assert await entries(shop, module) == absent
    with shop.acting():
        assert (await Enablement.get(plugin="ledger")).missed_since is None


async def test_a_request_that_began_before_a_plugin_was_enabled_tells_it_all_the_same(
    house: Any, shop: Any, module: Any
) -> None:
    old = await shop.ctx()
    await shop.enable("ledger")
    event = CustomerCreated(customer_id=uuid7(), occurred_at=house.clock())

    await shop.publish(event, ctx=old)

    assert await entries(shop, module) == [event.event_id]


async def test_and_one_that_began_before_it_was_disabled_leaves_the_event_for_later(
    house: Any, shop: Any, module: Any
) -> None:
    await shop.enable("ledger")
    old = await shop.ctx()
    await shop.disable("ledger")
    event = CustomerCreated(customer_id=uuid7(), occurred_at=house.clock())

    await shop.publish(event, ctx=old)
    before = await entries(shop, module)
    await shop.enable("ledger")
    await shop.work()

    assert (before, await entries(shop, module)) == ([], [event.event_id])


async def test_what_happens_while_an_update_is_broken_is_told_once_it_is_repaired(
    house: Any, shop: Any, module: Any
) -> None:
    await shop.enable("ledger")
    house.clock.advance(hours=1)
    sound = dict(house.host.loaded)
    house.host.loaded = {}
    await shop.work()
    absent = await happen(house, shop)
    house.clock.advance(hours=1)
    house.host.loaded = sound

    for _ in range(2):
        await shop.work()

    assert await entries(shop, module) == [absent]
    assert module.replays == [False]


async def test_events_and_switches_at_the_same_time_lose_and_repeat_nothing(house: Any, shop: Any, module: Any) -> None:
    await shop.enable("ledger")
    published: list[UUID] = []

    async def sell() -> None:
        for _ in range(counts.scaled(40)):
            published.append(await happen(house, shop))

    async def switch() -> None:
        for _ in range(counts.scaled(20)):
            await shop.disable("ledger")
            await asyncio.sleep(0.01)
            await shop.enable("ledger")
            await shop.work()

    await asyncio.gather(switch(), *(sell() for _ in range(3)))
    await shop.work()

    assert sorted(await entries(shop, module)) == sorted(published)


async def test_one_shop_hears_nothing_of_another(house: Any, shop: Any, other: Any, module: Any) -> None:
    for one in (shop, other):
        await one.enable("ledger")
        await one.disable("ledger")
    await happen(house, other)

    await shop.enable("ledger")
    await shop.work()
    await other.work()

    assert (await entries(shop, module), await entries(other, module)) == ([], [])
