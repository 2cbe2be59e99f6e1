"""A plugin that keeps failing for one merchant rests, for that merchant only, and is tried again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guanxi.db.fields import uuid7
from guanxi.events import CustomerCreated
from guanxi.merchants.models import Merchant
from guanxi.plugins.models import Enablement
from guanxi.plugins.quarantine import Quarantine, RuntimeFault, rest

NOON = datetime(2026, 11, 11, 12, tzinfo=UTC)
SHAKY = """
READ = Permission("shaky.thing.read", "See", "查看")
schema = SchemaPart()
broken = True
heard = []

@schema.batch(Customer, permission=READ)
async def mood(customers: list[Customer], ctx) -> list[str | None]:
    \"\"\"A mood.\"\"\"
    return ["fine"] * len(customers)

@hookimpl
def schema_part():
    return schema

@hookimpl
async def customer_created(ctx, event):
    if broken:
        raise LookupError("a text with personal data")
    heard.append((event.event_id, ctx.is_replay))
"""


async def fail(house: Any, shop: Any, times: int = 5) -> None:
    for _ in range(times):
        await shop.publish(CustomerCreated(customer_id=uuid7(), occurred_at=house.clock()))
    await house.platform.settle()


async def is_on(shop: Any) -> bool:
    ctx = await shop.ctx()
    return "shaky" in ctx.principal.plugins and "mood: String" in ctx.schema.sdl()


@pytest.fixture
async def module(house: Any, shop: Any, other: Any) -> Any:
    made = await house.add("shaky", SHAKY)
    for one in (shop, other):
        await one.enable("shaky")
    return made


async def test_five_faults_in_a_minute_suspend_a_plugin_for_that_merchant_only(
    house: Any, shop: Any, other: Any, module: Any
) -> None:
    before = (await Merchant.get(id=shop.ref.id)).epoch

    await fail(house, shop, 4)
    four = await is_on(shop)
    await fail(house, shop, 1)

    assert (four, await is_on(shop), await is_on(other)) == (True, False, True)
    assert (await Merchant.get(id=shop.ref.id)).epoch == before + 1


async def test_the_merchant_reads_why_but_no_text_of_the_exception(house: Any, shop: Any, module: Any) -> None:
    await fail(house, shop)

    faults = await shop.faults("shaky")

    assert {(one.kind, one.place, one.reason) for one in faults} == {("runtime", "customer_created", "LookupError")}
    assert faults[0].at == house.clock()
    with shop.acting():
        assert len((await Enablement.get(plugin="shaky")).faults) == 5, "every process can show them"


async def test_it_is_tried_again_after_5_then_15_then_60_minutes(house: Any, shop: Any, module: Any) -> None:
    rests = []
    for minutes in (5, 15, 60, 60):
        await fail(house, shop)
        house.clock.advance(minutes=minutes, seconds=-1)
        await shop.work()
        asleep = not await is_on(shop)
        module.broken = False
        house.clock.advance(seconds=1)
        await shop.work()
        rests.append((asleep, await is_on(shop)))
        module.broken = True

    assert rests == [(True, True)] * 4


async def test_after_an_hour_without_quarantine_the_pauses_begin_anew(house: Any, shop: Any, module: Any) -> None:
    for _ in range(2):
        await fail(house, shop)
        house.clock.advance(minutes=15)
        await shop.work()
    house.clock.advance(hours=1)

    await fail(house, shop)

    with shop.acting():
        row = await Enablement.get(plugin="shaky")
    assert row.suspended_until == house.clock() + timedelta(minutes=5)


async def test_the_end_of_a_quarantine_raises_the_epoch_so_that_every_process_tries_again(
    house: Any, shop: Any, module: Any
) -> None:
    await fail(house, shop)
    asleep = (await Merchant.get(id=shop.ref.id)).epoch
    module.broken = False
    house.clock.advance(minutes=5)

    await shop.work()
    await shop.work()

    assert (await Merchant.get(id=shop.ref.id)).epoch == asleep + 1


async def test_what_happened_meanwhile_is_told_afterwards_and_is_no_replay(house: Any, shop: Any, module: Any) -> None:
    await fail(house, shop)
    house.clock.advance(minutes=2)
    meanwhile = CustomerCreated(customer_id=uuid7(), occurred_at=house.clock())
    await shop.publish(meanwhile)
    module.broken = False
    await shop.work()
    asleep = list(module.heard)
    house.clock.advance(minutes=4)

    await shop.work()

    assert asleep == []
    assert len(module.heard) == 6, "the five that failed, too"
    assert (meanwhile.event_id, False) in module.heard


async def test_who_disables_and_enables_it_starts_afresh(house: Any, shop: Any, module: Any) -> None:
    await fail(house, shop)
    module.broken = False

    await shop.disable("shaky")
    await shop.enable("shaky")
    await shop.work()

    assert await is_on(shop)
    assert len(module.heard) == 5
    assert await shop.faults("shaky") == []


async def test_what_requires_a_plugin_in_quarantine_rests_with_it(house: Any, shop: Any, module: Any) -> None:
    await house.add("leaning", SHAKY.replace("shaky", "leaning").replace("mood", "temper"), requires=("shaky",))
    await shop.enable("leaning")

    with shop.acting():
        ctx = await shop.ctx()
        for _ in range(5):
            house.platform.report_fault(ctx, "shaky", "mood", LookupError())
    await house.platform.settle()
    await shop.publish(CustomerCreated(customer_id=uuid7(), occurred_at=house.clock()))

    assert "temper: String" not in (await shop.ctx()).schema.sdl()
    assert await shop.deliveries() == [], "nobody was called"
    await shop.work()
    house.host.loaded["leaning"].module.broken = module.broken = False
    house.clock.advance(minutes=5)
    for _ in range(2):
        await shop.work()
    assert len(house.host.loaded["leaning"].module.heard) == 1, "but afterwards"


def fault(seconds: float) -> RuntimeFault:
    return RuntimeFault("shaky", "somewhere", "LookupError", NOON + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("seconds", "due"),
    [
        ([0, 1, 2, 3, 4], [4]),
        ([0, 15, 30, 45, 59.9], [4]),
        ([0, 15, 30, 45, 60], []),
        ([0, 20, 40, 60, 80, 81, 82], [6]),
        (list(range(10)), [4, 9]),
    ],
)
def test_the_fifth_within_a_minute_is_due_and_counting_begins_anew(seconds: list[float], due: list[int]) -> None:
    quarantine, merchant = Quarantine(), uuid7()

    found = [index for index, moment in enumerate(seconds) if quarantine.count(merchant, fault(moment))]

    assert found == due


def test_rests_grow_to_an_hour() -> None:
    assert [rest(before).total_seconds() / 60 for before in range(5)] == [5, 15, 60, 60, 60]
