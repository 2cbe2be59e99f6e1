"""The GraphiQL page: built files of this package, nothing from elsewhere."""

from pathlib import Path
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

FOLDER: Final = Path(__file__).parent / "static" / "graphiql"
POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "style-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


class Page(StaticFiles):
    """Static files under a policy; names with a hash in them never change."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send one file."""

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                is_hashed = "/assets/" in scope["path"] and message["status"] == 200
                headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_hashed else "no-cache"
            await send(message)

        await super().__call__(scope, receive, send_on)


async def _enter(_request: Request) -> RedirectResponse:
    # Relative: Starlette's own redirect names a scheme and host, which a proxy may have changed.
    return RedirectResponse("graphiql/")


def routes() -> list[BaseRoute]:
    """``/graphiql/`` and what it loads."""
    return [Route("/graphiql", _enter), Mount("/graphiql", Page(directory=FOLDER, html=True))]
