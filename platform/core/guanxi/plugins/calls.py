"""Calling plugins: each call in a task and context of its own, awaited, timed and contained."""

import asyncio
import inspect
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from typing import Any

from guanxi.context import Actor, Context
from guanxi.db.merchant import ForeignMerchantError, bound_merchant
from guanxi.permissions import Permission
from guanxi.plugins import places
from guanxi.plugins.host import PluginHost

log = logging.getLogger("guanxi.hooks")
GRACE_SECONDS = 0.1

_deserted: set[asyncio.Task[Any]] = set()  # told to stop; kept until they did, so that their failures are seen


class HookCaller:
    """Calls what plugins offer. ``trace`` prints every call with its time and outcome."""

    def __init__(self, host: PluginHost, *, trace: bool = False) -> None:
        self.host, self.trace = host, trace

    async def call(self, function: Callable[..., Any], arguments: dict[str, Any], *, seconds: float) -> Any:
        """Call a hook with those of ``arguments`` that it names.

        Raises: whatever it raises, as an ``Exception`` in any case; TimeoutError after ``seconds``.
        """
        wanted = {name: arguments[name] for name in inspect.signature(function).parameters}
        return await self.run(function, **wanted, seconds=seconds)

    async def run(self, function: Callable[..., Any], *args: Any, seconds: float, **named: Any) -> Any:
        """Call any function of a plugin, as ``call`` does."""
        started = time.perf_counter()
        # A context of its own: what a plugin binds must not be bound for its caller.
        context = copy_context()
        task = asyncio.create_task(_run(function, args, named), context=context)
        is_late, outcome = False, "cancelled"
        try:
            await asyncio.wait({task}, timeout=seconds)
            is_late, outcome = not task.done(), _outcome(task)
        finally:
            await _end(task, function)
            if self.trace:
                spent = (time.perf_counter() - started) * 1000
                log.warning("%s %s in %.1f ms (%s)", _name(function), outcome, spent, places.of_function(function))
        if is_late:
            raise TimeoutError(f"{_name(function)} took longer than {seconds:g} s")
        if task.cancelled():
            raise RuntimeError(f"{_name(function)} cancelled itself")
        result = task.result()
        if context.run(bound_merchant) != bound_merchant():
            raise ForeignMerchantError(f"{_name(function)} left another merchant bound")
        return result


def acting_as(plugin: str, ctx: Context) -> Context:
    """The context that a plugin's hooks get: the same operation, done by the system for the plugin."""
    actor = Actor("system", plugin, frozenset(Permission.known))
    return replace(ctx, principal=replace(ctx.principal, actor=actor), loaders={})


async def _run(function: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    try:
        if inspect.iscoroutinefunction(function):
            return await function(*args, **named)
        made = await _in_thread(lambda: function(*args, **named), _name(function))
        return await made if inspect.isawaitable(made) else made
    except (Exception, asyncio.CancelledError):
        raise
    except BaseException as error:  # SystemExit would end the loop, and the server with it
        raise RuntimeError(f"{_name(function)} tried to exit: {error!r}") from error


def _in_thread(work: Callable[[], Any], name: str) -> "asyncio.Future[Any]":
    """Run in a thread that nobody waits for at the end: one that hangs must not fill a pool or stop a shutdown."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if not future.done():
            future.set_exception(error) if error is not None else future.set_result(result)

    def run() -> None:
        result: Any = None
        failure: BaseException | None = None
        try:
            result = work()
        except StopIteration as error:  # no future can carry it
            failure = RuntimeError(f"{name} raised {error!r}")
        except BaseException as error:  # noqa: BLE001 - carried to the loop, where it is raised again
            failure = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=copy_context().run, args=(run,), name=f"guanxi {name}", daemon=True).start()
    return future


async def _end(task: "asyncio.Task[Any]", function: Callable[..., Any]) -> None:
    """Stop a call that is still running; one that does not stop is left to itself."""
    if task.done():
        return
    task.cancel()
    _deserted.add(task)
    task.add_done_callback(_forget)
    await asyncio.wait({task}, timeout=GRACE_SECONDS)
    if not task.done():
        log.error("%s does not stop when told to", _name(function))


def _forget(task: "asyncio.Task[Any]") -> None:
    _deserted.discard(task)
    if not task.cancelled():
        task.exception()  # mark as seen


def _outcome(task: "asyncio.Task[Any]") -> str:
    if not task.done():
        return "TimeoutError"
    if task.cancelled():
        return "CancelledError"
    error = task.exception()
    return type(error).__name__ if error is not None else "ok"


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{getattr(function, '__qualname__', function)}"
