"""One call of a plugin: in a context of its own, timed, contained, and traced where that is asked for."""

import asyncio
import logging
import re
import threading
import time
from contextvars import ContextVar
from typing import Any

import pytest

from guanxi.db.fields import uuid7
from guanxi.events import CustomerCreated
from guanxi.plugins.calls import HookCaller
from guanxi.plugins.host import PluginHost

VALUE: ContextVar[str] = ContextVar("tests_value", default="outer")


@pytest.fixture
def caller() -> HookCaller:
    return HookCaller(PluginHost({}))


async def test_a_hook_gets_the_arguments_that_it_names(caller: HookCaller) -> None:
    async def hook(event: str) -> str:
        return event

    assert await caller.call(hook, {"ctx": 1, "event": "x"}, seconds=1) == "x"


async def test_a_sync_function_runs_in_a_thread_and_its_awaitable_in_the_loop(caller: HookCaller) -> None:
    names: list[str] = []

    async def inner() -> str:
        names.append(threading.current_thread().name)
        return "done"

    def outer() -> Any:
        names.append(threading.current_thread().name)
        return inner()

    assert await caller.run(outer, seconds=1) == "done"
    assert names[0].startswith("guanxi ")
    assert names[1] == threading.main_thread().name


async def test_what_a_plugin_binds_is_not_bound_for_its_caller(caller: HookCaller) -> None:
    async def hook() -> str:
        VALUE.set("inner")
        return VALUE.get()

    assert await caller.run(hook, seconds=1) == "inner"
    assert VALUE.get() == "outer"


async def test_a_hanging_thread_is_left_behind_and_its_late_end_disturbs_nobody(caller: HookCaller) -> None:
    released = threading.Event()

    def hang() -> None:
        released.wait(10)
        raise LookupError

    started = time.perf_counter()
    with pytest.raises(TimeoutError, match=r"hang took longer than 0\.05 s"):
        await caller.run(hang, seconds=0.05)
    released.set()
    await asyncio.sleep(0.05)

    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), StopIteration(), BaseException()]
)
@pytest.mark.parametrize("is_sync", [True, False])
async def test_whatever_is_raised_arrives_as_an_ordinary_exception(
    caller: HookCaller, error: BaseException, is_sync: bool
) -> None:
    def sync() -> None:
        raise error

    async def coroutine() -> None:
        raise error

    with pytest.raises(RuntimeError, match=r"exit|raised StopIteration"):
        await caller.run(sync if is_sync else coroutine, seconds=1)


async def test_a_call_that_cancels_itself_does_not_cancel_its_caller(caller: HookCaller) -> None:
    async def hook() -> None:
        raise asyncio.CancelledError

    with pytest.raises(RuntimeError, match="cancelled itself"):
        await caller.run(hook, seconds=1)


async def test_a_caller_that_is_cancelled_cancels_the_call(caller: HookCaller) -> None:
    ended = asyncio.Event()

    async def hook() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    task = asyncio.create_task(caller.run(hook, seconds=60))
    await asyncio.sleep(0.01)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_with_tracing_every_call_is_printed_with_its_time(
    house: Any, shop: Any, caplog: pytest.LogCaptureFixture
) -> None:
    traced = """
        @hookimpl
        async def customer_created(ctx, event):
            pass

        @hookimpl
        def plugin_enabled(ctx, since):
            raise LookupError
    """
    await house.add("traced", traced)
    await house.add("calm", traced.replace("raise LookupError", "pass"))
    house.platform.caller.trace = True

    with caplog.at_level(logging.WARNING, "guanxi.hooks"):
        with pytest.raises(Exception, match="failed"):
            await shop.enable("traced")
        await shop.enable("calm")
        await shop.publish(CustomerCreated(customer_id=uuid7(), occurred_at=house.clock()))

    lines = [record.getMessage() for record in caplog.records if record.name == "guanxi.hooks"]
    assert [re.sub(r"in \d+\.\d ms.*", "in … ms", line) for line in lines] == [
        "guanxi_file_traced.plugin_enabled LookupError in … ms",
        "guanxi_file_calm.plugin_enabled ok in … ms",
        "guanxi_file_calm.customer_created ok in … ms",
    ]


async def test_without_it_nothing_is_printed(house: Any, shop: Any, caplog: pytest.LogCaptureFixture) -> None:
    await house.add("calm", "@hookimpl\nasync def plugin_enabled(ctx, since): ...")

    await shop.enable("calm")

    assert [record for record in caplog.records if record.name == "guanxi.hooks"] == []
