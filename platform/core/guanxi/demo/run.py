"""Starts the demonstration: migrate, seed, serve, and say how to look at it."""

import asyncio
import json
import sys
import urllib.request
from contextlib import suppress
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from guanxi import app
from guanxi.context import Context
from guanxi.db.merchant import acting_for
from guanxi.demo import seed
from guanxi.errors import NotFoundError, Text
from guanxi.merchants import service as merchants
from guanxi.settings import Settings
from guanxi.staff import service as staff
from guanxi.staff.models import ApiToken

FOLDER = Path(".guanxi")
QUERY = files("guanxi.demo").joinpath("best.graphql").read_text(encoding="utf-8")  # the README's
TOKEN_NAME = "demo"  # noqa: S105 - a name, no secret


async def run(*, port: int, once: bool) -> None:
    """Serve until stopped; with ``once`` answer the sample query over HTTP, print it and stop."""
    FOLDER.mkdir(exist_ok=True)  # noqa: ASYNC240 - before anything is served
    settings = Settings(database_url=f"sqlite://{FOLDER / 'demo.db'}", port=0 if once else port)
    await app.migrate(settings)
    async with app.running(settings, work=not once) as opened:
        ctx = Context(staff.platform_principal(), opened.platform, request_id="demo")
        await seed.seed(opened, ctx)
        token = await new_token(ctx, seed.SHOP)
        server = app.serve_installation(opened)
        serving = asyncio.create_task(server.serve())
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)
        if once:
            await print_answer(server.servers[0].sockets[0].getsockname()[1], token)
            server.should_exit = True
        elif not serving.done():
            greet(settings, token)
        await serving


async def new_token(ctx: Context, slug: str) -> str:
    """A fresh admin token of the shop; the one of the last start is revoked."""
    row = await merchants.find_merchant(ctx, slug)
    if row is None:
        raise NotFoundError(Text(f"There is no merchant {slug}.", f"没有商户 {slug}。"))
    inside = replace(ctx, principal=staff.platform_principal(merchants.ref_of(row)))
    with acting_for(row.id):
        role = await staff.get_role(inside, "admin")
        old = await ApiToken.filter(name=TOKEN_NAME, revoked_at=None)
        issued = await staff.create_token(inside, name=TOKEN_NAME, role_id=role.id)
        for one in old:
            with suppress(NotFoundError):
                await staff.revoke_token(inside, token_id=one.id)
    return issued.text


async def print_answer(port: int, token: str) -> None:
    """The sample query over HTTP, its JSON alone on stdout."""
    sys.stdout.write(await asyncio.to_thread(_ask, port, token) + "\n")


def greet(settings: Settings, token: str) -> None:
    """What a newcomer needs: the address, a token, one line that works when pasted."""
    url = f"http://{settings.host}:{settings.port}"
    body = json.dumps({"query": " ".join(QUERY.split())})
    sys.stdout.write(
        f"\n  guanxi is serving the shop 一叶茶器\n\n  GraphQL   {url}/graphql\n  GraphiQL  {url}/graphiql\n"
        f"  token     {token}\n\n  Try it:\n\ncurl -s {url}/graphql -H 'authorization: Bearer {token}'"
        f" -H 'content-type: application/json' -d '{body}'\n\n"
    )
    sys.stdout.flush()


def _ask(port: int, token: str) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": QUERY}).encode(),
        {"authorization": f"Bearer {token}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
        return json.dumps(json.load(answer), ensure_ascii=False, indent=2)
