"""Take a fact back by a fact that says the opposite; nothing is ever deleted."""

from uuid import UUID

from tortoise.exceptions import IntegrityError

from guanxi.context import Context
from guanxi.db.fields import uuid7
from guanxi.errors import Text
from guanxi.events import InteractionVoided
from guanxi.interactions import errors, permissions
from guanxi.interactions.models import Interaction
from guanxi.interactions.rules import facts
from guanxi.interactions.rules.facts import Mode
from guanxi.interactions.service import store
from guanxi.schema import scope

MAX_REASON = 200


async def void_interaction(ctx: Context, interaction_id: UUID, *, reason: str | None = None) -> UUID:
    """Take a fact back, once, by a fact that says the opposite; its id.

    Raises:
        ForbiddenError: VOID_INTERACTIONS is missing.
        NotFoundError: there is no such interaction.
        ConflictError: it is voided already, voids something itself, or was refunded.
    """
    ctx.require(permissions.VOID_INTERACTIONS)
    async with ctx.transaction():
        row = await Interaction.filter(id=interaction_id).select_for_update(no_key=True).first()
        if row is None or not await scope.seen(ctx, Interaction, [row.id], lock=True):
            raise errors.unknown_interaction("id")
        await _check_voidable(row)
        voiding = await _write_voiding(ctx, row, reason)
        if not await Interaction.filter(id=row.id, voided_by_id=None).update(voided_by_id=voiding):
            raise errors.already_void(None)
        await ctx.publish(
            InteractionVoided(
                occurred_at=ctx.now(), interaction_id=row.id, customer_id=row.customer_id, voided_by=voiding
            )
        )
    return voiding


async def _check_voidable(row: Interaction) -> None:
    if row.voided_by_id is not None:
        raise errors.already_void(row.voided_by_id)
    if row.voids_id is not None:
        raise errors.unfit_void(
            Text("This interaction takes another one back.", "该互动本身是一笔冲销。"),
            Text("Record the fact again instead.", "请重新记录该互动。"),
        )
    if await Interaction.filter(refund_of_id=row.id, voids_id=None, voided_by_id=None).exists():
        raise errors.unfit_void(
            Text("The interaction was refunded.", "该互动已有退款。"),
            Text("Void its refunds first.", "请先冲销其退款。"),
        )


async def _write_voiding(ctx: Context, row: Interaction, reason: str | None) -> UUID:
    voiding = Interaction(
        id=uuid7(),
        customer_id=row.customer_id,
        kind=row.kind,
        occurred_at=ctx.now(),
        recorded_at=ctx.now(),
        channel=row.channel,
        source=facts.VOID_SOURCE,
        external_id=row.id.hex,
        order_ref=row.order_ref,
        amount_minor=_opposite(row.amount_minor),
        currency=row.currency,
        tax_minor=_opposite(row.tax_minor),
        shipping_minor=_opposite(row.shipping_minor),
        discount_minor=_opposite(row.discount_minor),
        voids_id=row.id,
        subject=facts.checked_text(reason, "reason", MAX_REASON),
        actor=store.actor_of(ctx),
        mode=Mode.LIVE.value,
    )
    try:
        await voiding.save(force_create=True)
    except IntegrityError as error:
        raise errors.already_void(None) from error
    return voiding.id


def _opposite(amount: int | None) -> int | None:
    return None if amount is None else -amount
