"""A cancel at any moment leaves nothing half written and nothing locked."""

import asyncio
import random
import sqlite3
from typing import Any
from uuid import UUID

import pytest
from tea_shop.models import Note

from guanxi.db.database import Database
from guanxi.testing import counts


async def write_two(db: Database) -> None:
    """Two rows or none, with reads and a savepoint between."""
    async with db.transaction():
        await Note.all().count()
        await Note.create(text="one")
        async with db.transaction():
            await Note.create(text="two")


async def is_usable(db: Database) -> None:
    """Somebody else can write at once and sees whole transactions only."""
    async with asyncio.timeout(10):
        async with db.transaction():
            count = await Note.all().count()
        assert count % 2 == 0, "half a transaction is visible"
        assert count == await Note.all().count()
    if db.dialect == "postgres":
        assert db.client._pool.get_idle_size() == db.client._pool.get_size()
    else:
        assert not any(lane.raw.in_transaction for lane in db.client.lanes)


@pytest.mark.parametrize("pause", [0.0, 0.0003])
async def test_cancelled_at_every_turn_of_the_loop(db: Database, pause: float) -> None:
    """Cancel after k turns, for every k until the work ends by itself."""
    finished = turns = 0

    while finished < 3 and turns < 600:
        task = asyncio.create_task(write_two(db))
        for _ in range(turns):
            await asyncio.sleep(0)
        if pause:
            await asyncio.sleep(pause * (turns % 12))
        task.cancel()
        outcome = (await asyncio.gather(task, return_exceptions=True))[0]
        assert outcome is None or isinstance(outcome, asyncio.CancelledError)
        finished += outcome is None
        await is_usable(db)
        turns += 1

    assert finished == 3


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_cancelled_again_while_it_ends(db: Database, times: int) -> None:
    for turns in range(0, 60, 3):
        task = asyncio.create_task(write_two(db))
        for _ in range(turns):
            await asyncio.sleep(0)
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.gather(task, return_exceptions=True)
        await is_usable(db)


async def test_a_storm_of_cancels(db: Database) -> None:
    rng = random.Random(7)
    tasks = [asyncio.create_task(write_two(db)) for _ in range(counts.scaled(1000))]

    for _ in range(len(tasks)):
        await asyncio.sleep(rng.random() * 0.002)
        rng.choice(tasks).cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert {type(one) for one in outcomes} <= {type(None), asyncio.CancelledError}
    await is_usable(db)
    # A cancel that comes during COMMIT is told after it: the work is there then.
    assert await Note.all().count() >= 2 * sum(one is None for one in outcomes)


async def test_a_snapshot_that_is_cancelled_gives_its_connection_back(db: Database) -> None:
    async def read() -> None:
        async with db.reading():
            for _ in range(5):
                await Note.all().count()

    for turns in range(40):
        task = asyncio.create_task(read())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await asyncio.gather(*(read() for _ in range(20)))

    await is_usable(db)


SLOW = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000)"
    " SELECT count(*) AS n FROM n",
    "postgres": "SELECT pg_sleep(600)",
}


@pytest.mark.parametrize("inside", [False, True])
async def test_a_cancelled_read_stops(db: Database, inside: bool) -> None:
    async def read() -> None:
        if inside:
            async with db.reading():
                await db.fetch(SLOW[db.dialect])
        else:
            await db.fetch(SLOW[db.dialect])

    async with asyncio.timeout(30):  # more at once than there are connections
        for _ in range(3):
            tasks = [asyncio.create_task(read()) for _ in range(4)]
            await asyncio.sleep(0.02)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await is_usable(db)


async def test_a_statement_that_is_cancelled_can_be_followed_by_others(db: Database) -> None:
    async with db.transaction():
        await Note.create(text="kept")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0), db.transaction():
                await Note.create(text="lost")
        await Note.create(text="kept too")

    await is_usable(db)


async def cancel_behind_a_lock(db: Database, holder: Any) -> None:
    task = asyncio.create_task(write_two(db))
    await asyncio.sleep(0.05)
    task.cancel()
    await holder()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancel_while_another_process_holds_the_lock(db: Database) -> None:
    if db.dialect == "sqlite":
        other = sqlite3.connect(db.settings.database_url.removeprefix("sqlite://"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        async def let_go() -> None:
            other.execute("COMMIT")
            other.close()

        await cancel_behind_a_lock(db, let_go)
    else:
        async with db.client._pool.acquire() as other:
            await other.execute("BEGIN; LOCK TABLE note IN ACCESS EXCLUSIVE MODE")
            await cancel_behind_a_lock(db, lambda: other.execute("COMMIT"))

    await is_usable(db)


async def test_tasks_that_are_cancelled_while_waiting_for_the_writer_leave_it_free(db: Database) -> None:
    entered, done = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with db.transaction():
            await Note.create(id=UUID(int=1), text="one")
            await Note.create(id=UUID(int=2), text="two")
            entered.set()
            await done.wait()

    holder = asyncio.create_task(hold())
    await entered.wait()
    waiting = [asyncio.create_task(write_two(db)) for _ in range(20)]
    await asyncio.sleep(0.02)
    for task in waiting:
        task.cancel()
    done.set()
    await asyncio.gather(holder, *waiting, return_exceptions=True)

    await is_usable(db)
