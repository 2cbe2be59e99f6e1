"""What strawberry calls in place of a part's function: it hands over the context and turns failures into payloads."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from typing import Any, get_args

from strawberry import Info

from guanxi.context import Context
from guanxi.errors import GuanxiError
from guanxi.schema import payloads, scope

INFO = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info)


async def call(function: Callable[..., Any], *args: Any, **arguments: Any) -> Any:
    """Call a part's function; a sync one runs in a thread, so that it cannot hold the loop."""
    if inspect.iscoroutinefunction(function):
        return await function(*args, **arguments)
    return await asyncio.to_thread(function, *args, **arguments)


def query(function: Callable[..., Any]) -> Callable[..., Any]:
    """Hand the context over."""

    async def resolver(info: Info[Context, None], **arguments: Any) -> Any:
        return await call(function, info.context, **arguments)

    return resolver


def mutation(function: Callable[..., Any]) -> Callable[..., Any]:
    """One transaction around the function; an expected failure rolls it back and becomes the payload's errors."""

    async def in_transaction(ctx: Context, *values: Any) -> Any:
        async with ctx.transaction():
            await scope.check_input(ctx, values)
            return await call(function, ctx, *values)

    return _answering(function, in_transaction)


def bare_mutation(function: Callable[..., Any]) -> Callable[..., Any]:
    """As ``mutation``, but the function opens its transactions itself."""

    async def run(ctx: Context, *values: Any) -> Any:
        await scope.check_input(ctx, values)
        return await call(function, ctx, *values)

    return _answering(function, run)


def _answering(function: Callable[..., Any], run: Callable[..., Any]) -> Callable[..., Any]:
    payload = _payload_of(function)

    async def resolver(info: Info[Context, None], **arguments: Any) -> Any:
        ctx = info.context
        try:
            return await run(ctx, *arguments.values())
        except GuanxiError as error:
            return payload(errors=[payloads.to_user_error(error, ctx.locale)])

    return resolver


def subscription(function: Callable[..., Any]) -> Callable[..., Any]:
    """Hand the context over to a generator."""

    async def resolver(info: Info[Context, None], **arguments: Any) -> AsyncIterator[Any]:
        async for event in function(info.context, **arguments):
            yield event

    return resolver


def _payload_of(function: Callable[..., Any]) -> Any:
    """The class in ``-> XxxPayload | None``."""
    annotation = inspect.signature(function, eval_str=True).return_annotation
    return next((one for one in get_args(annotation) if one is not type(None)), annotation)
