"""What becomes of a job: done, tried again, given up, handed back; and what runs by the clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from guanxi import jobs
from guanxi.db.merchant import acting_for
from guanxi.errors import ConflictError, NotFoundError, Text, UnavailableError
from guanxi.jobs.models import Job
from guanxi.jobs.service import queue_of, rerun_job, trim
from guanxi.plugins.models import OutboxEvent

FAILS = UnavailableError(Text("Not now.", "暂不可用。"))


async def fail(ctx: Any, payload: dict[str, Any]) -> None:
    raise FAILS


async def test_a_job_runs_as_the_system_of_its_merchant_and_is_done(bench: Any, shop: UUID, other: UUID) -> None:
    async def note(ctx: Any, payload: dict[str, Any]) -> None:
        found = await Job.all().values_list("id", flat=True)
        bench.ran.append((ctx.merchant.id, ctx.actor.kind, list(found), jobs.current_job().attempt))

    bench.declare("test.note", note)
    ids = {home: await bench.order(home, "test.note") for home in (shop, other)}

    await bench.runner().run_due()

    assert sorted(bench.ran) == sorted((home, "system", [ids[home]], 1) for home in (shop, other))
    done = await bench.job(shop, ids[shop])
    assert (done.state, done.attempts, done.ended_at) == ("done", 1, bench.clock())


async def test_a_failure_is_tried_again_with_growing_pauses_and_then_kept_as_a_dead_letter(
    bench: Any, shop: UUID
) -> None:
    bench.declare("test.fail", fail, retries=3, waits=(timedelta(seconds=5), timedelta(minutes=1)))
    job_id = await bench.order(shop, "test.fail")
    runner, pauses = bench.runner(), []

    while (await bench.states(shop)) != ["dead"]:
        await runner.run_due()
        pauses.append((await bench.job(shop, job_id)).due_at - bench.clock())
        bench.clock.moment = max((await bench.job(shop, job_id)).due_at, bench.clock())

    dead = await bench.job(shop, job_id)
    assert [one.total_seconds() for one in pauses] == [5, 60, 60, 0]
    assert (dead.attempts, dead.error, await bench.tickets()) == (4, "UNAVAILABLE: Not now.", 0)


async def test_pauses_are_drawn_anew_unless_they_are_exact(bench: Any, shop: UUID) -> None:
    bench.declare("test.fail", fail, waits=(timedelta(seconds=100),))
    bench.declare("test.exact", fail, waits=(timedelta(seconds=100),), is_exact=True)
    ids = [await bench.order(shop, name) for name in ("test.fail", "test.exact")]

    await bench.runner(draw=lambda: 0.25).run_due()

    waits = [(await bench.job(shop, one)).due_at - bench.clock() for one in ids]
    assert [one.total_seconds() for one in waits] == [25, 100]


async def test_an_error_text_that_may_name_people_is_not_kept(bench: Any, shop: UUID) -> None:
    async def leak(ctx: Any, payload: dict[str, Any]) -> None:
        raise LookupError("Ann Li, 13800000001")

    bench.declare("test.leak", leak, retries=0)
    job_id = await bench.order(shop, "test.leak")

    await bench.runner().run_due()

    assert (await bench.job(shop, job_id)).error == "LookupError"


async def test_what_a_failing_job_wrote_in_a_transaction_is_gone_and_others_go_on(bench: Any, shop: UUID) -> None:
    async def half(ctx: Any, payload: dict[str, Any]) -> None:
        async with ctx.transaction():
            await jobs.enqueue(ctx, "test.note", {"n": "half"})
            raise FAILS

    bench.declare("test.note")
    bench.declare("test.half", half, retries=0)
    await bench.order(shop, "test.half")
    await bench.order(shop, "test.note", "whole")

    await bench.runner().run_due()

    assert (bench.ran, await bench.states(shop)) == (["whole"], ["dead", "done"])


async def test_a_try_that_takes_too_long_is_stopped_and_counts_as_a_failure(bench: Any, shop: UUID) -> None:
    async def hang(ctx: Any, payload: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    bench.declare("test.hang", hang, retries=0, limit=timedelta(seconds=0.05))
    job_id = await bench.order(shop, "test.hang")

    await bench.runner().run_due()

    assert ((await bench.job(shop, job_id)).state, (await bench.job(shop, job_id)).error) == ("dead", "TimeoutError")


async def test_a_job_that_wants_to_go_on_later_has_not_failed(bench: Any, shop: UUID) -> None:
    async def later(ctx: Any, payload: dict[str, Any]) -> None:
        bench.ran.append(jobs.current_job().attempt)
        if len(bench.ran) < 3:
            raise jobs.AgainError(timedelta(minutes=1))

    bench.declare("test.later", later, retries=0)
    await bench.order(shop, "test.later")

    for _ in range(3):
        await bench.runner().run_due()
        bench.clock.advance(minutes=1)

    assert (bench.ran, await bench.states(shop)) == ([1, 1, 1], ["done"])


async def test_a_job_whose_workers_die_each_time_is_given_up(bench: Any, shop: UUID) -> None:
    bench.declare("test.note", retries=1)
    await bench.order(shop, "test.note")

    for _ in range(2):  # claimed by workers that are never heard of again
        await queue_of(bench.db).claim(bench.job_kinds, "killed", bench.clock(), 1)
        bench.clock.advance(minutes=2)
        await queue_of(bench.db).free_lapsed(bench.clock())
    await bench.runner().run_due()

    assert (bench.ran, await bench.states(shop), await bench.tickets()) == ([], ["dead"], 0)


async def test_jobs_of_a_disabled_plugin_wait_until_it_is_enabled_without_losing_tries(
    bench: Any, shop: UUID, other: UUID
) -> None:
    bench.declare("test.note", retries=0)
    bench.disabled.add((shop, "test"))
    for home in (shop, shop, other):
        await bench.order(home, "test.note", str(home))

    await bench.runner().run_due()
    waiting = list(bench.ran)
    bench.disabled.clear()
    bench.clock.advance(minutes=1)
    await bench.runner().run_due()

    assert (waiting, bench.ran) == ([str(other)], [str(other), str(shop), str(shop)])


async def test_a_worker_that_stops_hands_back_what_it_cannot_finish_and_another_takes_it_at_once(
    bench: Any, shop: UUID
) -> None:
    begun, finish = asyncio.Event(), asyncio.Event()

    async def slow(ctx: Any, payload: dict[str, Any]) -> None:
        begun.set()
        await finish.wait()
        bench.ran.append(jobs.current_job().attempt)

    bench.declare("test.slow", slow, retries=0)
    await bench.order(shop, "test.slow")
    first = bench.runner()
    first.start()
    await asyncio.wait_for(begun.wait(), 20)

    await first.stop(0.01)
    handed_back = await bench.states(shop)
    finish.set()
    await bench.runner().run_due()

    assert (handed_back, bench.ran, await bench.states(shop)) == (["waiting"], [1], ["done"])


async def test_a_worker_that_stops_lets_short_jobs_end(bench: Any, shop: UUID) -> None:
    begun = asyncio.Event()

    async def short(ctx: Any, payload: dict[str, Any]) -> None:
        begun.set()
        await asyncio.sleep(0.05)
        bench.ran.append("ended")

    bench.declare("test.short", short)
    await bench.order(shop, "test.short")
    runner = bench.runner()
    runner.start()
    await asyncio.wait_for(begun.wait(), 20)

    await runner.stop(20)

    assert (bench.ran, await bench.states(shop)) == (["ended"], ["done"])


async def test_a_dead_job_runs_again_with_all_its_tries_and_no_other_does(bench: Any, shop: UUID, other: UUID) -> None:
    bench.declare("test.fail", fail, retries=0)
    job_id = await bench.order(shop, "test.fail")
    await bench.runner().run_due()
    bench.declare("test.fail")

    with bench.acting(shop) as ctx:
        await rerun_job(ctx, job_id)
        with pytest.raises(ConflictError, match="waiting, not dead"):
            await rerun_job(ctx, job_id)
    with bench.acting(other) as foreign, pytest.raises(NotFoundError):
        await rerun_job(foreign, job_id)
    await bench.runner().run_due()

    assert await bench.states(shop) == ["done"]


async def test_progress_is_told_and_kept(bench: Any, shop: UUID) -> None:
    async def work(ctx: Any, payload: dict[str, Any]) -> None:
        await jobs.report_progress(ctx, 3, 10)

    bench.declare("test.work", work)
    job_id = await bench.order(shop, "test.work")

    await bench.runner().run_due()

    job = await bench.job(shop, job_id)
    with acting_for(shop):
        told = await OutboxEvent.all().order_by("id").values_list("payload", flat=True)
    assert (job.progress_done, job.progress_total) == (3, 10)
    assert [(one["job_id"], one["state"]) for one in told] == [(str(job_id), "running"), (str(job_id), "done")]


async def test_ended_jobs_are_forgotten_after_their_time_and_no_others(bench: Any, shop: UUID) -> None:
    bench.declare("test.note")
    bench.declare("test.fail", fail, retries=0)
    for name in ("test.note", "test.fail"):
        await bench.order(shop, name)
    await bench.runner().run_due()
    await bench.order(shop, "test.note", run_at=bench.clock() + timedelta(days=400))
    kept = []

    for days in (6, 2, 83):
        bench.clock.advance(days=days)
        with bench.acting(shop) as ctx:
            await trim(ctx)
        kept.append(await bench.states(shop))

    assert kept == [["done", "dead", "waiting"], ["dead", "waiting"], ["waiting"]]


async def test_a_kind_with_a_cron_expression_runs_on_the_wall_clock_of_each_merchant(bench: Any) -> None:
    async def note(ctx: Any, payload: dict[str, Any]) -> None:
        bench.ran.append((ctx.merchant.id, bench.clock().hour))

    east, west = await bench.open_shop("Asia/Shanghai"), await bench.open_shop("America/New_York")
    bench.clock.moment = datetime(2026, 11, 11, tzinfo=UTC)
    bench.declare("test.nightly", note, cron="30 3 * * *")
    runner = bench.runner()

    for _ in range(24):
        await runner.run_due()
        bench.clock.advance(hours=1)

    assert bench.ran == [(west, 9), (east, 20)]


async def test_times_that_no_worker_was_there_for_are_made_up_for_once(bench: Any, shop: UUID) -> None:
    bench.declare("test.hourly", lambda ctx, payload: note_time(bench), cron="0 * * * *")
    runner = bench.runner()
    await runner.run_due()

    bench.clock.advance(hours=10, minutes=20)
    await runner.run_due()
    bench.clock.advance(minutes=40)
    await runner.run_due()

    assert [one.strftime("%H:%M") for one in bench.ran] == ["22:20", "23:00"]


async def note_time(bench: Any) -> None:
    bench.ran.append(bench.clock())


async def test_two_workers_order_a_time_of_the_clock_once(bench: Any, shop: UUID) -> None:
    bench.declare("test.hourly", lambda ctx, payload: note_time(bench), cron="0 * * * *")
    runners = [bench.runner() for _ in range(3)]
    await runners[0].run_due()
    bench.clock.advance(hours=1)

    await asyncio.gather(*(one.run_due() for one in runners))
    await asyncio.gather(*(one.run_due() for one in runners))

    assert len(bench.ran) == 1


async def test_an_idle_worker_asks_the_database_one_question(bench: Any, shop: UUID, other: UUID) -> None:
    from guanxi.db import statements

    bench.declare("test.note")
    bench.declare("test.nightly", cron="30 3 * * *")
    runner = bench.runner()
    await runner.run_due()

    with statements.counting() as counted:
        await runner._round()

    assert counted.count == 1, counted.texts
