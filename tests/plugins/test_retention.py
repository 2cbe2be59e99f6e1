"""Old events are forgotten, but none that a plugin may still have to hear of."""

from typing import Any

from guanxi.db.fields import uuid7
from guanxi.events import CustomerCreated
from guanxi.jobs.events import JobProgressed
from guanxi.plugins import retention
from guanxi.plugins.models import Delivery, OutboxEvent

LISTENER = """
heard = []

@hookimpl
async def customer_created(ctx, event):
    heard.append(event.customer_id)
"""
FAILING = LISTENER.replace("heard.append(event.customer_id)", "raise LookupError")


async def publish(house: Any, shop: Any) -> None:
    now = house.clock()
    await shop.publish(
        CustomerCreated(customer_id=uuid7(), occurred_at=now),
        JobProgressed(job_id=uuid7(), state="done", occurred_at=now),
    )


async def trim(shop: Any) -> list[str]:
    """Trim; the names of what is kept."""
    with shop.acting():
        await retention.trim_events(await shop.ctx())
        names = await OutboxEvent.exclude(name="plugin_state_changed").order_by("id").values_list("name", flat=True)
    return [str(one) for one in names]


async def test_events_are_kept_for_their_time_and_passing_ones_for_a_week(house: Any, shop: Any) -> None:
    kept = []

    await publish(house, shop)
    for days in (6, 2, 391, 2):
        house.clock.advance(days=days)
        kept.append(await trim(shop))

    assert kept == [["customer_created", "job_progressed"], ["customer_created"], ["customer_created"], []]


async def test_events_wait_for_a_plugin_that_is_switched_off_and_are_heard_by_it(house: Any, shop: Any) -> None:
    module = await house.add("listener", LISTENER)
    await shop.enable("listener")
    await shop.disable("listener")
    await publish(house, shop)

    house.clock.advance(days=500)
    kept = await trim(shop)
    await shop.enable("listener")
    await shop.work()

    assert (kept, len(module.heard)) == (["customer_created"], 1)


async def test_an_event_that_a_plugin_has_still_to_hear_of_is_kept_with_its_delivery(house: Any, shop: Any) -> None:
    await house.add("failing", FAILING)
    await shop.enable("failing")
    await publish(house, shop)
    await publish(house, shop)
    with shop.acting():
        first = await Delivery.all().order_by("event_id").first()
        await Delivery.filter(id=first.id).update(state="done")

    house.clock.advance(days=500)
    kept = await trim(shop)

    assert kept == ["customer_created"]
    assert [one.state for one in await shop.deliveries()] == ["pending"]
