"""A fact says the same to Python and to a database."""

import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from audience_world import people, populate, without

from guanxi.audiences import service
from guanxi.context import Context
from guanxi.customers.permissions import READ_CUSTOMERS
from guanxi.db.merchant import acting_for
from guanxi.errors import ForbiddenError, PluginDisabledError, Text
from guanxi.hookspecs import Fact, FactColumn, FactRows
from guanxi.testing import counts


async def with_sql(ctx: Context) -> list[Fact]:
    """A fact without a SQL form is for other parts, not for audiences."""
    return [one for one in await ctx.platform.facts_on_offer(ctx) if one.sql is not None]


async def test_getter_and_sql_form_of_every_fact_agree(ctx: Context) -> None:
    rng = random.Random(3)
    ids = await populate(ctx, rng, counts.scaled(200))

    for _ in range(3):
        asked = rng.sample(ids, 12)
        for fact in await with_sql(ctx):
            told = await ctx.facts(fact.name, asked)
            by_sql = await service.values_by_sql(ctx, fact, asked)
            assert [sorted(one) if fact.is_many else one for one in told] == by_sql, fact.name


async def test_another_shop_s_customers_have_no_value(
    ctx: Context, open_shop: Callable[[str], Awaitable[Context]]
) -> None:
    other = await open_shop("tea-b")
    with acting_for(other.merchant.id):
        theirs = await populate(other, random.Random(1), 8)

    async with ctx.transaction():
        for fact in await with_sql(ctx):
            missing: Any = fact.sql.missing if isinstance(fact.sql, FactRows) else None
            nothing = [[] if fact.is_many else missing for _ in theirs]
            assert await service.values_by_sql(ctx, fact, theirs) == nothing, fact.name


async def test_a_fact_of_a_plugin_that_is_off_is_an_error(ctx: Context) -> None:
    with pytest.raises(PluginDisabledError, match="insights"):
        await ctx.platform.fact(ctx, "insights.grade")


async def test_a_fact_needs_its_permission(ctx: Context) -> None:
    fact = await ctx.platform.fact(ctx, "customers.tags")

    with pytest.raises(ForbiddenError):
        await service.values_by_sql(without(ctx, READ_CUSTOMERS), fact, [])
    assert fact.name not in [one.name for one in await service.facts_on_offer(without(ctx, READ_CUSTOMERS))]


async def test_a_column_that_customers_do_not_have_is_refused(ctx: Context) -> None:
    async def nothing(_ctx: Context, ids: Any) -> list[None]:
        return [None for _ in ids]

    sql = FactColumn(name='id" FROM customer --')
    fact = Fact(name="x.y", type=str, description=Text("x", "x"), permission=READ_CUSTOMERS, get=nothing, sql=sql)

    with pytest.raises(ValueError, match="no column"):
        await service.values_by_sql(ctx, fact, await people(ctx, 1))
