"""The addresses that bytes go to and come from. Who has a link needs no token."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from guanxi.context import Context, utc_now
from guanxi.errors import BadUserInputError, Text
from guanxi.files import errors, service
from guanxi.files.rules import links
from guanxi.files.rules.links import Direction, Link
from guanxi.files.types import TAG
from guanxi.schema import ids

# Whatever a file holds, no page of this server may run it.
SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
# (merchant id, how the request came in) -> the merchant's context, bound; the system acts.
OpenContext = Callable[[UUID, Any], AbstractAsyncContextManager[Context]]


def routes(open_context: OpenContext, signing_key: bytes) -> list[BaseRoute]:
    """``PUT`` and ``GET`` of ``/files/LINK``."""
    doors = Doors(open_context, signing_key)
    return [
        Route("/files/{link}", doors.take, methods=["PUT"]),
        Route("/files/{link}", doors.give, methods=["GET"]),
    ]


class Doors:
    """The two directions."""

    def __init__(self, open_context: OpenContext, signing_key: bytes) -> None:
        self.open_context, self.signing_key = open_context, signing_key

    async def take(self, request: Request) -> Response:
        """Receive a content."""
        link = self._link(request, "put")
        async with self.open_context(link.merchant, _call(request)) as ctx:
            row = await service.receive(ctx, link.file, _chunks(request))
        told = {"id": ids.encode(TAG, row.id), "mediaType": row.media_type, "size": row.size, "sha256": row.sha256}
        return JSONResponse(told, 201, {"Cache-Control": "no-store"})

    async def give(self, request: Request) -> Response:
        """Send a content, to be saved and not to be shown."""
        link = self._link(request, "get")
        async with self.open_context(link.merchant, _call(request)) as ctx:
            row, path = await service.open_download(ctx, link.file)
        headers = SAFE | {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name, safe='')}"}
        return FileResponse(path, media_type=row.media_type, headers=headers)

    def _link(self, request: Request, direction: Direction) -> Link:
        link = links.read(self.signing_key, request.path_params["link"], utc_now())
        if link is None or link.direction != direction:
            raise errors.dead_link()
        return link


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect:
        raise BadUserInputError(
            Text("The connection was closed within the file.", "连接在文件发送过程中关闭。"),
            hint=Text("Send the whole file.", "请重新发送完整的文件。"),
        ) from None


def _call(request: Request) -> Any:
    """What the door noted of the request."""
    return request.state.exchange.call()
