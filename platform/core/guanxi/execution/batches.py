"""Batch functions: all parents of a level in one call. A plugin's failure costs its own field alone."""

import asyncio
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from guanxi.context import Context
from guanxi.errors import GuanxiError
from guanxi.execution import rows
from guanxi.schema import containment, wrappers
from guanxi.schema.declare import Batch

SECONDS = 2.0


class Parent:
    """A parent as a loader key: equal to itself alone, for two equal parents are two places of the answer."""

    __slots__ = ("row",)

    def __init__(self, row: Any) -> None:
        self.row = row


def resolver(said: Batch, place: str, owner: str, seconds: float) -> Callable[..., Any]:
    """The resolver of a batch field. ``seconds``: how long a plugin's function may take."""

    async def load(ctx: Context, arguments: Mapping[str, Any], parents: list[Parent]) -> list[Any]:
        given = [parent.row for parent in parents]
        if owner == "core":
            return checked(await wrappers.call(said.call, given, ctx, **arguments), len(given))
        try:
            answers = checked(await _call_bounded(said, given, ctx, arguments, seconds), len(given))
        except GuanxiError:
            raise
        except (Exception, SystemExit) as error:
            raise containment.report(ctx, owner, place, error) from error
        return _contain_each(ctx, owner, place, answers)

    async def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        ctx: Context = info.context
        key = (place, repr(sorted(arguments.items())))
        return await rows.loader(ctx, key, lambda parents: load(ctx, arguments, parents)).load(Parent(source))

    return resolve


async def _call_bounded(
    said: Batch, parents: list[Any], ctx: Context, arguments: Mapping[str, Any], seconds: float
) -> Any:
    """Call in a task of its own, with a context of its own: what the function changes there is lost with it."""

    async def run() -> Any:
        try:
            return await wrappers.call(said.call, parents, copy(ctx), **arguments)
        except SystemExit as error:  # would end the event loop if it left the task
            raise RuntimeError(f"SystemExit({error.code})") from error

    task = asyncio.create_task(run())
    async with asyncio.timeout(seconds):
        return await task


def checked(answers: Any, wanted: int) -> list[Any]:
    """The answers as a list. Raises: TypeError unless there is one for each parent."""
    found = list(answers)
    if len(found) != wanted:
        raise TypeError(f"answered {len(found)} values for {wanted} parents")
    return found


def _contain_each(ctx: Context, owner: str, place: str, answers: list[Any]) -> list[Any]:
    """Unexpected exceptions in place of values, reported once for all of them."""
    failed = [one for one in answers if isinstance(one, BaseException) and not isinstance(one, GuanxiError)]
    if not failed:
        return answers
    shown = containment.report(ctx, owner, place, failed[0])
    return [shown if any(one is other for other in failed) else one for one in answers]
