"""A merchant with an organisation, as its people meet it: tokens of posts, asking through the gateway."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from guanxi import app
from guanxi.app import Installation
from guanxi.context import Context, MerchantRef, Principal, utc_now
from guanxi.customers import service as customers
from guanxi.customers.models import Customer
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.gateway import InstallationGateway
from guanxi.http.ports import Call
from guanxi.merchants import service as merchants
from guanxi.plugins import service as plugins
from guanxi.settings import Settings
from guanxi.staff import service as staff
from guanxi.staff.models import OrgUnit, Post, Role, StaffMember
from guanxi.staff.rules import StaffState


@dataclass
class Firm:
    """One merchant, its founder (the platform), and whoever acts for a post."""

    opened: Installation
    merchant: MerchantRef
    units: dict[str, OrgUnit] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)  # token texts by post

    @property
    def gateway(self) -> InstallationGateway:
        return InstallationGateway(self.opened.platform)

    @property
    def ctx(self) -> Context:
        """The platform, acting for the merchant."""
        plugins = frozenset(self.opened.host.loaded)
        principal = replace(staff.platform_principal(self.merchant), plugins=plugins)
        return Context(principal, self.opened.platform, request_id="firm")

    @contextmanager
    def acting(self) -> Iterator[Context]:
        with self.opened.db.bound(), acting_for(self.merchant.id):
            yield self.ctx

    async def open_post(self, title: str, unit: str, scope: str = "own", role: str = "admin") -> Post:
        """A post with a token of its own."""
        with self.acting() as ctx:
            role_id = (await Role.get(name=role)).id
            new = staff.NewPost(self.units[unit].id, role_id, title, scope=scope)
            self.posts[title] = await staff.create_post(ctx, new)
            issued = await staff.create_token(ctx, name=title, post_id=self.posts[title].id)
        self.texts[title] = issued.text
        return self.posts[title]

    async def person(self, name: str, post: str | None = None) -> StaffMember:
        """Somebody who may sign in."""
        with self.acting() as ctx:
            made = await staff.invite_staff(ctx, name=name, email=f"{name.lower()}.{uuid7().hex}@tea.example")
            await staff.set_state(ctx, made.id, StaffState.ACTIVE)
            if post is not None:
                await staff.assign_post(ctx, post_id=self.posts[post].id, person_id=made.id)
        return made

    async def customers_of(self, post: str | None, *names: str) -> list[UUID]:
        """New customers whom the post looks after."""
        with self.acting() as ctx:
            ids = [
                (await customers.create_customer(ctx, customers.NewCustomer({"display_name": name}))).id
                for name in names
            ]
            await customers.set_owner(ctx, ids, self.posts[post].id if post else None)
        return ids

    async def crowd_of(self, post: str, count: int) -> None:
        """Many customers at once."""
        with self.acting() as ctx:
            now, owner = ctx.now(), self.posts[post].id
            rows = [
                Customer(id=uuid7(), display_name=f"c{n}", owner_post_id=owner, created_at=now, updated_at=now)
                for n in range(count)
            ]
            await Customer.bulk_create(rows, batch_size=500)

    async def principal(self, post: str) -> Principal:
        return await self.gateway.authenticate(self.texts[post])

    async def ctx_of(self, post: str) -> Context:
        return replace(self.ctx, principal=await self.principal(post))

    async def ask(self, title: str, document: str, **variables: Any) -> Any:
        """What a post's token is answered; its data alone."""
        return (await self.answer(await self.principal(title), document, **variables)).data

    async def answer(self, principal: Principal, document: str, **variables: Any) -> Answer:
        """The same for whoever was let in before."""
        return await self.gateway.run(GraphQLRequest(document, variables=variables), principal, Call("firm"))


@asynccontextmanager
async def open_firm(settings: Settings) -> AsyncIterator[Firm]:
    """Head office with two branches under it, the east one with a counter of its own; all plugins enabled."""
    async with app.running(settings, work=False) as opened:
        assert opened.host.faults == {}
        ctx = Context(staff.platform_principal(), opened.platform, request_id="firm")
        with opened.db.bound():
            row = await staff.found_merchant(ctx, merchants.NewMerchant(slug="tea", name="Tea"))
        firm = Firm(opened, merchants.ref_of(row))
        with firm.acting() as inside:
            for plugin in opened.host.loaded:
                await plugins.enable(inside, opened.platform, plugin, backfill_from=utc_now())
            for name, parent in (("head", None), ("east", "head"), ("west", "head"), ("counter", "east")):
                above = firm.units[parent].id if parent else None
                firm.units[name] = await staff.create_unit(inside, name=name, parent_id=above)
        yield firm
