"""Facts are recorded once, all or none, with a fixed number of statements."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from guanxi.context import Context
from guanxi.db import statements
from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError
from guanxi.events import InteractionRecorded, InteractionsImported
from guanxi.interactions import permissions, service
from guanxi.interactions.models import Interaction, InteractionItem
from guanxi.interactions.rules.facts import NewItem
from guanxi.testing import counts

ITEMS = [NewItem("tea-1", 2, 600, "tea"), NewItem("cup-1", 1, 400, None)]


async def test_a_fact_is_read_back_as_it_was_told(shop: Any, ctx: Context, customer: UUID, new: Any) -> None:
    told = new(channel="jd", external_id="J1", order_ref="O1", body="谢谢", attributes={"a": [1, 2.5]}, items=ITEMS)
    recorded = await service.record_interaction(ctx, told)

    row = await Interaction.get(id=recorded.id)
    items = (await service.items_of(ctx, [row.id]))[0]
    assert recorded.is_new
    assert (row.customer_id, row.kind, row.occurred_at, row.recorded_at) == (customer, "purchase", ctx.now(), ctx.now())
    assert (row.channel, row.source, row.external_id, row.order_ref) == ("jd", "jd", "J1", "O1")
    assert (row.amount_minor, row.currency, row.body, row.attributes) == (1000, "CNY", "谢谢", {"a": [1, 2.5]})
    assert (row.actor, row.mode, row.voids_id, row.voided_by_id) == ("token:t", "LIVE", None, None)
    assert [(item.position, item.sku, item.qty, item.amount_minor) for item in items] == [
        (0, "tea-1", 2, 600),
        (1, "cup-1", 1, 400),
    ]
    assert isinstance(shop.events[0], InteractionRecorded)
    assert (shop.events[0].interaction_id, shop.events[0].amount_minor) == (row.id, 1000)


async def test_told_again_it_is_the_first_one(shop: Any, ctx: Context, new: Any) -> None:
    told = new(external_id="J1", items=ITEMS, attributes={"b": 1, "a": 1.0})
    first = await service.record_interaction(ctx, told)
    again = await service.record_interaction(ctx, replace(told, attributes={"a": 1.0, "b": 1}))

    assert (again.id, again.is_new) == (first.id, False)
    assert (await Interaction.all().count(), await InteractionItem.all().count(), len(shop.events)) == (1, 2, 1)


async def test_other_content_under_the_same_id_is_a_conflict(ctx: Context, new: Any) -> None:
    told = new(external_id="J1", source="erp", items=ITEMS)
    await service.record_interaction(ctx, told)

    for other in ({"amount_minor": 1001}, {"kind": "visit"}, {"attributes": {"a": 2}}, {"items": ITEMS[:1]}):
        with pytest.raises(ConflictError) as caught:
            await service.record_interaction(ctx, replace(told, **other))
        assert caught.value.path == ("externalId",)
    assert await Interaction.all().count() == 1


async def test_one_id_of_two_sources_is_two_facts(ctx: Context, new: Any) -> None:
    recorded = await service.record_interactions(
        ctx, [new(external_id="1", channel="jd"), new(external_id="1", channel="taobao"), new(), new()]
    )

    assert len({one.id for one in recorded}) == 4


async def test_one_id_twice_in_a_batch_is_one_fact(ctx: Context, new: Any) -> None:
    first, again = await service.record_interactions(ctx, [new(external_id="1"), new(external_id="1")])

    assert (first.id, first.is_new, again.is_new) == (again.id, True, False)
    with pytest.raises(ConflictError) as caught:
        await service.record_interactions(ctx, [new(external_id="2"), new(external_id="2", amount_minor=7)])
    assert caught.value.path == ("interactions", 1, "externalId")
    assert await Interaction.all().count() == 1


async def test_many_at_the_same_time_are_one_row(ctx: Context, new: Any) -> None:
    tries = counts.scaled(500)
    recorded = await asyncio.gather(
        *(service.record_interaction(ctx, new(external_id="J1", items=ITEMS)) for _ in range(tries))
    )

    assert (sum(one.is_new for one in recorded), len({one.id for one in recorded})) == (1, 1)
    assert (await Interaction.all().count(), await InteractionItem.all().count()) == (1, 2)


async def test_batches_that_meet_head_on_both_end(ctx: Context, new: Any) -> None:
    facts = [new(external_id=str(number)) for number in range(40)]
    await asyncio.gather(*(service.record_interactions(ctx, order) for _ in range(4) for order in (facts, facts[::-1])))

    assert await Interaction.all().count() == 40


async def test_historical_facts_are_one_event(shop: Any, ctx: Context, new: Any) -> None:
    recorded = await service.record_interactions(ctx, [new(), new(), new()], mode="HISTORICAL")
    ids = sorted(one.id for one in recorded)

    (event,) = shop.events
    assert isinstance(event, InteractionsImported)
    assert (event.count, event.first_id, event.last_id) == (3, ids[0], ids[-1])
    assert {row.mode for row in await Interaction.all()} == {"HISTORICAL"}


async def test_a_batch_is_recorded_whole_or_not_at_all(shop: Any, ctx: Context, new: Any) -> None:
    for bad in ({"customer_id": UUID(int=7)}, {"kind": "refund", "refund_of": UUID(int=7)}):
        with pytest.raises(NotFoundError) as caught:
            await service.record_interactions(ctx, [new(), new(**bad)])
        assert caught.value.path[:2] == ("interactions", 1)

    assert (await Interaction.all().count(), shop.events) == (0, [])


async def test_another_shops_customer_does_not_exist(ctx: Context, other: Any, new: Any) -> None:
    with other.acting():
        (stranger,) = await other.customers(1)

    with pytest.raises(NotFoundError):
        await service.record_interaction(ctx, new(customer_id=stranger))


async def test_a_refund_is_of_the_same_customer_and_currency(shop: Any, ctx: Context, new: Any) -> None:
    sale = await service.record_interaction(ctx, new())
    (somebody,) = await shop.customers(1)

    await service.record_interaction(ctx, new(kind="refund", refund_of=sale.id))
    for other in ({"customer_id": somebody}, {"currency": "USD"}):
        with pytest.raises(BadUserInputError) as caught:
            await service.record_interaction(ctx, new(kind="refund", refund_of=sale.id, **other))
        assert caught.value.path == ("refundOf",)


async def test_too_many_facts_and_a_missing_right_are_refused(shop: Any, ctx: Context, new: Any) -> None:
    with pytest.raises(BadUserInputError):
        await service.record_interactions(ctx, [new()] * 1001)
    with pytest.raises(ForbiddenError):
        await service.record_interaction(shop.without(permissions.RECORD_INTERACTIONS), new())
    assert await service.record_interactions(ctx, []) == []


async def test_ten_facts_cost_as_many_statements_as_a_hundred(shop: Any, ctx: Context, new: Any) -> None:
    people = await shop.customers(100)

    async def cost(size: int) -> int:
        batch = [new(customer_id=people[n], external_id=f"{size}-{n}", items=ITEMS) for n in range(size)]
        with statements.counting() as counted:
            await service.record_interactions(ctx, batch)
        return counted.count

    assert await cost(10) == await cost(100) <= 6


async def test_timelines_come_newest_first_in_the_order_asked(shop: Any, ctx: Context, new: Any) -> None:
    people = await shop.customers(3)
    for hour in range(3):
        at = ctx.now().replace(hour=hour)
        await service.record_interactions(ctx, [new(customer_id=one, occurred_at=at) for one in people[:2]])

    with statements.counting() as counted:
        second, third, first = await service.interactions_of(ctx, [people[1], people[2], people[0]], limit=2)

    assert [row.occurred_at.hour for row in second] == [2, 1]
    assert ({row.customer_id for row in second}, third, len(first)) == ({people[1]}, [], 2)
    assert counted.count == 2
