"""A full disk refuses work and loses none: what was acknowledged is there, and is run once there is room."""

from typing import Any
from uuid import UUID

import pytest
from tortoise.exceptions import OperationalError

from guanxi import jobs
from guanxi.db import faults
from guanxi.jobs.events import JobProgressed
from guanxi.plugins.models import OutboxEvent


async def limit_pages(bench: Any, more: int | None) -> None:
    """Let the file grow by so many pages; None lifts the limit."""
    (row,) = await bench.db.fetch("PRAGMA page_count")
    limit = 1_073_741_823 if more is None else row["page_count"] + more
    await bench.db.execute(f"PRAGMA max_page_count = {limit}")


async def order_and_tell(bench: Any, shop: UUID, n: int) -> None:
    """A job and an event in one transaction."""
    with bench.acting(shop) as ctx:
        async with ctx.transaction():
            job_id = await jobs.enqueue(ctx, "test.note", {"n": n, "filling": "x" * 2_000})
            await ctx.publish(JobProgressed(occurred_at=ctx.now(), job_id=job_id, state="waiting"))


# PostgreSQL has no such limit to set.
@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_what_was_acknowledged_before_the_disk_was_full_is_run_once_there_is_room(bench: Any, shop: UUID) -> None:
    bench.declare("test.note", is_told=False)
    acknowledged: list[int] = []
    await limit_pages(bench, 40)

    async def fill() -> None:
        while True:
            await order_and_tell(bench, shop, len(acknowledged))
            acknowledged.append(len(acknowledged))

    with pytest.raises(OperationalError) as full:
        await fill()
    while_full = await bench.tickets()
    with pytest.raises(OperationalError):
        await order_and_tell(bench, shop, -1)
    await limit_pages(bench, None)
    await bench.runner().run_due()

    with bench.acting(shop):
        events = await OutboxEvent.all().count()
    assert faults.is_unavailable(full.value)
    assert len(acknowledged) > 5
    assert while_full == events == len(acknowledged)
    assert sorted(bench.ran) == acknowledged
    assert set(await bench.states(shop)) == {"done"}


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_a_disk_that_is_full_while_jobs_run_loses_none_of_them(bench: Any, shop: UUID) -> None:
    async def grow(ctx: Any, payload: dict[str, Any]) -> None:
        async with ctx.transaction():
            await jobs.enqueue(ctx, "test.note", {"n": payload["n"], "filling": "x" * 20_000})

    bench.declare("test.note")
    bench.declare("test.grow", grow, retries=50)
    for n in range(30):
        await bench.order(shop, "test.grow", n)
    await limit_pages(bench, 60)

    await bench.runner().run_due()
    before = len(bench.ran)
    await limit_pages(bench, None)
    for _ in range(3):
        bench.clock.advance(hours=2)
        await bench.runner().run_due()

    assert before < 30
    assert sorted(bench.ran) == list(range(30))
    assert await bench.tickets() == 0
