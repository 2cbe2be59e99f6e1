"""Who may do everything, and that somebody always may."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from guanxi.context import Context
from guanxi.merchants import service as merchants
from guanxi.staff import errors, rules
from guanxi.staff.models import ApiToken, PostHolding


@asynccontextmanager
async def changing_rights(ctx: Context, *post_ids: UUID | None) -> AsyncIterator[None]:
    """A transaction around a change of rights: one at a time for each merchant, in force with the next request.

    Args:
        ctx: who changes them.
        post_ids: the posts that are changed or get something, which are locked before the merchant.

    Raises:
        LastAdminError: after the change nobody would be left who may do everything.
    """
    async with ctx.transaction():
        await lock_posts(ctx, *post_ids)
        await merchants.raise_epoch(ctx)  # its row lock makes parallel changes see each other
        before = await administrators(ctx.now())
        yield
        if before and not await administrators(ctx.now()):
            raise errors.LastAdminError


async def lock_posts(ctx: Context, *post_ids: UUID | None) -> None:
    """Wait for whoever gives the posts something, and keep others from doing so until the transaction ends.

    Everybody locks posts first, each in the order of their ids, then customers, then the merchant: who publishes an
    event locks the merchant last, so nobody waits for another in a circle.
    """
    ids = sorted({UUID(int=one.int) for one in post_ids if one is not None})
    if ids and ctx.platform.dialect == "postgres":
        wanted = ", ".join(f"?{place}" for place in range(2, len(ids) + 2))
        sql = f'SELECT "id" FROM "post" WHERE "merchant_id" = ?1 AND "id" IN ({wanted}) ORDER BY "id" FOR UPDATE'
        await ctx.platform.fetch(sql, [ctx.merchant.id, *ids])


async def administrators(now: datetime) -> set[UUID]:
    """Tokens without a successor, and people who may sign in, with every right over the whole merchant."""
    tokens = await ApiToken.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now),
        Q(post_id__isnull=True) | Q(post__scope=rules.Reach.MERCHANT.value, post__archived_at__isnull=True),
        role__name=rules.ADMIN,
        role__is_builtin=True,
        revoked_at__isnull=True,
        replaced_by_id__isnull=True,
    )
    people: Sequence[Any] = await PostHolding.filter(
        until__isnull=True,
        person__state=rules.StaffState.ACTIVE.value,
        post__archived_at__isnull=True,
        post__scope=rules.Reach.MERCHANT.value,
        post__role__name=rules.ADMIN,
        post__role__is_builtin=True,
    ).values_list("person_id", flat=True)
    return {row.id for row in tokens if not row.scopes} | set(people)
