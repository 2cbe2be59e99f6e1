"""A fact is taken back once, by a fact that says the opposite."""

import asyncio
from typing import Any

import pytest

from guanxi.context import Context
from guanxi.db.fields import uuid7
from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError
from guanxi.events import InteractionVoided
from guanxi.interactions import permissions, service
from guanxi.interactions.models import Interaction
from guanxi.testing import counts


async def test_both_facts_stay_and_cancel_out(shop: Any, ctx: Context, new: Any) -> None:
    sale = await service.record_interaction(ctx, new(external_id="J1", tax_minor=60))
    voiding_id = await service.void_interaction(ctx, sale.id, reason="typed twice")

    row, voiding = await Interaction.get(id=sale.id), await Interaction.get(id=voiding_id)
    assert (row.voided_by_id, voiding.voids_id) == (voiding_id, sale.id)
    assert (row.amount_minor, voiding.amount_minor, voiding.tax_minor) == (1000, -1000, -60)
    assert (voiding.kind, voiding.customer_id, voiding.subject) == ("purchase", row.customer_id, "typed twice")
    assert (await service.interaction_stats(ctx, service.StatsQuery())).rows == []
    assert isinstance(shop.events[-1], InteractionVoided)
    assert (shop.events[-1].interaction_id, shop.events[-1].voided_by) == (sale.id, voiding_id)


async def test_many_at_the_same_time_take_back_once(ctx: Context, new: Any) -> None:
    sale = await service.record_interaction(ctx, new())
    tries = counts.scaled(100)
    answers = await asyncio.gather(
        *(service.void_interaction(ctx, sale.id) for _ in range(tries)), return_exceptions=True
    )

    refused = [one for one in answers if isinstance(one, ConflictError)]
    assert (len(refused), len(answers) - len(refused)) == (tries - 1, 1)
    assert await Interaction.filter(voids_id=sale.id).count() == 1


async def test_what_takes_back_cannot_be_taken_back(ctx: Context, new: Any) -> None:
    sale = await service.record_interaction(ctx, new())
    voiding = await service.void_interaction(ctx, sale.id)

    with pytest.raises(ConflictError):
        await service.void_interaction(ctx, voiding)


async def test_a_refunded_sale_is_taken_back_after_its_refund(ctx: Context, new: Any) -> None:
    sale = await service.record_interaction(ctx, new())
    refund = await service.record_interaction(ctx, new(kind="refund", refund_of=sale.id, amount_minor=300))

    with pytest.raises(ConflictError):
        await service.void_interaction(ctx, sale.id)
    await service.void_interaction(ctx, refund.id)
    await service.void_interaction(ctx, sale.id)
    with pytest.raises(BadUserInputError):
        await service.record_interaction(ctx, new(kind="refund", refund_of=sale.id))


async def test_who_may_not_and_what_is_not_there(shop: Any, ctx: Context, other: Any, new: Any) -> None:
    sale = await service.record_interaction(ctx, new())

    with pytest.raises(ForbiddenError):
        await service.void_interaction(shop.without(permissions.VOID_INTERACTIONS), sale.id)
    with pytest.raises(NotFoundError):
        await service.void_interaction(ctx, uuid7())
    with other.acting() as theirs, pytest.raises(NotFoundError):
        await service.void_interaction(theirs, sale.id)
