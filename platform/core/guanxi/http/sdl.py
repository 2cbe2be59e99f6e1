"""The schema as text, as the caller may see it."""

import hashlib
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from guanxi.http import admission, cors
from guanxi.http.ports import Gateway

MEDIA_TYPE: Final = "application/graphql; charset=utf-8"


class SchemaText:
    """``GET /schema.graphql``: unchanged text is not sent twice."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    async def respond(self, request: Request) -> Response:
        """Raises: UnauthenticatedError, ForbiddenError."""
        if request.method == "OPTIONS":
            return await cors.answer_preflight(request, self.gateway)
        principal = await admission.admit(request, self.gateway)
        text = (await self.gateway.sdl(principal)).encode()
        tag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Origin"}
        if _is_known(tag, request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        return Response(text, media_type=MEDIA_TYPE, headers=headers)


def _is_known(tag: str, if_none_match: str) -> bool:
    known = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return bool(known & {tag, "*"})
