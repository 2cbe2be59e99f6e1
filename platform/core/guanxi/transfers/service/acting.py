"""Whoever started a transfer, with the rights that he has at this moment: asked again before each page."""

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from guanxi.context import Actor, ActorKind, Context
from guanxi.permissions import Permission
from guanxi.staff import service as staff
from guanxi.staff.models import PostHolding, StaffMember
from guanxi.staff.rules import StaffState
from guanxi.transfers import errors


def starter_of(ctx: Context) -> str:
    """Who acts, as it is kept."""
    return f"{ctx.actor.kind}:{ctx.actor.id}"


async def as_starter(ctx: Context, started_by: str, *needed: Permission) -> Context:
    """The context of whoever started it. The merchant is bound.

    Raises:
        ForbiddenError: his token is revoked, he is gone, has another post, or lacks a permission that is needed.
    """
    kind, _, name = started_by.partition(":")
    actor = await _actor(ctx, cast(ActorKind, kind), name)
    if actor is None or not set(needed) <= actor.permissions:
        raise errors.lost_rights()
    return replace(ctx, principal=replace(ctx.principal, actor=actor), loaders={})


async def _actor(ctx: Context, kind: ActorKind, name: str) -> Actor | None:
    if (kind, name) == (ctx.actor.kind, ctx.actor.id) and kind in {"platform", "system"}:
        return ctx.actor
    if kind == "platform":
        return staff.platform_principal(ctx.merchant).actor
    if kind == "staff":
        return await _holder(UUID(hex=name))
    if kind == "token":
        platform: Any = ctx.platform
        # An epoch that no merchant has: everything is read anew.
        asked = replace(ctx.principal, actor=Actor("token", name), epoch=-1)
        found = await staff.renewed(platform.db, asked, ctx.now(), plugins_of=lambda _merchant: ctx.principal.plugins)
        return found.actor if found is not None else None
    return None


async def _holder(person_id: UUID) -> Actor | None:
    """A person with the rights and the sight of the post that he holds now; None where he holds none."""
    person = await StaffMember.get_or_none(id=person_id, state=StaffState.ACTIVE.value)
    held = PostHolding.get_or_none(person_id=person_id, until__isnull=True, post__archived_at__isnull=True)
    holding = await held.select_related("post__role")
    if person is None or holding is None:
        return None
    post = holding.post
    return Actor(
        "staff",
        person_id.hex,
        staff.permissions_of(post.role),
        person_id=person_id,
        post_id=post.id,
        scope=staff.scope_of(post, person_id=person_id),
    )
