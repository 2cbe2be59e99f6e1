"""Random shops and audiences, and what an audience means in plain Python."""

import dataclasses
import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from guanxi.audiences.rules import days
from guanxi.audiences.rules.days import Relative, Unit
from guanxi.audiences.rules.tree import And, DateIs, FlagIs, Known, MemberOf, Node, Not, NumberIs, Or, TextIs
from guanxi.context import Actor, Context
from guanxi.customers.models import ContactPoint, Customer, CustomerTag
from guanxi.db.fields import uuid7
from guanxi.interactions.models import Interaction
from guanxi_membership import service as membership

Values = Mapping[str, Any]  # of one customer, by fact
TAGS, CITIES, STAGES = ("VIP", "vip", "茶友"), ("杭州", "上海"), ("lead", "active", "lost")
NUMBERS = ("interactions.net_minor", "interactions.purchase_count")
TEXTS = ("customers.lifecycle", "customers.gender", "customers.tags", "customers.city", "membership.tier")
DATES = ("customers.birthday", "customers.created_at", "interactions.first_purchase_at", "interactions.last_at")
WORDS = {
    "customers.lifecycle": STAGES,
    "customers.gender": ("female", "male"),
    "customers.tags": TAGS,
    "customers.city": CITIES,
    "membership.tier": ("铜", "银"),
}


def without(ctx: Context, *missing: str) -> Context:
    """The same shop for an actor who lacks some permissions."""
    actor = Actor("token", "t", ctx.actor.permissions - set(missing))
    return dataclasses.replace(ctx, principal=dataclasses.replace(ctx.principal, actor=actor), loaders={})


async def people(ctx: Context, count: int, **fields: Any) -> list[UUID]:
    """New customers' ids."""
    columns = {"display_name": "c", "created_at": ctx.now(), "updated_at": ctx.now(), **fields}
    made = [Customer(id=uuid7(), **columns) for _ in range(count)]
    await Customer.bulk_create(made)
    return [one.id for one in made]


async def populate(ctx: Context, rng: random.Random, count: int) -> list[UUID]:
    """Customers with whatever a fact may be made of; some with nothing of it."""
    now = ctx.now()
    rows = [
        Customer(
            id=uuid7(),
            display_name="c",
            lifecycle=rng.choice(STAGES),
            gender=rng.choice((None, "female", "male")),
            birthday=rng.choice((None, date(1990, 11, 11), date(2000, 2, 29))),
            archived_at=now if rng.random() < 0.1 else None,
            created_at=now - timedelta(days=rng.choice((0, 30, 31, 400))),
            updated_at=now,
        )
        for _ in range(count)
    ]
    await Customer.bulk_create(rows)
    await CustomerTag.bulk_create(
        CustomerTag(customer_id=row.id, name=tag, folded=tag, created_at=now)
        for row in rows
        for tag in TAGS
        if rng.random() < 0.3
    )
    await ContactPoint.bulk_create(_address(row.id, rng, now) for row in rows for _ in range(rng.randrange(3)))
    await Interaction.bulk_create(_fact(row.id, rng, now) for row in rows for _ in range(rng.randrange(4)))
    tiers = [membership.NewTier("铜", 0), membership.NewTier("银", 150)]
    await membership.create_program(ctx, name="会", currency=None, tiers=tiers)
    await membership.enrol_all(ctx, [row.id for row in rows if rng.random() < 0.6])
    return [row.id for row in rows]


def _address(customer_id: UUID, rng: random.Random, now: datetime) -> ContactPoint:
    return ContactPoint(
        customer_id=customer_id,
        kind=rng.choice(("address", "phone")),
        value="x",
        is_valid=True,
        city=rng.choice((None, *CITIES)),
        collected="direct",
        created_at=now,
    )


def _fact(customer_id: UUID, rng: random.Random, now: datetime) -> Interaction:
    kind = rng.choice(("purchase", "purchase", "refund", "visit"))
    return Interaction(
        customer_id=customer_id,
        kind=kind,
        occurred_at=now - timedelta(days=rng.choice((0, 1, 30, 400)), hours=rng.randrange(24)),
        recorded_at=now,
        channel="web",
        source="web",
        amount_minor=None if kind == "visit" else rng.randrange(300),
        currency=rng.choice(("CNY", "CNY", "USD")),
        actor="system:t",
        mode="LIVE",
    )


async def values_of(ctx: Context, customer_ids: Sequence[UUID]) -> dict[UUID, Values]:
    """Every fact by its getter."""
    found: dict[UUID, dict[str, Any]] = {one: {} for one in customer_ids}
    for fact in await ctx.platform.facts_on_offer(ctx):
        for one, value in zip(customer_ids, await ctx.facts(fact.name, customer_ids), strict=True):
            found[one][fact.name] = value
    return dict(found)


def random_audience(rng: random.Random, segments: Sequence[UUID], depth: int = 3) -> Node:
    """Any shape, empty lists and contradictions included."""
    kind = rng.randrange(9 if depth else 6)
    if kind >= 6:
        parts = tuple(random_audience(rng, segments, depth - 1) for _ in range(rng.choice((0, 1, 2, 2, 3))))
        return (And(parts), Or(parts), Not(random_audience(rng, segments, depth - 1)))[kind - 6]
    if kind == 0:
        bounds = rng.sample(("gte", "gt", "lte", "lt"), rng.choice((1, 2)))
        return NumberIs(rng.choice(NUMBERS), **{name: rng.choice((-100, 0, 1, 2, 150)) for name in bounds})
    if kind in (1, 2):
        name = rng.choice(TEXTS)
        return TextIs(name, tuple(rng.sample(WORDS[name], rng.randrange(len(WORDS[name]) + 1))))
    if kind == 3:
        points = (Relative(-30, Unit.DAY), Relative(-1, Unit.YEAR), Relative(0, Unit.DAY), date(1995, 1, 1))
        start, end = rng.choice((None, *points)), rng.choice(points)
        return DateIs(rng.choice(DATES), None if isinstance(start, date) else start, end)
    if kind == 4:
        return Known(rng.choice((*NUMBERS, *TEXTS, *DATES)), rng.random() < 0.5)
    return MemberOf(rng.choice(segments)) if segments else And(())


def holds(node: Node, values: Values, members: Mapping[UUID, bool], ctx: Context) -> bool:
    """Two-valued logic: what is not known is not so."""
    match node:
        case And():
            return all(holds(part, values, members, ctx) for part in node.parts)
        case Or():
            return any(holds(part, values, members, ctx) for part in node.parts)
        case Not():
            return not holds(node.part, values, members, ctx)
        case MemberOf():
            return members[node.segment_id]
    value = values[node.fact]
    every = value if isinstance(value, list) else [value]
    known = [one for one in every if one is not None]
    if isinstance(node, Known):
        return bool(known) == node.is_known
    return any(_is(node, one, ctx) for one in known)


def _is(leaf: NumberIs | TextIs | DateIs | FlagIs, value: Any, ctx: Context) -> bool:
    match leaf:
        case NumberIs():
            low = (leaf.gte is None or value >= leaf.gte) and (leaf.gt is None or value > leaf.gt)
            return low and (leaf.lte is None or value <= leaf.lte) and (leaf.lt is None or value < leaf.lt)
        case TextIs():
            return value in leaf.one_of
        case FlagIs():
            return bool(value == leaf.is_true)
    zone = ZoneInfo(ctx.merchant.timezone)
    today = ctx.now().astimezone(zone).date()
    day = value.astimezone(zone).date() if isinstance(value, datetime) else value
    start, end = (days.day_of(one, today) if one is not None else None for one in (leaf.start, leaf.end))
    return (start is None or day >= start) and (end is None or day <= end)
