"""Two customers become one and two again: nothing is lost, doubled or left behind."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from guanxi.customers import service as customers
from guanxi.customers.models import ContactPoint, Customer, CustomerTag, ExternalIdentity
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.rules.profile import Identity
from guanxi.customers.service import CustomerChanges
from guanxi.db.merchant import acting_for
from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError
from guanxi.events import InteractionsImported
from guanxi.interactions import service as interactions
from guanxi.interactions.models import Interaction
from guanxi.interactions.rules.facts import NewInteraction
from guanxi.quality import permissions, service
from guanxi.quality.models import CustomerMerge, MovedRow
from guanxi.testing.counts import scaled

MERGE = """mutation ($i: MergeCustomersInput!) { mergeCustomers(input: $i) { errors { code path }
    customer { displayName version merges { id unmergedAt } } merge { id absorbed { displayName archivedAt
    mergedInto { survivor { displayName } merge { id } } } } } }"""
UNMERGE = """mutation ($i: UnmergeCustomersInput!) { unmergeCustomers(input: $i) { errors { code path }
    survivor { displayName } absorbed { displayName archivedAt mergedInto { id } } merge { unmergedAt } } }"""
RESTORE = "mutation ($i: RestoreCustomerInput!) { restoreCustomer(input: $i) { errors { code } customer { id } } }"


async def bought(ctx: Any, customer_id: UUID, amount: int = 1_000, **said: Any) -> UUID:
    new = NewInteraction(customer_id, "purchase", ctx.now() - timedelta(hours=1), amount_minor=amount, **said)
    return (await interactions.record_interaction(ctx, new)).id


async def facts_of(customer_id: UUID) -> set[UUID]:
    return set(await Interaction.filter(customer_id=customer_id).values_list("id", flat=True))


async def test_every_fact_goes_to_the_survivor_and_comes_back(shop: Any, ctx: Any) -> None:
    one, two = await shop.customer("张伟"), await shop.customer("张玮")
    mine, theirs = await bought(ctx, one), await bought(ctx, two)
    merge = await service.merge_customers(ctx, one, two)
    later, named = await bought(ctx, one), await bought(ctx, two)

    assert await facts_of(one) == {mine, theirs, later, named}
    assert await facts_of(two) == set()
    await service.unmerge_customers(ctx, merge.id)
    assert await facts_of(one) == {mine, later, named}
    assert await facts_of(two) == {theirs}
    assert await bought(ctx, two) in await facts_of(two)
    assert await MovedRow.all().count() == 0


async def test_contact_points_identities_and_tags_move_but_not_twice(shop: Any, ctx: Any) -> None:
    one = await shop.customer("张伟", "13800000001")
    two = await shop.customer("张玮", "138 0000 0001", "wei@example.com")
    more = NewContact("phone", "13900002222", is_preferred=True)
    await customers.update_customer(
        ctx,
        one,
        CustomerChanges(add_contacts=[NewContact("phone", "13700003333", is_preferred=True)], add_tags=["VIP"]),
    )
    parts = CustomerChanges(add_contacts=[more], add_identities=[Identity("erp", "2")], add_tags=["vip", "新"])
    await customers.update_customer(ctx, two, parts)

    async def state(who: UUID) -> tuple[Any, ...]:
        points = await ContactPoint.filter(customer_id=who).order_by("id")
        names = await ExternalIdentity.filter(customer_id=who).values_list("external_id", flat=True)
        tags = await CustomerTag.filter(customer_id=who).values_list("folded", flat=True)
        return [(point.normalised, point.is_preferred) for point in points], list(names), sorted(tags)

    before = await state(one), await state(two)
    merge = await service.merge_customers(ctx, one, two)
    points, names, tags = await state(one)
    assert sorted(points) == [
        ("+8613700003333", True), ("+8613800000001", False), ("+8613900002222", False), ("wei@example.com", False)
    ]  # fmt: skip
    assert (names, tags) == (["2"], ["vip", "新"])
    assert await shop.found("2222") == {one}
    await service.unmerge_customers(ctx, merge.id)
    assert (await state(one), await state(two)) == before
    assert await shop.found("2222") == {two}


async def test_clients_merge_read_and_take_back(shop: Any) -> None:
    one, two = await shop.customer("张伟"), await shop.customer("张玮")
    given = {"survivor": f"cus_{one.hex}", "absorbed": f"cus_{two.hex}", "expectedVersion": 1, "absorbedVersion": 1}

    first = (await shop.told(MERGE, i=given))["mergeCustomers"]
    again = (await shop.told(MERGE, i=given))["mergeCustomers"]

    assert first == again
    assert (first["errors"], first["customer"]["version"]) == ([], 2)
    assert first["merge"]["absorbed"]["mergedInto"]["survivor"]["displayName"] == "张伟"
    assert first["merge"]["absorbed"]["archivedAt"] is not None
    refused = (await shop.told(RESTORE, i={"id": f"cus_{two.hex}", "expectedVersion": 2}))["restoreCustomer"]
    assert (refused["customer"], [error["code"] for error in refused["errors"]]) == (None, ["CONFLICT"])
    back = (await shop.told(UNMERGE, i={"id": first["merge"]["id"]}))["unmergeCustomers"]
    assert (back["absorbed"]["archivedAt"], back["absorbed"]["mergedInto"], back["errors"]) == (None, None, [])
    assert back == (await shop.told(UNMERGE, i={"id": first["merge"]["id"]}))["unmergeCustomers"]


async def test_a_chain_is_taken_back_from_its_end(shop: Any, ctx: Any) -> None:
    one, two, three = [await shop.customer(name) for name in ("甲", "乙", "丙")]
    facts = [await bought(ctx, who) for who in (one, two, three)]
    first = await service.merge_customers(ctx, two, one)
    second = await service.merge_customers(ctx, three, two)

    assert await facts_of(three) == set(facts)
    assert await service.survivors_of(ctx, [one, two, three]) == [three, three, None]
    assert set(await service.list_absorbed(ctx, three)) == {one, two}
    assert await bought(ctx, one) in await facts_of(three)
    with pytest.raises(ConflictError) as refused:
        await service.unmerge_customers(ctx, first.id)
    assert refused.value.details == {"laterMerge": f"mrg_{second.id.hex}"}
    await service.unmerge_customers(ctx, second.id)
    await service.unmerge_customers(ctx, first.id)
    assert [await facts_of(who) for who in (one, two)] == [{facts[0]}, {facts[1]}]


async def test_what_cannot_be_merged_is_refused_and_changes_nothing(shop: Any, ctx: Any, other: Any) -> None:
    one, two, three = [await shop.customer(name) for name in ("甲", "乙", "丙")]
    with acting_for(other.ctx.merchant.id):
        theirs = await other.customer("丁")
    await service.merge_customers(ctx, one, two)
    await customers.archive_customer(ctx, three)

    for survivor, absorbed, error in (
        (one, one, BadUserInputError),
        (one, theirs, NotFoundError),
        (theirs, one, NotFoundError),
        (two, three, ConflictError),
        (three, one, ConflictError),
    ):
        with pytest.raises(error):
            await service.merge_customers(ctx, survivor, absorbed)
    with pytest.raises(ConflictError):
        await service.merge_customers(ctx, one, three, survivor_version=1)
    with pytest.raises(ForbiddenError):
        await service.merge_customers(shop.without(permissions.MERGE_CUSTOMERS), one, three)
    assert await CustomerMerge.all().count() == 1


async def test_an_archived_customer_is_archived_again_after_a_merge(shop: Any, ctx: Any) -> None:
    one, two = await shop.customer("甲"), await shop.customer("乙")
    since = (await customers.archive_customer(ctx, two)).archived_at
    merge = await service.merge_customers(ctx, one, two)
    await service.unmerge_customers(ctx, merge.id)

    assert (await Customer.get(id=two)).archived_at == since


async def test_facts_that_come_in_while_customers_are_merged_are_not_lost(shop: Any, ctx: Any) -> None:
    one, two = await shop.customer("甲"), await shop.customer("乙")

    async def record(number: int) -> UUID:
        return await bought(ctx, two, external_id=f"f-{number}")

    async def merge(delay: float) -> None:
        await asyncio.sleep(delay)
        await service.merge_customers(ctx, one, two)

    done = await asyncio.gather(*(record(number) for number in range(scaled(200, 20))), merge(0), merge(0.05))

    assert await facts_of(one) == set(done[:-2])
    assert await facts_of(two) == set()
    assert await CustomerMerge.all().count() == 1


async def test_the_same_fact_again_is_known_after_a_merge(shop: Any, ctx: Any) -> None:
    one, two = await shop.customer("甲"), await shop.customer("乙")
    when = ctx.now() - timedelta(hours=1)
    new = NewInteraction(two, "purchase", when, amount_minor=5, external_id="x", source="erp")
    first = await interactions.record_interaction(ctx, new)
    await service.merge_customers(ctx, one, two)

    again = await interactions.record_interaction(ctx, new)

    assert (again.id, again.is_new) == (first.id, False)


async def test_historical_facts_of_one_merged_away_stand_with_the_survivor(shop: Any, ctx: Any) -> None:
    one, two = await shop.customer("甲"), await shop.customer("乙")
    await service.merge_customers(ctx, one, two)
    stray = await Interaction.create(
        customer_id=two, kind="visit", occurred_at=ctx.now(), recorded_at=ctx.now(), channel="web", source="web",
        currency="CNY", actor="t", mode="HISTORICAL",
    )  # fmt: skip

    from_file = NewInteraction(one, "visit", ctx.now() - timedelta(days=1))
    await interactions.record_interactions(ctx, [from_file], mode="HISTORICAL")
    assert await facts_of(two) == {stray.id}
    async with ctx.transaction():
        now, one_id = ctx.now(), stray.id
        await ctx.publish(InteractionsImported(occurred_at=now, count=1, first_id=one_id, last_id=one_id))

    assert stray.id in await facts_of(one)
