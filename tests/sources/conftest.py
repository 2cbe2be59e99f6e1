"""A shop that other systems send batches to, over its own HTTP application."""

import dataclasses
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from guanxi import app
from guanxi.app import Installation
from guanxi.context import Context, utc_now
from guanxi.db.merchant import acting_for
from guanxi.execution import operations
from guanxi.execution.request import GraphQLRequest
from guanxi.merchants import service as merchants
from guanxi.merchants.service import NewMerchant
from guanxi.settings import Settings
from guanxi.sources.rules import signatures
from guanxi.staff import service as staff

sys.path.insert(0, str(Path(__file__).parent))
BATCHES = Path(__file__).parent / "batches"
NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)


@pytest.fixture
async def installation(database_settings: Settings) -> AsyncIterator[Installation]:
    async with app.running(database_settings, work=False) as opened:
        yield opened


@pytest.fixture
async def ctx(installation: Installation) -> AsyncIterator[Context]:
    """The platform acting for the shop tea-a, bound for the whole test."""
    root = Context(staff.platform_principal(), installation.platform, request_id="test", clock=lambda: NOON)
    row = await staff.found_merchant(root, NewMerchant(slug="tea-a", name="tea-a"))
    principal = dataclasses.replace(staff.platform_principal(merchants.ref_of(row)), epoch=row.epoch)
    schema = await installation.platform.schema_for(())
    with acting_for(row.id):
        yield dataclasses.replace(root, principal=principal, schema=schema)


@pytest.fixture
def ask(ctx: Context) -> Callable[..., Awaitable[Any]]:
    async def asked(document: str, **variables: Any) -> Any:
        answer = await operations.run(
            GraphQLRequest(document, variables=variables), dataclasses.replace(ctx, loaders={})
        )
        assert not answer.errors, answer.errors
        return answer.data

    return asked


@pytest.fixture
def batch() -> Callable[[str], Any]:
    """A batch as a system would send it."""
    return lambda name: json.loads((BATCHES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
async def post(installation: Installation, ctx: Context) -> AsyncIterator[Callable[..., Awaitable[httpx.Response]]]:
    """Send a batch; ``signed`` are its headers, made right unless said."""
    asgi = app.http_application(installation)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(asgi), base_url="http://localhost") as client:

        async def sent(secret: str, body: Any, source: str = "shop", id_: str = "m1", **headers: str) -> httpx.Response:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            timestamp = headers.pop("timestamp", str(int(utc_now().timestamp())))
            signed = {
                "webhook-id": id_,
                "webhook-timestamp": timestamp,
                "webhook-signature": signatures.sign(secret, id_, timestamp, content),
            }
            return await client.post(f"/in/tea-a/{source}", content=content, headers=signed | headers)

        yield sent
