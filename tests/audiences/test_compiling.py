"""What an audience compiles to means what it says."""

import random
from collections.abc import Awaitable, Callable

import pytest
from audience_world import holds, people, populate, random_audience, values_of, without

from guanxi.audiences import service
from guanxi.audiences.rules import storage
from guanxi.audiences.rules.tree import And, FlagIs, Known, MemberOf, Node, Not, NumberIs, Or, TextIs
from guanxi.audiences.service import SegmentDraft
from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.customers.permissions import READ_CUSTOMERS
from guanxi.db import statements
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.errors import BadUserInputError, ForbiddenError, GuanxiError, NotFoundError, PluginDisabledError
from guanxi.interactions.permissions import READ_INTERACTIONS
from guanxi.testing import counts

VIP = TextIs("customers.tags", ("VIP",))


async def test_sql_and_plain_python_agree_on_any_audience(ctx: Context) -> None:
    rng = random.Random(7)
    ids = await populate(ctx, rng, 25)
    segment = await service.save_segment(ctx, SegmentDraft("vip", VIP))
    values, living = await values_of(ctx, ids), await Customer.filter(archived_at=None).values_list("id", flat=True)
    members = dict(zip(ids, await service.matches(ctx, VIP, ids), strict=True))

    for _ in range(counts.scaled(1_000)):
        audience = random_audience(rng, [segment])
        expected = [one in living and holds(audience, values[one], {segment: members[one]}, ctx) for one in ids]
        assert await service.matches(ctx, storage.to_json(audience), ids) == expected, audience
        assert (await service.preview_audience(ctx, audience)).count == sum(expected), audience


async def test_a_preview_counts_in_one_statement_and_names_the_newest(ctx: Context) -> None:
    ids = await people(ctx, 12)

    with statements.counting() as asked:
        preview = await service.preview_audience(ctx, Not(VIP), sample=3)

    assert (preview.count, preview.sample, asked.count) == (12, sorted(ids, reverse=True)[:3], 1)
    assert await service.preview_audience(ctx, VIP) == service.Preview(0, [])
    assert (await service.preview_audience(ctx, And(()), sample=0)) == service.Preview(12, [])


async def test_matching_costs_the_same_for_one_and_for_many(ctx: Context) -> None:
    ids = await people(ctx, 40)
    audience = And((NumberIs("interactions.net_minor", gte=0), Not(VIP), Known("membership.tier", False)))

    with statements.counting() as one:
        assert await service.matches(ctx, audience, ids[:1]) == [True]
    with statements.counting() as many:
        assert await ctx.matches(audience, [*ids, uuid7()]) == [True] * 40 + [False]

    assert one.count == many.count


async def test_another_shop_s_customers_match_nothing(
    ctx: Context, open_shop: Callable[[str], Awaitable[Context]]
) -> None:
    other = await open_shop("tea-b")
    with acting_for(other.merchant.id):
        theirs = await people(other, 3)

    async with ctx.transaction():
        assert await service.matches(ctx, And(()), theirs) == [False] * 3
        assert (await service.preview_audience(ctx, Not(VIP))).count == 0


@pytest.mark.parametrize(
    ("audience", "error", "path"),
    [
        (And((VIP, TextIs("insights.grade", ("A",)))), PluginDisabledError, ("and", 1, "text", "fact")),
        (Not(TextIs("interactions.net_minor", ("1",))), BadUserInputError, ("not", "text", "fact")),
        (Or((NumberIs("customers.tags", gte=1),)), BadUserInputError, ("or", 0, "number", "fact")),
        (FlagIs("customers.lifecycle", True), BadUserInputError, ("flag", "fact")),
        (NumberIs("interactions.net_minor", gte=0.5), BadUserInputError, ("number", "gte")),
        (NumberIs("interactions.net_minor", gte=float("inf")), BadUserInputError, ("number", "gte")),
        (NumberIs("interactions.net_minor"), BadUserInputError, ("number",)),
        (TextIs("customers.tags", ("x",) * 501), BadUserInputError, ("text", "in")),
        (TextIs("customers.tags", ("x", "a\0b")), BadUserInputError, ("text", "in", 1)),
        (MemberOf(uuid7()), NotFoundError, ("segment",)),
        (And((VIP,) * 51), BadUserInputError, ("and", 50)),
    ],
)
async def test_what_cannot_be_asked_names_its_place_and_the_cure(
    ctx: Context, audience: Node, error: type[GuanxiError], path: tuple[str | int, ...]
) -> None:
    with pytest.raises(error) as caught:
        await service.matches(ctx, audience, [])

    assert caught.value.path == path
    assert caught.value.hint is not None


async def test_nesting_has_an_end(ctx: Context) -> None:
    audience: Node = VIP
    for _ in range(9):
        audience = Not(audience)

    with pytest.raises(BadUserInputError) as caught:
        await service.matches(ctx, audience, [])

    assert caught.value.path == ("not",) * 9


@pytest.mark.parametrize("missing", [READ_CUSTOMERS, READ_INTERACTIONS])
async def test_each_fact_needs_its_permission(ctx: Context, missing: str) -> None:
    with pytest.raises(ForbiddenError):
        await service.matches(without(ctx, missing), NumberIs("interactions.net_minor", gte=1), [])
