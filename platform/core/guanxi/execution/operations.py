"""The door: run one operation, or subscribe to one."""

import weakref
from collections.abc import AsyncIterator

from guanxi.context import Context, Platform
from guanxi.execution.engine import Engine
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.settings import Limits

_engines: dict[int, Engine] = {}


async def run(request: GraphQLRequest, ctx: Context) -> Answer:
    """Answer one query or mutation on ``ctx.schema``. Never raises but for a cancel."""
    return await engine_of(ctx.platform).run(request, ctx)


async def subscribe(request: GraphQLRequest, ctx: Context) -> AsyncIterator[Answer] | Answer:
    """A subscription's answers; the one answer of a query, mutation or refusal."""
    return await engine_of(ctx.platform).subscribe(request, ctx)


def engine_of(platform: Platform) -> Engine:
    """The engine of an installation, made with its platform's ``limits`` at the first operation.

    Two installations in one process share no document, budget or key.
    """
    key = id(platform)
    if key not in _engines:
        _engines[key] = Engine(getattr(platform, "limits", None) or Limits.model_validate({}))
        weakref.finalize(platform, _engines.pop, key, None)
    return _engines[key]
