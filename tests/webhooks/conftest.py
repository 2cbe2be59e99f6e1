"""A merchant with its schema, a receiver that behaves as told, and one round of the job runner."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from guanxi import app
from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.events import CustomerCreated, CustomerUpdated, Event
from guanxi.jobs.service import Runner
from guanxi.merchants.models import Merchant
from guanxi.merchants.service import ref_of
from guanxi.permissions import Permission
from guanxi.plugins.calls import HookCaller
from guanxi.plugins.host import PluginHost
from guanxi.plugins.jobs import HostJobs
from guanxi.plugins.platform import HostPlatform
from guanxi.testing.clock import Clock
from guanxi.webhooks import service
from guanxi.webhooks.jobs import job_kinds
from guanxi.webhooks.models import Webhook, WebhookDelivery

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def app_set() -> list[App]:
    return list(app.CORE_APPS)


@dataclass
class Received:
    """One request as the receiver got it."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An HTTP server; ``answers`` are statuses, or functions that answer as they like; then 204 for ever."""

    port: int = 0
    answers: list[int | Behaviour] = field(default_factory=list)
    got: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.got.append(await _read(reader))
            answer = self.answers.pop(0) if self.answers else 204
            if callable(answer):
                await answer(reader, writer)
            else:
                writer.write(f"HTTP/1.1 {answer} X\r\ncontent-length: 0\r\n\r\n".encode())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    return Received(first.split(" ")[1], headers, await reader.readexactly(int(headers["content-length"])))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


@dataclass
class Office:
    """A merchant's side."""

    platform: HostPlatform
    clock: Clock
    ref: MerchantRef
    runner: Runner

    @contextmanager
    def acting(self) -> Iterator[None]:
        with acting_for(self.ref.id):
            yield

    async def ctx(self, *permissions: str) -> Context:
        actor = Actor("token", "t", frozenset(permissions or Permission.known))
        return Context(
            Principal(self.ref, actor), self.platform, "t", clock=self.clock, schema=await self.platform.schema_for(())
        )

    async def add_hook(self, url: str | None = None, **terms: Any) -> service.IssuedWebhook:
        """A webhook that sends to ``url``, which is checked for nothing."""
        with self.acting():
            fields = {"url": "https://shop.example.com/hook", "topics": ["customer_created"], **terms}
            issued = await service.create_webhook(await self.ctx(), **fields)
            if url is not None:
                await Webhook.filter(id=issued.webhook.id).update(url=url)
        return issued

    async def publish(self, *events: Event) -> None:
        with self.acting():
            ctx = await self.ctx()
            async with ctx.transaction():
                for event in events:
                    await ctx.publish(event)

    def created(self, customer: UUID | None = None) -> CustomerCreated:
        return CustomerCreated(customer_id=customer or uuid7(), occurred_at=self.clock())

    def updated(self, customer: UUID) -> CustomerUpdated:
        return CustomerUpdated(customer_id=customer, occurred_at=self.clock(), changed=("tags",))

    async def deliveries(self) -> list[WebhookDelivery]:
        with self.acting():
            return list(await WebhookDelivery.all().order_by("id"))

    async def hook(self) -> Webhook:
        with self.acting():
            return await Webhook.all().first()


@pytest.fixture
async def office(db: Database, clock: Clock, tmp_path: Path) -> Office:
    host = PluginHost(app.core_parts(), points=[])
    host.compose_all()
    platform = HostPlatform(db, host, HookCaller(host), b"k" * 32, tmp_path)
    platform.core_followers = app.core_followers()
    sender = service.Sender(is_allowed=lambda _: True, seconds=0.5)
    platform.core_jobs = {one.name: one for one in job_kinds(sender) if one.cron is None}
    row = Merchant(id=uuid7(), slug="tea", name="Tea", timezone="UTC", created_at=clock())
    await row.save(force_create=True)
    return Office(platform, clock, ref_of(row), Runner(HostJobs(platform), clock=clock))
