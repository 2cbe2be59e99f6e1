"""The address that batches come to. The signature lets them in, no token."""

import dataclasses
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from guanxi.context import Actor, Context
from guanxi.customers import permissions as customer_permissions
from guanxi.interactions.permissions import READ_INTERACTIONS, RECORD_INTERACTIONS
from guanxi.sources import errors, service
from guanxi.sources.models import Source
from guanxi.sources.rules import signatures
from guanxi.sources.service import Receipt

# (merchant's slug, how the request came in) -> the merchant's context, bound.
OpenShop = Callable[[str, Any], AbstractAsyncContextManager[Context]]
# What a batch may do, and nothing else.
RIGHTS: Final = frozenset(
    {
        customer_permissions.READ_CUSTOMERS,
        customer_permissions.WRITE_CUSTOMERS,
        customer_permissions.WRITE_CONTACTS,
        READ_INTERACTIONS,
        RECORD_INTERACTIONS,
    }
)


def routes(open_shop: OpenShop, limit_bytes: int) -> list[BaseRoute]:
    """``POST /in/MERCHANT/SOURCE``."""
    return [Route("/in/{merchant}/{source}", Inbox(open_shop, limit_bytes).take, methods=["POST"])]


class Inbox:
    """Takes batches of at most ``limit_bytes``."""

    def __init__(self, open_shop: OpenShop, limit_bytes: int) -> None:
        self.open_shop, self.limit_bytes = open_shop, limit_bytes

    async def take(self, request: Request) -> Response:
        """One batch. Raises: GuanxiError where nothing was taken."""
        body = await self._receive(request)
        async with self.open_shop(request.path_params["merchant"], request.state.exchange.call()) as ctx:
            source = await _known_source(ctx, request, body)
            acting = dataclasses.replace(ctx.principal, actor=Actor("system", f"source:{source.name}", RIGHTS))
            inside = dataclasses.replace(ctx, principal=acting, loaders={})
            receipt = await service.receive(inside, source, request.headers["webhook-id"], body)
        return JSONResponse(told(receipt, ctx.locale))

    async def _receive(self, request: Request) -> bytes:
        received = bytearray()
        try:
            async for chunk in request.stream():
                received += chunk
                if len(received) > self.limit_bytes:
                    raise errors.body_too_large(self.limit_bytes)
        except ClientDisconnect:
            raise errors.no_json("the connection was closed within it") from None
        return bytes(received)


async def _known_source(ctx: Context, request: Request, body: bytes) -> Source:
    """The source that signed the batch. An unknown one and a wrong signature are told alike."""
    message_id, timestamp = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    source = await service.find_source(request.path_params["source"])
    is_sane = signatures.MESSAGE_ID.fullmatch(message_id) and signatures.is_fresh(timestamp, ctx.now())
    if source is None or not is_sane:
        raise errors.unsigned()
    known = service.secrets_of(source, ctx.platform.cursor_key, ctx.now())
    header = request.headers.get("webhook-signature", "")
    if not signatures.is_signed(known, message_id, timestamp, body, header):
        raise errors.unsigned()
    return source


def told(receipt: Receipt, locale: str) -> dict[str, Any]:
    """A receipt as JSON: what was taken, and each refused row with code, place and cure."""
    refused = [
        {
            "row": one.position,
            "code": one.error.code,
            "path": [str(step) for step in one.error.path],
            "message": one.error.localized(locale),
        }
        for one in receipt.refusals
    ]
    return {"rows": receipt.rows, "taken": receipt.taken, "isRepeat": receipt.is_repeat, "refused": refused}
