"""Legal holds: while one stands, nothing of the customer is erased."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from guanxi import audit
from guanxi.context import Context
from guanxi.customers.rules.text import clean_text
from guanxi.privacy import errors, permissions
from guanxi.privacy.models import LegalHold
from guanxi.privacy.service import locking


async def place_hold(ctx: Context, *, customer_id: UUID, reason: str) -> LegalHold:
    """Keep a customer's data from now on.

    Raises:
        ForbiddenError: MANAGE_HOLDS is missing.
        BadUserInputError: the reason is empty or over-long.
        NotFoundError: there is no such customer.
    """
    ctx.require(permissions.MANAGE_HOLDS)
    text = clean_text(reason, "reason", 500)
    if not text:
        raise errors.text_missing("reason")
    async with ctx.transaction():
        # After an erasure that runs, or before it: never beside it.
        await locking.lock_customer(customer_id)
        by = f"{ctx.actor.kind}:{ctx.actor.id}"
        row = await LegalHold.create(customer_id=customer_id, reason=text, placed_at=ctx.now(), placed_by=by)
        await audit.record(ctx, action="privacy.hold.placed", subject=f"cus_{customer_id.hex}")
        return row


async def lift_hold(ctx: Context, *, hold_id: UUID) -> LegalHold:
    """End a hold; twice is once. Raises: ForbiddenError; NotFoundError."""
    ctx.require(permissions.MANAGE_HOLDS)
    async with ctx.transaction():
        by = f"{ctx.actor.kind}:{ctx.actor.id}"
        standing = LegalHold.filter(id=hold_id, lifted_at__isnull=True)
        is_lifted = await standing.update(lifted_at=ctx.now(), lifted_by=by)
        row = await LegalHold.get_or_none(id=hold_id)
        if row is not None and is_lifted:
            await audit.record(ctx, action="privacy.hold.lifted", subject=f"cus_{row.customer_id.hex}")
    if row is None:
        raise errors.unknown_hold()
    return row


async def held_among(customer_ids: Collection[UUID]) -> set[UUID]:
    """Those of the customers for whom a hold stands."""
    rows = LegalHold.filter(customer_id__in=list(customer_ids), lifted_at__isnull=True)
    found: Any = await rows.values_list("customer_id", flat=True)
    return set(found)


async def held_customers() -> set[UUID]:
    """Every customer of the merchant for whom a hold stands."""
    found: Any = await LegalHold.filter(lifted_at__isnull=True).values_list("customer_id", flat=True)
    return set(found)
