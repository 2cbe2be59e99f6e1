"""Enrolment and tiers, on both databases."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from guanxi.context import Context
from guanxi.customers import service as customers
from guanxi.customers.service import NewCustomer
from guanxi.db import statements
from guanxi.errors import BadUserInputError, ConflictError, NotFoundError
from guanxi.interactions import service as interactions
from guanxi.interactions.rules.facts import NewInteraction
from guanxi.plugins import service as plugins
from guanxi_membership import service
from guanxi_membership.models import Account, Tier

LADDER = [service.NewTier("银", 0), service.NewTier("金", 10_000), service.NewTier("铂", 50_000)]


async def program(ctx: Context) -> UUID:
    return await service.create_program(ctx, name="会员", currency=None, tiers=LADDER)


async def bought(ctx: Context, customer: Any, amount: int, kind: str = "purchase", mode: str = "LIVE") -> None:
    new = NewInteraction(customer.id, kind, ctx.now() - timedelta(hours=1), amount_minor=amount)
    await interactions.record_interaction(ctx, new, mode=mode)


async def tier_of(ctx: Context, customer: Any) -> str | None:
    return (await ctx.facts("membership.tier", [customer.id]))[0]


async def test_enrolling_counts_what_was_bought_before(ctx: Context, customer: Any) -> None:
    await program(ctx)
    await bought(ctx, customer, 12_000, mode="HISTORICAL")
    await bought(ctx, customer, 1_000, kind="refund", mode="HISTORICAL")

    await service.enrol(ctx, customer_id=customer.id)

    assert (await Account.get(customer_id=customer.id)).spend_minor == 11_000
    assert await tier_of(ctx, customer) == "金"


async def test_a_purchase_moves_the_tier_and_a_refund_moves_it_back(
    ctx: Context, customer: Any, installation: Any
) -> None:
    await plugins.enable(ctx, installation.platform, "membership")
    await program(ctx)
    await service.enrol(ctx, customer_id=customer.id)

    await bought(ctx, customer, 50_000)
    reached = await tier_of(ctx, customer)
    await bought(ctx, customer, 45_000, kind="refund")

    assert (reached, await tier_of(ctx, customer)) == ("铂", "银")


async def test_a_historical_purchase_moves_nothing(ctx: Context, customer: Any, installation: Any) -> None:
    await plugins.enable(ctx, installation.platform, "membership")
    await program(ctx)
    await service.enrol(ctx, customer_id=customer.id)

    await bought(ctx, customer, 50_000, mode="HISTORICAL")

    assert await tier_of(ctx, customer) == "银"


async def test_enrolling_twice_at_once_makes_one_account(ctx: Context, customer: Any) -> None:
    await program(ctx)

    made = await asyncio.gather(*(service.enrol(replace(ctx), customer_id=customer.id) for _ in range(5)))

    assert len(set(made)) == 1
    assert await Account.all().count() == 1


async def test_ten_and_a_hundred_progress_bars_cost_the_same(ctx: Context) -> None:
    await program(ctx)
    made = [await customers.create_customer(ctx, NewCustomer({"display_name": str(n)})) for n in range(20)]
    await service.enrol_all(ctx, [one.id for one in made])
    accounts = [one.id for one in await Account.all()]

    async def cost(work: Callable[[], Awaitable[Any]]) -> int:
        with statements.counting() as counted:
            await work()
        return counted.count

    few = await cost(lambda: service.progress_of(ctx, accounts[:2]))
    assert await cost(lambda: service.progress_of(ctx, accounts)) == few


async def test_what_is_missing_for_the_tier_above(ctx: Context, customer: Any) -> None:
    await program(ctx)
    account = await service.enrol(ctx, customer_id=customer.id)
    gold = await Tier.get(name="金")

    assert await service.progress_of(ctx, [account]) == [(gold.id, 10_000)]


async def test_a_second_active_program_is_refused(ctx: Context) -> None:
    await program(ctx)

    with pytest.raises(ConflictError):
        await program(ctx)


@pytest.mark.parametrize("tiers", [[], [service.NewTier("a", 5), service.NewTier("b", 5)]])
async def test_a_ladder_that_does_not_rise_is_refused(ctx: Context, tiers: list[service.NewTier]) -> None:
    with pytest.raises(BadUserInputError):
        await service.create_program(ctx, name="会员", currency=None, tiers=tiers)


async def test_an_unknown_customer_cannot_be_enrolled(ctx: Context, customer: Any) -> None:
    await program(ctx)

    with pytest.raises(NotFoundError):
        await service.enrol(ctx, customer_id=UUID(int=customer.id.int + 1))


async def test_hook_seed_demo(ctx: Context, customer: Any, installation: Any) -> None:
    loaded = installation.host.loaded["membership"]

    await installation.platform.call_hook(ctx, loaded, "seed_demo", 10, customer_ids=[customer.id])

    assert await tier_of(ctx, customer) == "茶友"
