"""Whatever a shop's tokens do to roles and tokens: none comes to more rights, and an administrator is always left."""

import random
from dataclasses import dataclass, field
from typing import Any

from guanxi.errors import GuanxiError
from guanxi.staff import rules, service
from guanxi.staff.models import ApiToken, Role
from guanxi.testing import counts

GRANTABLE = ("merchants.merchant.write", "staff.role.read", "staff.role.write", "staff.token.read", "staff.token.write")


@dataclass
class Walk:
    """Random steps by random holders of the tokens issued so far."""

    shop: Any
    dice: random.Random
    texts: list[str] = field(default_factory=list)
    done: int = 0

    async def step(self) -> None:
        actor = await self.shop.ctx_of(self.dice.choice([self.shop.text, *self.texts]))
        move = self.dice.choice((self.create, self.rotate, self.revoke, self.edit))
        issued = await move(actor)
        self.done += 1
        if issued:
            made = await self.shop.authenticate(issued.text)
            assert made.actor.permissions <= actor.actor.permissions
            self.texts.append(issued.text)

    async def create(self, actor: Any) -> Any:
        role = self.dice.choice(await Role.all())
        return await service.create_token(actor, name="walk", role_id=role.id, scopes=self.some())

    async def rotate(self, actor: Any) -> Any:
        return await service.rotate_token(
            actor, token_id=await self.any_token(), overlap_seconds=self.dice.choice((0, 9))
        )

    async def revoke(self, actor: Any) -> None:
        await service.revoke_token(actor, token_id=await self.any_token())

    async def edit(self, actor: Any) -> None:
        role = await Role.get_or_none(name="own")
        known = {"role_id": role.id, "expected_version": role.version} if role else {}
        await service.upsert_role(actor, name="own", permissions=self.some(), **known)

    async def any_token(self) -> Any:
        return self.dice.choice(await ApiToken.all()).id

    def some(self) -> list[str]:
        return self.dice.sample(GRANTABLE, self.dice.randrange(len(GRANTABLE) + 1))


async def live_administrators(shop: Any) -> int:
    rows = await ApiToken.filter(role__name=rules.ADMIN, replaced_by_id__isnull=True)
    return sum(not row.scopes and rules.is_live(row.expires_at, row.revoked_at, shop.clock()) for row in rows)


async def test_no_walk_through_roles_and_tokens_adds_rights_or_ends_the_last_administrator(shop: Any) -> None:
    walk, codes = Walk(shop, random.Random(20261111)), set()

    with shop.acting():
        for _ in range(counts.scaled(1500)):
            shop.clock.advance(seconds=1)
            try:
                await walk.step()
            except GuanxiError as refused:
                codes.add(refused.code)
            assert await live_administrators(shop) >= 1

    assert walk.done > 10
    assert codes == {"FORBIDDEN", "BAD_USER_INPUT", "CONFLICT", "UNAUTHENTICATED"}
