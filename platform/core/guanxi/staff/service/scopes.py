"""What a post sees, as SQL that holds at the moment it runs, and what its holder may give to others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from guanxi.context import Context
from guanxi.staff import errors, rules
from guanxi.staff.models import OrgUnit, Post, PostHolding
from guanxi.staff.rules import Reach

Bind = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class PostScope:
    """Implements guanxi.context.DataScope: the posts that a post sees, while the actor still stands for that post.

    One of ``person_id`` and ``token_id`` says who acts. Whoever has lost the post, or whose token has been revoked,
    sees nothing from that commit on, whatever was asked before it.
    """

    merchant_id: UUID
    reach: str
    post_id: UUID
    unit_id: UUID
    person_id: UUID | None = None
    token_id: UUID | None = None

    def posts(self, bind: Bind) -> str:
        """SQL that selects ids of posts."""
        merchant = bind(self.merchant_id)
        held = self._held(bind, merchant)
        if self.reach == Reach.UNIT:
            return (
                f'SELECT q."id" FROM "post" q WHERE q."merchant_id" = {merchant} AND q."unit_id" IN ({held("unit_id")})'
            )
        if self.reach == Reach.SUBTREE:
            return (
                f'WITH RECURSIVE below("id") AS ({held("unit_id")} UNION SELECT u."id" FROM "org_unit" u'
                f' JOIN below b ON u."parent_id" = b."id" WHERE u."merchant_id" = {merchant})'
                f' SELECT q."id" FROM "post" q JOIN below b ON q."unit_id" = b."id" WHERE q."merchant_id" = {merchant}'
            )
        return held("id")

    def _held(self, bind: Bind, merchant: str) -> Callable[[str], str]:
        """SQL of a column of the actor's own post; no row once it is not the actor's any more."""
        post = bind(self.post_id)
        if self.person_id is not None:
            holder = (
                f'EXISTS (SELECT 1 FROM "post_holding" h WHERE h."merchant_id" = {merchant} AND h."post_id" = p."id"'
                f' AND h."person_id" = {bind(self.person_id)} AND h."until" IS NULL)'
            )
        else:
            holder = (
                f'EXISTS (SELECT 1 FROM "api_token" k WHERE k."merchant_id" = {merchant} AND k."post_id" = p."id"'
                f' AND k."id" = {bind(self.token_id)} AND k."revoked_at" IS NULL)'
            )
        mine = f'p."merchant_id" = {merchant} AND p."id" = {post} AND p."archived_at" IS NULL AND {holder}'
        return lambda column: f'SELECT p."{column}" FROM "post" p WHERE {mine}'


def scope_of(post: Post, *, person_id: UUID | None = None, token_id: UUID | None = None) -> PostScope | None:
    """What whoever stands for the post sees; None where that is the whole merchant."""
    if post.scope == Reach.MERCHANT:
        return None
    return PostScope(post.merchant_id, post.scope, post.id, post.unit_id, person_id, token_id)


async def sight_of(person_id: UUID) -> tuple[UUID | None, PostScope | None]:
    """The post that a person of the bound merchant holds, and what it sees; nothing twice for whoever holds none."""
    holding = await PostHolding.get_or_none(person_id=person_id, until__isnull=True).select_related("post")
    return (None, None) if holding is None else (holding.post_id, scope_of(holding.post, person_id=person_id))


async def check_unit(ctx: Context, unit_id: UUID, reach: str = Reach.OWN) -> None:
    """A post of this reach in this unit must see no more than the actor does. Raises: ForbiddenError."""
    scope = ctx.actor.scope
    if scope is None:
        return
    if not isinstance(scope, PostScope) or not rules.reaches_no_further(reach, scope.reach):
        raise errors.beyond_reach()
    if unit_id not in await _units(scope):
        raise errors.beyond_reach()


async def check_post(ctx: Context, post: Post, reach: str | None = None) -> None:
    """The post, with the reach it has or gets, must see no more than the actor does. Raises: ForbiddenError."""
    if ctx.actor.post_id != post.id or reach not in {None, post.scope}:
        await check_unit(ctx, post.unit_id, reach or post.scope)


def require_merchant_wide(ctx: Context) -> None:
    """What is outside all posts is given by those alone who see everything. Raises: ForbiddenError."""
    if ctx.actor.scope is not None:
        raise errors.beyond_reach()


async def units_below(unit_id: UUID) -> set[UUID]:
    """A unit and all units under it; one statement for each level."""
    found, level = {unit_id}, [unit_id]
    while level:
        level = [row.id for row in await OrgUnit.filter(parent_id__in=level) if row.id not in found]
        found |= set(level)
    return found


async def _units(scope: PostScope) -> set[UUID]:
    return {scope.unit_id} if scope.reach == Reach.UNIT else await units_below(scope.unit_id)
