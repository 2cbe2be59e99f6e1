"""A plugin that blocks the loop is named while it does, and counted when it returns."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from guanxi.db.fields import uuid7
from guanxi.events import CustomerCreated
from guanxi.plugins.watchdog import Watchdog

BLOCKING = """
import time

READ = Permission("rude.thing.read", "See", "查看")
schema = SchemaPart()
seconds = 0.0

@hookimpl
async def customer_created(ctx, event):
    block()

def block():
    time.sleep(seconds)  # here

@hookimpl
def schema_part():
    return schema

@schema.query(permission=READ)
async def rude(ctx) -> int | None:
    \"\"\"Blocks.\"\"\"
    block()
    return 1
"""


@pytest.fixture
async def watchdog(house: Any) -> AsyncIterator[Watchdog]:
    made = Watchdog(house.platform, seconds=0.4)
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def rude(house: Any, shop: Any) -> Any:
    module = await house.add("rude", BLOCKING)
    await shop.enable("rude")
    return module


async def blamed(shop: Any) -> list[str]:
    return [one.place for one in await shop.faults("rude") if one.reason == "BlockedLoopError"]


def culprit(house: Any) -> str:
    """The line that blocks."""
    file = house.folder / "rude.py"
    return next(f"{file}:{at}" for at, line in enumerate(file.read_text().splitlines(), 1) if line.endswith("# here"))


async def block_in_a_handler(house: Any, shop: Any) -> None:
    await shop.publish(CustomerCreated(customer_id=uuid7(), occurred_at=house.clock()))


async def block_in_a_resolver(house: Any, shop: Any) -> None:
    assert (await shop.ask("{ rude }")).errors == []


@pytest.mark.parametrize("block", [block_in_a_handler, block_in_a_resolver])
async def test_who_blocks_the_loop_is_named_with_its_line_and_counted_for_that_merchant(
    house: Any, shop: Any, other: Any, rude: Any, watchdog: Watchdog, block: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await other.enable("rude")
    rude.seconds = 1.2

    with caplog.at_level(logging.ERROR, "guanxi.watchdog"):
        await block(house, shop)
        await asyncio.sleep(0.1)

    [line] = [record.getMessage() for record in caplog.records if record.name == "guanxi.watchdog"]
    assert line == f"plugin rude blocks the loop at {culprit(house)}"
    assert await blamed(shop) == [culprit(house)]
    assert await blamed(other) == []


async def test_who_is_quick_is_not_named(house: Any, shop: Any, rude: Any, watchdog: Watchdog) -> None:
    rude.seconds = 0.05

    for _ in range(5):
        await block_in_a_resolver(house, shop)
    await asyncio.sleep(0.1)

    assert await blamed(shop) == []
