"""Whoever follows a merchant hears of what other processes commit: once, in order, and of nothing else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from guanxi import app
from guanxi.context import Context, utc_now
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.db.signals import Signals
from guanxi.events import CustomerCreated, CustomerUpdated, Event
from guanxi.merchants import service as merchants
from guanxi.plugins import relay
from guanxi.plugins.worker import context_for
from guanxi.settings import Settings
from guanxi.staff import service as staff
from guanxi.testing import counts


@pytest.fixture
async def two(database_settings: Settings, tmp_path: Path) -> AsyncIterator[tuple[Any, Any]]:
    """Two installations on one database, as two processes have it."""
    settings = database_settings.model_copy(update={"readers": 1, "pool_size": 4})
    async with app.running(settings, work=False) as here, app.running(settings, work=False) as there:
        yield here, there


async def open_shop(opened: Any, slug: str) -> Any:
    with opened.db.bound():
        founder = Context(staff.platform_principal(), opened.platform, "t")
        return merchants.ref_of(await staff.found_merchant(founder, merchants.NewMerchant(slug=slug, name=slug)))


async def publish(opened: Any, merchant: Any, *events: Event, is_replay: bool = False) -> None:
    """In one transaction, in the process of ``opened``."""
    with opened.db.bound(), acting_for(merchant.id):
        ctx = context_for(opened.platform, merchant)
        ctx.is_replay = is_replay
        async with ctx.transaction():
            for event in events:
                await ctx.publish(event)


def created() -> CustomerCreated:
    return CustomerCreated(customer_id=uuid7(), occurred_at=utc_now())


class Ear:
    """Follows a merchant in one process."""

    def __init__(self, opened: Any, merchant: Any) -> None:
        self.heard: list[Event] = []
        self.is_listening = asyncio.Event()
        self.task = asyncio.create_task(self._follow(opened, merchant))

    async def _follow(self, opened: Any, merchant: Any) -> None:
        with opened.db.bound(), acting_for(merchant.id):
            events = opened.platform.follow(context_for(opened.platform, merchant))
            first = asyncio.ensure_future(anext(events))
            while merchant.id not in opened.platform.relay._seen_until:  # noqa: ASYNC110 - nothing sets an event
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            self.is_listening.set()
            self.heard.append(await first)
            async for event in events:
                self.heard.append(event)

    async def until(self, count: int) -> list[Event]:
        async with asyncio.timeout(30):
            while len(self.heard) < count:  # noqa: ASYNC110 - nothing sets an event
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)  # whatever would come too often
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        return self.heard


async def listening(opened: Any, merchant: Any) -> Ear:
    ear = Ear(opened, merchant)
    await asyncio.wait_for(ear.is_listening.wait(), 30)
    return ear


async def test_events_of_both_processes_are_heard_once_and_in_the_order_of_their_commits(two: Any) -> None:
    here, there = two
    tea, silk = await open_shop(here, "tea"), await open_shop(here, "silk")
    await publish(there, tea, created())  # before anybody follows
    ear = await listening(here, tea)
    batches = [[created() for _ in range(3)] for _ in range(counts.scaled(60, 6))]

    for number, batch in enumerate(batches):
        await publish(there, tea, *batch)
        await publish(there, silk, created())
        if number % 2:
            await publish(here, tea, CustomerUpdated(customer_id=uuid7(), occurred_at=utc_now()))

    heard = await ear.until(len(batches) * 3 + len(batches) // 2)
    foreign = [event.event_id for event in heard if isinstance(event, CustomerCreated)]
    assert foreign == [event.event_id for batch in batches for event in batch]
    assert len(heard) == len(batches) * 3 + len(batches) // 2


async def test_what_is_rolled_back_or_replayed_elsewhere_is_not_heard(two: Any) -> None:
    here, there = two
    tea = await open_shop(here, "tea")
    ear = await listening(here, tea)
    last = created()

    await publish(there, tea, created(), is_replay=True)
    with pytest.raises(TypeError):
        await publish(there, tea, created(), "no event")
    await publish(there, tea, last)

    assert [event.event_id for event in await ear.until(1)] == [last.event_id]


async def test_more_events_than_one_notification_can_name_are_all_heard(two: Any) -> None:
    here, there = two
    tea = await open_shop(here, "tea")
    ear = await listening(here, tea)
    events = [created() for _ in range(relay.NAMED * 2 + 1)]

    await publish(there, tea, *events)

    assert [event.event_id for event in await ear.until(len(events))] == [event.event_id for event in events]


# On SQLite nothing can be lost but the file.
@pytest.mark.parametrize("database_settings", ["postgres"], indirect=True)
async def test_what_was_committed_while_the_connection_was_lost_is_heard_afterwards(two: Any) -> None:
    here, there = two
    tea = await open_shop(here, "tea")
    ear = await listening(here, tea)

    with there.db.bound():
        await there.db.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'")
    await publish(there, tea, *(events := [created() for _ in range(3)]))

    assert {event.event_id for event in await ear.until(3)} == {event.event_id for event in events}


async def test_signals_say_that_something_may_have_happened(database_settings: Settings, db: Any) -> None:
    heard = asyncio.Event()
    signals = Signals(database_settings)
    signals.on("guanxi_jobs", lambda _: heard.set())

    signals.start()
    await asyncio.wait_for(heard.wait(), 30)
    await signals.stop()

    assert heard.is_set()
