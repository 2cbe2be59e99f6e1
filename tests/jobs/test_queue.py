"""The contract of the queue, which both engines keep: claims, leases, fences, keys, lanes, fairness."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from guanxi import jobs
from guanxi.db.merchant import acting_for
from guanxi.errors import BadUserInputError
from guanxi.jobs.errors import UnknownJobError
from guanxi.jobs.service import queue_of
from guanxi.testing import counts

HOUR = timedelta(hours=1)


async def claim(bench: Any, worker: str = "w1", limit: int = 1) -> list[Any]:
    return await queue_of(bench.db).claim(bench.job_kinds, worker, bench.clock(), limit)


async def test_a_job_exists_only_if_the_transaction_that_ordered_it_commits(bench: Any, shop: UUID) -> None:
    bench.declare("test.note")

    async def fail(ctx: Any) -> None:
        async with ctx.transaction():
            await jobs.enqueue(ctx, "test.note", {"n": 1})
            raise ZeroDivisionError

    with bench.acting(shop) as ctx, pytest.raises(ZeroDivisionError):
        await fail(ctx)

    assert (await bench.tickets(), await bench.states(shop)) == (0, [])


async def test_a_kind_that_nobody_declares_is_refused_with_those_there_are(bench: Any, shop: UUID) -> None:
    bench.declare("test.note")

    with pytest.raises(UnknownJobError, match=r"test\.nope.*test\.note"):
        await bench.order(shop, "test.nope")


async def test_a_payload_that_carries_instead_of_naming_is_refused(bench: Any, shop: UUID) -> None:
    bench.declare("test.note")

    with pytest.raises(BadUserInputError, match="65536 bytes"):
        await bench.order(shop, "test.note", "x" * 65_536)


async def test_a_job_is_claimed_by_one_worker_however_many_ask(bench: Any, shop: UUID) -> None:
    bench.declare("test.note")
    await bench.order(shop, "test.note")

    claims = await asyncio.gather(*(claim(bench, f"w{number}") for number in range(counts.scaled(200))))

    assert sum(map(len, claims)) == 1


async def test_a_job_waits_for_its_time(bench: Any, shop: UUID) -> None:
    bench.declare("test.note")
    await bench.order(shop, "test.note", run_at=bench.clock() + HOUR)

    early = await claim(bench)
    bench.clock.advance(hours=1)

    assert (early, len(await claim(bench))) == ([], 1)


async def test_a_lease_that_ends_gives_the_job_to_another_and_the_first_can_do_nothing_more(
    bench: Any, shop: UUID
) -> None:
    bench.declare("test.note")
    await bench.order(shop, "test.note")
    queue = queue_of(bench.db)
    (first,) = await claim(bench)
    before = await queue.free_lapsed(bench.clock())

    bench.clock.advance(minutes=2)
    await queue.free_lapsed(bench.clock())
    (second,) = await claim(bench, "w2")

    assert (before, second.id, second.fence, second.attempts) == (0, first.id, first.fence + 1, 2)
    assert not await queue.extend(first, bench.clock() + HOUR)
    assert await queue.finish(first, bench.clock()) is None
    assert not await queue.put_back(first, bench.clock(), counts=True)
    assert await queue.extend(second, bench.clock() + HOUR)


async def test_a_sign_of_life_keeps_the_lease(bench: Any, shop: UUID) -> None:
    bench.declare("test.note")
    await bench.order(shop, "test.note")
    queue = queue_of(bench.db)
    (ticket,) = await claim(bench)

    await queue.extend(ticket, bench.clock() + HOUR)
    bench.clock.advance(minutes=30)

    assert await queue.free_lapsed(bench.clock()) == 0


async def test_one_unfinished_job_for_each_key_of_a_kind_and_merchant(bench: Any, shop: UUID, other: UUID) -> None:
    bench.declare("test.note")
    bench.declare("test.more")

    ids = await asyncio.gather(*(bench.order(shop, "test.note", key="k") for _ in range(counts.scaled(50))))
    apart = [await bench.order(other, "test.note", key="k"), await bench.order(shop, "test.more", key="k")]

    assert (len(set(ids)), await bench.tickets()) == (1, 3)
    assert len({*ids, *apart}) == 3


async def test_what_is_ordered_while_it_runs_makes_it_run_once_more(bench: Any, shop: UUID) -> None:
    async def order_again(ctx: Any, payload: dict[str, Any]) -> None:
        bench.ran.append(payload["n"])
        if len(bench.ran) == 1:
            for n in (2, 3):
                await jobs.enqueue(ctx, "test.note", {"n": n}, key="k")

    bench.declare("test.note", order_again)
    await bench.order(shop, "test.note", 1, key="k")

    await bench.runner().run_due()

    assert (bench.ran, await bench.states(shop), await bench.tickets()) == ([1, 1], ["done"], 0)


async def test_jobs_of_a_lane_run_one_at_a_time_in_their_order_even_behind_one_that_waits(
    bench: Any, shop: UUID
) -> None:
    bench.declare("test.note")
    ids = [await bench.order(shop, "test.note", n, lane="a") for n in range(3)]
    queue = queue_of(bench.db)

    (first,) = await claim(bench, limit=8)
    blocked = await claim(bench)
    await queue.put_back(first, bench.clock() + HOUR, counts=True)
    still = await claim(bench)
    bench.clock.advance(hours=1)
    (again,) = await claim(bench, limit=8)
    await queue.finish(again, bench.clock())
    (second,) = await claim(bench, limit=8)

    assert (blocked, still) == ([], [])
    assert [first.id, again.id, second.id] == [ids[0], ids[0], ids[1]]


async def test_no_more_of_a_kind_run_at_once_for_a_merchant_than_it_allows(bench: Any, shop: UUID, other: UUID) -> None:
    bench.declare("test.heavy", concurrency=2)
    for home in (shop, other):
        for n in range(4):
            await bench.order(home, "test.heavy", n)

    taken = [ticket for _ in range(8) for ticket in await claim(bench, limit=8)]

    assert sorted(str(one.home_id) for one in taken) == sorted([str(shop)] * 2 + [str(other)] * 2)


async def test_a_merchant_with_few_jobs_does_not_wait_behind_one_with_many(bench: Any, shop: UUID, other: UUID) -> None:
    bench.declare("test.note")
    for n in range(counts.scaled(500)):
        await bench.order(shop, "test.note", n)
    (lonely,) = [await bench.order(other, "test.note")]

    taken = [await claim(bench), await claim(bench)]

    assert lonely in [one.id for each in taken for one in each]


async def test_two_workers_at_once_never_hold_two_of_a_lane_or_more_than_a_kind_allows(bench: Any, shop: UUID) -> None:
    bench.declare("test.note")
    bench.declare("test.heavy", concurrency=1)
    for n in range(6):
        await bench.order(shop, "test.note", n, lane="a")
        await bench.order(shop, "test.heavy", n)

    claims = await asyncio.gather(*(claim(bench, f"w{number}") for number in range(counts.scaled(100, 10))))

    assert sorted(ticket.kind for each in claims for ticket in each) == ["test.heavy", "test.note"]


async def test_a_transaction_of_a_worker_whose_lease_was_taken_cannot_begin(bench: Any, shop: UUID) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(ctx: Any, payload: dict[str, Any]) -> None:
        entered.set()
        await go_on.wait()
        async with ctx.transaction():
            bench.ran.append("written")

    bench.declare("test.slow", slow, lease=timedelta(hours=2))
    await bench.order(shop, "test.slow")
    runner = bench.runner()
    run = asyncio.create_task(runner.run_due())
    await entered.wait()
    bench.clock.advance(hours=3)
    await queue_of(bench.db).free_lapsed(bench.clock())
    (taken,) = await claim(bench, "w2")
    go_on.set()
    await run

    assert (bench.ran, await bench.tickets()) == ([], 1)
    assert (await bench.job(shop, taken.id)).state == "running"


# On SQLite whoever claims waits for the one writer.
@pytest.mark.parametrize("database_settings", ["postgres"], indirect=True)
async def test_a_job_is_not_claimed_while_its_last_worker_is_inside_a_transaction(bench: Any, shop: UUID) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def slow(ctx: Any, payload: dict[str, Any]) -> None:
        async with ctx.transaction():
            inside.set()
            await go_on.wait()

    bench.declare("test.slow", slow, lease=timedelta(hours=2))
    await bench.order(shop, "test.slow")
    run = asyncio.create_task(bench.runner().run_due())
    await inside.wait()
    bench.clock.advance(hours=3)
    with acting_for(shop):
        await queue_of(bench.db).free_lapsed(bench.clock())
        taken = await claim(bench, "w2")
    go_on.set()
    await run

    assert taken == []
