"""Puts the addresses together."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from guanxi.errors import GuanxiError, NotFoundError, Text
from guanxi.http import answers, errors, graphiql
from guanxi.http.door import Door
from guanxi.http.endpoint import METHODS, Endpoint
from guanxi.http.exchange import exchange_of
from guanxi.http.health import Health, Lifecycle
from guanxi.http.ports import Gateway
from guanxi.http.sdl import SchemaText
from guanxi.http.sessions import SessionDoor
from guanxi.http.sockets import Sockets
from guanxi.settings import Settings


def build(
    gateway: Gateway,
    settings: Settings,
    *,
    lifespan: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """The ASGI application.

    Args:
        gateway: The platform behind the transport.
        settings: Hosts and limits.
        lifespan: Entered before the first request, left after the last.
        routes: Addresses beside the transport's own; a GuanxiError that they raise becomes an answer.
    """
    lifecycle, sockets = Lifecycle(), Sockets(gateway, settings.limits)

    @asynccontextmanager
    async def live(_app: Starlette) -> AsyncIterator[None]:
        async with lifespan():
            tasks = [asyncio.create_task(lifecycle.measure_lag()), asyncio.create_task(sockets.watch())]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    app = Starlette(
        routes=[*_own_routes(gateway, settings, lifecycle, sockets), *routes],
        middleware=[Middleware(Door, lifecycle=lifecycle, allowed_hosts=settings.allowed_hosts)],
        exception_handlers={HTTPException: _tell_http_error, GuanxiError: _tell_error},
        lifespan=live,
    )
    app.router.redirect_slashes = False  # it would repeat scheme and host as they are behind a proxy
    app.state.lifecycle, app.state.sockets = lifecycle, sockets
    return app


def _own_routes(gateway: Gateway, settings: Settings, lifecycle: Lifecycle, sockets: Sockets) -> list[BaseRoute]:
    health = Health(gateway, lifecycle)
    return [
        Route("/graphql", Endpoint(gateway, settings.limits).respond, methods=METHODS),
        WebSocketRoute("/graphql", sockets.serve),
        Route("/schema.graphql", SchemaText(gateway).respond, methods=["GET", "OPTIONS"]),
        Route("/livez", health.tell_life),
        Route("/readyz", health.tell_readiness),
        *SessionDoor(gateway, settings.limits).routes(),
        *graphiql.routes(),
    ]


async def _tell_error(request: Request, error: Exception) -> Response:
    exchange = exchange_of(request)
    answer = answers.mask(error, locale=exchange.locale, request_id=exchange.request_id)
    return answers.respond(answer, exchange, limit=1_000_000)


async def _tell_http_error(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses, as JSON like everything else."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    told: GuanxiError = NotFoundError(
        Text("There is nothing at this address.", "该地址不存在。"),
        hint=Text("GraphQL is at /graphql.", "GraphQL 地址为 /graphql。"),
    )
    if status == 405:
        told = errors.MethodNotAllowedError(
            Text(f"This address does not answer {request.method}.", f"该地址不支持 {request.method}。"),
            hint=Text("Use POST; GET for queries.", "请使用 POST；查询可用 GET。"),
        )
    response = await _tell_error(request, told)
    response.status_code = status
    response.headers.update(getattr(error, "headers", None) or {})
    return response
