"""Calling plugins: one implementation after the other, each awaited, timed and contained."""

import asyncio
import inspect
import logging
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from guanxi.plugins.host import PluginHost

log = logging.getLogger("guanxi.hooks")


class HookCaller:
    """Calls hooks of chosen plugins. ``trace`` prints every call with its time."""

    def __init__(self, host: PluginHost, *, trace: bool = False) -> None:
        self.host, self.trace = host, trace

    def implementations(self, hook: str, plugins: frozenset[str]) -> list[tuple[str, Callable[..., Any]]]:
        """(plugin, function) in the order that pluggy gives them, dependencies first."""
        found = {one.plugin_name: one.function for one in getattr(self.host.pm.hook, hook).get_hookimpls()}
        return [(one, found[one]) for one in self.host.loaded if one in plugins and one in found]

    async def call(self, function: Callable[..., Any], arguments: dict[str, Any], *, seconds: float) -> Any:
        """Call one implementation with the arguments that it names. Raises: whatever it raises; TimeoutError."""
        wanted = {name: arguments[name] for name in inspect.signature(function).parameters}
        started = time.perf_counter()
        outcome = "ok"
        try:
            async with asyncio.timeout(seconds):
                # A context of its own: what a plugin binds must not be bound for its caller.
                return await asyncio.create_task(_run(function, wanted), context=copy_context())
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            if self.trace:
                spent = (time.perf_counter() - started) * 1000
                log.warning("hook %s.%s %s in %.1f ms", function.__module__, function.__name__, outcome, spent)


async def _run(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """A sync function runs in a thread. SystemExit would end the loop: it becomes an ordinary failure."""
    try:
        if inspect.iscoroutinefunction(function):
            return await function(**arguments)
        made = await asyncio.to_thread(function, **arguments)
        return await made if inspect.isawaitable(made) else made
    except SystemExit as error:
        raise RuntimeError(f"the plugin tried to exit ({error.code})") from error
