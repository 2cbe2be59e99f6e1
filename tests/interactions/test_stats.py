"""Statistics equal what Python counts, in every grouping, order and page."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.context import Context
from guanxi.db import statements
from guanxi.db.database import Database
from guanxi.errors import BadUserInputError, ForbiddenError
from guanxi.interactions import permissions, service
from guanxi.interactions.models import Interaction
from guanxi.interactions.rules.facts import LONG_MAX, NewInteraction
from guanxi.interactions.service import Group, Measure, Only, StatsQuery
from guanxi.testing import counts

NEW_YORK = "America/New_York"
SIGNS = {"purchase": 1, "refund": -1, "return": -1, "visit": 0}
GROUPINGS = [
    [],
    [Group.CUSTOMER],
    [Group.KIND, Group.CHANNEL],
    [Group.DAY],
    [Group.MONTH, Group.KIND],
    [Group.CUSTOMER, Group.MONTH],
]
FACTS = st.lists(
    st.fixed_dictionaries(
        {
            "customer": st.integers(0, 2),
            "kind": st.sampled_from(["purchase", "refund", "return", "visit"]),
            "channel": st.sampled_from(["web", "jd"]),
            "currency": st.sampled_from(["CNY", "USD"]),
            "amount": st.integers(0, 3),
            # half past three, four or five is around midnight in New York, in winter and in summer
            "at": st.tuples(st.integers(0, 700), st.sampled_from([3, 4, 5])).map(
                lambda at: datetime(2024, 10, 31, minute=30, tzinfo=UTC) + timedelta(days=at[0], hours=at[1])
            ),
            "is_void": st.booleans(),
        }
    ),
    max_size=12,
)


def naive(rows: Sequence[Interaction], groups: Sequence[Group], zone: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """The same by hand: one row at a time."""
    found: dict[tuple[Any, ...], list[Interaction]] = defaultdict(list)
    for row in rows:
        if row.voids_id is None and row.voided_by_id is None:
            day = row.occurred_at.astimezone(ZoneInfo(zone)).date()
            named = {
                Group.CUSTOMER: row.customer_id,
                Group.KIND: row.kind,
                Group.CHANNEL: row.channel,
                Group.DAY: day,
                Group.MONTH: day.replace(day=1),
            }
            found[*(named[group] for group in groups), row.currency].append(row)
    return {
        key: (
            len(group),
            sum(row.amount_minor or 0 for row in group),
            sum(SIGNS[row.kind] * (row.amount_minor or 0) for row in group),
            min(row.occurred_at for row in group),
            max(row.occurred_at for row in group),
        )
        for key, group in found.items()
    }


def key_of(stat: service.Stat, groups: Sequence[Group]) -> tuple[Any, ...]:
    named = {Group.CUSTOMER: stat.customer_id, Group.KIND: stat.kind, Group.CHANNEL: stat.channel}
    return (*(named.get(group, stat.bucket) for group in groups), stat.currency)


async def all_pages(ctx: Context, query: StatsQuery) -> list[service.Stat]:
    """Every row, three at a time."""
    found: list[service.Stat] = []
    while True:
        page = await service.interaction_stats(ctx, replace(query, first=3, after=found[-1].cursor if found else None))
        found += page.rows
        if not page.has_next:
            return found


async def record(ctx: Context, people: Sequence[UUID], drawn: Sequence[dict[str, Any]]) -> None:
    news = [
        NewInteraction(
            people[one["customer"]],
            one["kind"],
            one["at"],
            one["channel"],
            currency=one["currency"],
            amount_minor=None if one["kind"] == "visit" else one["amount"],
        )
        for one in drawn
    ]
    recorded = await service.record_interactions(ctx, news)
    for one, fact in zip(recorded, drawn, strict=True):
        if fact["is_void"]:
            await service.void_interaction(ctx, one.id)


@settings(max_examples=counts.scaled(100))
@given(drawn=FACTS, groups=st.sampled_from(GROUPINGS), descending=st.booleans())
async def test_statistics_equal_what_python_counts(
    open_another: Any, drawn: list[dict[str, Any]], groups: list[Group], descending: bool
) -> None:
    shop = open_another("ny", timezone=NEW_YORK)
    with shop.acting() as ctx:
        people = await shop.customers(3)
        await record(ctx, people, drawn)
        stats = await all_pages(ctx, StatsQuery(Only(customer_ids=people), groups, [(Measure.NET, descending)]))
        rows = await Interaction.filter(customer_id__in=people)

    measured = [(one.count, one.amount_minor, one.net_minor, one.first_at, one.last_at) for one in stats]
    keys = [key_of(one, groups) for one in stats]
    nets = [one.net_minor for one in stats]
    assert dict(zip(keys, measured, strict=True)) == naive(rows, groups, NEW_YORK)
    assert len(set(keys)) == len(keys)
    assert nets == sorted(nets, reverse=descending)


async def test_pages_neither_skip_nor_repeat(shop: Any, ctx: Context, new: Any) -> None:
    people = await shop.customers(10)
    await service.record_interactions(ctx, [new(customer_id=one, amount_minor=n // 3) for n, one in enumerate(people)])
    query = StatsQuery(Only(kinds=["purchase"]), [Group.CUSTOMER], [(Measure.NET, True), (Measure.COUNT, False)])

    stats = await all_pages(ctx, query)

    assert sorted(stat.customer_id for stat in stats) == sorted(people)
    assert await service.count_stats(ctx, query) == 10
    with pytest.raises(BadUserInputError):
        await service.interaction_stats(ctx, replace(query, order_by=[(Measure.COUNT, True)], after=stats[0].cursor))


async def test_days_are_those_of_the_merchant(ctx: Context, new: Any) -> None:
    late = datetime(2026, 11, 10, 15, 59, 59, 999_999, tzinfo=UTC)
    await service.record_interactions(ctx, [new(occurred_at=late), new(occurred_at=late + timedelta(microseconds=1))])
    query = StatsQuery(group_by=[Group.DAY], order_by=[(Measure.BUCKET, False)])

    assert [str(stat.bucket) for stat in (await service.interaction_stats(ctx, query)).rows] == [
        "2026-11-10",
        "2026-11-11",
    ]


async def test_only_those_that_match_are_counted(shop: Any, ctx: Context, other: Any, new: Any) -> None:
    early = datetime(2025, 12, 31, tzinfo=UTC)
    told = [new(), new(channel="jd"), new(kind="visit", amount_minor=None), new(occurred_at=early)]
    await service.record_interactions(ctx, told)
    with other.acting() as theirs:
        (stranger,) = await other.customers(1)
        await service.record_interaction(theirs, new(customer_id=stranger))
    only = Only(["purchase"], ["other"], since=early + timedelta(days=1), until=ctx.now() + timedelta(days=1))

    assert [stat.count for stat in (await service.interaction_stats(ctx, StatsQuery(only))).rows] == [1]
    assert [stat.count for stat in (await service.interaction_stats(ctx, StatsQuery())).rows] == [4]


async def test_a_sum_reaches_the_edge_and_not_beyond(ctx: Context, new: Any) -> None:
    await service.record_interactions(ctx, [new(amount_minor=LONG_MAX - 1), new(amount_minor=1)])
    (stat,) = (await service.interaction_stats(ctx, StatsQuery())).rows
    assert (stat.amount_minor, stat.net_minor) == (LONG_MAX, LONG_MAX)

    await service.record_interaction(ctx, new(amount_minor=1))
    with pytest.raises(BadUserInputError, match="2\\^53-1"):
        await service.interaction_stats(ctx, StatsQuery())
    for _ in range(2):
        await service.record_interactions(ctx, [new(amount_minor=LONG_MAX)] * 600)
    with pytest.raises(BadUserInputError, match="2\\^53-1"):
        await service.interaction_stats(ctx, StatsQuery())


async def test_what_cannot_be_asked_is_refused(shop: Any, ctx: Context) -> None:
    wrong = [
        StatsQuery(group_by=[Group.DAY, Group.MONTH]),
        StatsQuery(group_by=[Group.KIND, Group.KIND]),
        StatsQuery(order_by=[(Measure.BUCKET, True)]),
        StatsQuery(order_by=[(Measure.NET, True), (Measure.NET, False)]),
        StatsQuery(first=0),
        StatsQuery(first=101),
        StatsQuery(after="forged"),
    ]
    for query in wrong:
        with pytest.raises(BadUserInputError):
            await service.interaction_stats(ctx, query)
    with pytest.raises(ForbiddenError):
        await service.interaction_stats(shop.without(permissions.READ_INTERACTIONS), StatsQuery())


async def test_a_thousand_groups_cost_one_statement(db: Database, shop: Any, ctx: Context, new: Any) -> None:
    people = await shop.customers(100)
    await service.record_interactions(ctx, [new(customer_id=one) for one in people])
    query = StatsQuery(Only(kinds=["purchase"]), [Group.CUSTOMER], [(Measure.NET, True)], first=100)

    with statements.counting() as counted:
        page = await service.interaction_stats(ctx, query)

    assert (len(page.rows), counted.count) == (100, 1)
