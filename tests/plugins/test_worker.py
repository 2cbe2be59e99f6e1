"""The worker works off what is due, for every merchant, whatever fails for one of them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from guanxi.context import utc_now
from guanxi.db.fields import uuid7
from guanxi.events import CustomerCreated
from guanxi.plugins import worker
from guanxi.plugins.worker import Worker
from guanxi.testing.clock import Clock

SLOW_TO_LEARN = """
fails = 1
heard = []

@hookimpl
async def customer_created(ctx, event):
    global fails
    if fails:
        fails -= 1
        raise LookupError
    heard.append(ctx.merchant.slug)
"""


@pytest.fixture(autouse=True)
def present(clock: Clock) -> None:
    """The worker looks at the wall clock."""
    clock.moment = utc_now()


@pytest.fixture
async def running(house: Any) -> AsyncIterator[Worker]:
    made = Worker(house.platform)
    made.start()
    yield made
    await made.stop()


async def until(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - a plugin's module can set no event
            await asyncio.sleep(0.02)


async def test_a_failure_wakes_the_worker_at_once(
    house: Any, shop: Any, monkeypatch: pytest.MonkeyPatch, running: Worker
) -> None:
    monkeypatch.setattr(worker, "EVERY_SECONDS", 3600)
    module = await house.add("learner", SLOW_TO_LEARN)
    await shop.enable("learner")
    await asyncio.sleep(0.2)

    await shop.publish(CustomerCreated(customer_id=uuid7(), occurred_at=house.clock()))
    await until(lambda: module.heard)

    assert module.heard == ["tea-a"]


async def test_what_another_process_left_is_found_in_the_next_round(
    house: Any, shop: Any, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "EVERY_SECONDS", 0.1)
    module = await house.add("learner", SLOW_TO_LEARN.replace("fails = 1", "fails = 2"))
    for one in (shop, other):
        await one.enable("learner")
        await one.publish(CustomerCreated(customer_id=uuid7(), occurred_at=house.clock()))
    house.platform.rung.clear()
    house.platform.bell.clear()

    made = Worker(house.platform)
    made.start()
    await until(lambda: len(module.heard) == 2)
    await made.stop()

    assert sorted(module.heard) == ["tea-a", "tea-b"]


async def test_work_that_fails_for_one_merchant_is_done_for_the_others(
    house: Any, shop: Any, other: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    served: list[str] = []
    serve = worker.serve_merchant

    async def faulty(platform: Any, merchant: Any) -> None:
        served.append(merchant.slug)
        if merchant.slug == "tea-a":
            raise LookupError
        await serve(platform, merchant)

    monkeypatch.setattr(worker, "serve_merchant", faulty)
    made = Worker(house.platform)
    with caplog.at_level(logging.ERROR, "guanxi.worker"):
        made.start()
        await until(lambda: len(served) == 2)
        await made.stop()

    assert sorted(served) == ["tea-a", "tea-b"]
    assert "work for merchant tea-a failed; trying again" in caplog.text
