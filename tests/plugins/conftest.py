"""A running installation with a folder of one-file plugins, and shops that enable them."""

import textwrap
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from guanxi import app
from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.events import Event
from guanxi.execution import operations
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.merchants import service as merchants
from guanxi.merchants.models import Merchant
from guanxi.permissions import Permission
from guanxi.plugins import catalogue, enablement, service, worker
from guanxi.plugins.calls import HookCaller
from guanxi.plugins.host import PluginHost
from guanxi.plugins.models import Delivery
from guanxi.plugins.platform import HostPlatform
from guanxi.staff import service as staff
from guanxi.testing.clock import Clock

HEAD = """
from guanxi import Command, Customer, Fact, GuanxiError, IdField, Manifest, MerchantModel, Payload, Permission
from guanxi import Query, SchemaPart, Text, hookimpl
from guanxi.events import Event
from tortoise import fields

ABOUT = Text("For tests.", "测试用。")
MANIFEST = Manifest(id="{id}", version="1.0", title=ABOUT, summary=ABOUT, {more})
"""


def source_of(plugin: str, body: str = "", **manifest: Any) -> str:
    """The text of a one-file plugin with this manifest."""
    more = "".join(f"{name}={value!r}, " for name, value in manifest.items() if name != "id")
    return HEAD.format(id=manifest.get("id", plugin), more=more).lstrip() + textwrap.dedent(body)


@pytest.fixture(name="source_of")
def source_of_fixture() -> Any:
    """``(id, body, **manifest) -> text`` of a one-file plugin."""
    return source_of


@pytest.fixture(autouse=True)
def nothing_is_left_declared() -> Iterator[None]:
    """Plugins of other tests may declare the same names with other words."""
    app.app_set()  # imports what declares for good: the core and the bundled plugins
    kept = [(known, dict(known)) for known in (Permission.known, Event.known)]
    yield
    for known, before in kept:
        known.clear()
        known.update(before)


@pytest.fixture
def app_set() -> list[App]:
    return list(app.CORE_APPS)


@dataclass
class House:
    """One process of an installation."""

    db: Database
    platform: HostPlatform
    clock: Clock
    folder: Path
    shops: list["Shop"] = field(default_factory=list)

    @property
    def host(self) -> PluginHost:
        return self.platform.host

    async def add(self, plugin: str, body: str = "", **manifest: Any) -> Any:
        """Put a plugin into the folder of the running server; its module."""
        (self.folder / f"{plugin}.py").write_text(source_of(plugin, body, **manifest), encoding="utf-8")
        await self.platform.rescan()
        found = self.host.found.get(plugin)
        return found.module if found else None

    async def open_shop(self, slug: str) -> "Shop":
        founder = Context(staff.platform_principal(), self.platform, "r0", clock=self.clock)
        row = await staff.found_merchant(founder, merchants.NewMerchant(slug=slug, name=slug.title()))
        return Shop(self, merchants.ref_of(row))


@dataclass
class Shop:
    """A merchant, as somebody sees it who may do everything."""

    house: House
    ref: MerchantRef

    @contextmanager
    def acting(self) -> Iterator[None]:
        with acting_for(self.ref.id):
            yield

    async def ctx(self) -> Context:
        """As a request that arrives now would get it."""
        clock = self.house.clock
        epoch = (await Merchant.get(id=self.ref.id)).epoch
        plugins = await enablement.plugins_of(self.ref.id, clock())
        actor = Actor("token", "t", frozenset(Permission.known))
        schema = await self.house.platform.schema_for(plugins)
        principal = Principal(self.ref, actor, plugins, epoch)
        return Context(principal, self.house.platform, "r1", clock=clock, schema=schema)

    async def enable(self, plugin: str, **terms: Any) -> None:
        with self.acting():
            await service.enable(await self.ctx(), self.house.platform, plugin, **terms)

    async def disable(self, plugin: str) -> None:
        with self.acting():
            await service.disable(await self.ctx(), self.house.platform, plugin)

    async def purge(self, plugin: str) -> int:
        with self.acting():
            return await service.purge(await self.ctx(), self.house.platform, plugin, confirm=plugin)

    async def publish(self, *events: Event, ctx: Context | None = None) -> None:
        """Each event in one transaction, as a domain does it."""
        ctx = ctx or await self.ctx()
        with self.acting():
            async with ctx.transaction():
                for event in events:
                    await ctx.publish(event)

    async def work(self) -> None:
        """One round of the worker."""
        with self.acting():
            await worker.serve_merchant(self.house.platform, self.ref, self.house.clock)

    async def deliveries(self) -> list[Any]:
        with self.acting():
            return list(await Delivery.all().order_by("id"))

    async def faults(self, plugin: str) -> list[Any]:
        """As the merchant reads them."""
        with self.acting():
            found = await catalogue.find_plugin(await self.ctx(), plugin)
        return found.faults if found else []

    async def ask(self, document: str, *, ctx: Context | None = None, **variables: Any) -> Answer:
        """The answer to one operation."""
        ctx = ctx or await self.ctx()
        with self.acting():
            return await operations.run(GraphQLRequest(document, variables=variables), replace(ctx, loaders={}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "plugins"
    made.mkdir()
    return made


@pytest.fixture
async def house(db: Database, folder: Path, clock: Clock, core_parts: dict[str, Any]) -> AsyncIterator[House]:
    host = PluginHost(core_parts, dirs=[folder], points=[])
    host.discover()
    host.compose_all()
    platform = HostPlatform(db, host, HookCaller(host), b"k" * 32, folder.parent / "backups")
    yield House(db, platform, clock, folder)
    await platform.settle()


@pytest.fixture
def core_parts() -> dict[str, Any]:
    """What the core's domains add to GraphQL."""
    return dict(app.core_parts())


@pytest.fixture
async def shop(house: House) -> Shop:
    return await house.open_shop("tea-a")


@pytest.fixture
async def other(house: House) -> Shop:
    return await house.open_shop("tea-b")
