"""A shop with an administrator, and staff who sign in to it."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from guanxi.accounts import service
from guanxi.accounts.service import Browser, Password, SignedIn
from guanxi.context import Context
from guanxi.db.database import Database
from guanxi.merchants import service as merchants
from guanxi.staff.models import OrgUnit, Post, PostHolding, Role, StaffMember

SECRET = "correct horse battery staple"
DESK = Browser("192.0.2.7", "a browser")


@dataclass
class House:
    """A merchant as its administrator sees it. Bound in every test that takes it."""

    db: Database
    ctx: Context
    clock: Any  # a Clock, or the wall's where a server runs beside

    async def hire(self, name: str, role: str = "agent", *, state: str = "active") -> StaffMember:
        """A person on a post of his own."""
        now, email = self.clock(), f"{name}@tea.example"
        person = await StaffMember.create(name=name, email=email, state=state, created_at=now)
        unit = await OrgUnit.create(name=f"unit of {name}", created_at=now)
        found = await Role.get(name=role)
        post = await Post.create(
            unit_id=unit.id, role_id=found.id, title=name, layer="execution", scope="own", created_at=now
        )
        await PostHolding.create(post_id=post.id, person_id=person.id, since=now)
        return person

    async def invite(self, person: StaffMember) -> str:
        return (await service.invite(self.ctx, person.id)).text

    async def admit(self, name: str, role: str = "agent") -> StaffMember:
        """A person who has set the password SECRET by an invitation."""
        person = await self.hire(name, role)
        await service.accept(self.db, await self.invite(person), SECRET, DESK, self.clock())
        return person

    async def sign_in(
        self, name: str, password: str = SECRET, browser: Browser = DESK, shop: str = "tea-a"
    ) -> SignedIn:
        given = Password(shop, f"{name}@tea.example", password)
        return await service.sign_in(self.db, given, browser, self.clock())

    async def sign_in_new(self, name: str) -> SignedIn:
        """Somebody new whose role is called like the person."""
        await self.admit(name, name)
        return await self.sign_in(name)

    async def resume(self, key: str) -> service.Resumed:
        return await service.resume(self.db, key, self.clock(), plugins_of=no_plugins)

    async def ctx_of(self, key: str) -> Context:
        return replace(self.ctx, principal=(await self.resume(key)).principal, loaders={})

    async def raise_epoch(self) -> None:
        async with self.ctx.transaction():
            await merchants.raise_epoch(self.ctx)


def no_plugins(_merchant_id: UUID) -> frozenset[str]:
    return frozenset()
