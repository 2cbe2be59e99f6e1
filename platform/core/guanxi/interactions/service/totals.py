"""What the timelines of many customers add up to, for Python and for a database."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from guanxi.context import Context
from guanxi.errors import Text
from guanxi.execution.sql import Statement
from guanxi.hookspecs import Fact, FactRows
from guanxi.interactions import permissions
from guanxi.interactions.models import Interaction
from guanxi.interactions.rules.facts import NET_SIGN, Kind
from guanxi.schema.part import Parameters

CHUNK = 1_000
GAINS = tuple(kind for kind, sign in NET_SIGN.items() if sign > 0)
LOSSES = tuple(kind for kind, sign in NET_SIGN.items() if sign < 0)
Within = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Total:
    """One aggregate over the facts of a customer that stand; ``kinds`` None: of every kind."""

    name: str
    type: type
    description: Text
    aggregate: Callable[[Parameters], str]
    kinds: Collection[str] | None = None
    is_amount: bool = False
    missing: Any = None
    unit: str | None = None


def _net(parameters: Parameters) -> str:
    gains = parameters.bind_all(GAINS)
    return f"sum(CASE WHEN t.kind IN ({gains}) THEN t.amount_minor ELSE -t.amount_minor END)"


def _always(aggregate: str) -> Callable[[Parameters], str]:
    return lambda parameters: aggregate


PURCHASES = (Kind.PURCHASE.value,)
NET = Total(
    "net_minor",
    int,
    Text("Purchases less refunds, in the merchant's currency", "净消费额（商户币种）"),
    _net,
    kinds=(*GAINS, *LOSSES),
    is_amount=True,
    missing=0,
    unit="minor",
)
TOTALS = (
    NET,
    Total(
        "purchase_count",
        int,
        Text("How many purchases", "购买次数"),
        _always("count(*)"),
        kinds=PURCHASES,
        missing=0,
        unit="purchases",
    ),
    Total(
        "first_purchase_at",
        datetime,
        Text("When the first purchase happened", "首次购买时间"),
        _always("min(t.occurred_at)"),
        kinds=PURCHASES,
    ),
    Total(
        "last_purchase_at",
        datetime,
        Text("When the last purchase happened", "最近购买时间"),
        _always("max(t.occurred_at)"),
        kinds=PURCHASES,
    ),
    Total("last_at", datetime, Text("When anything last happened", "最近互动时间"), _always("max(t.occurred_at)")),
)


def list_facts() -> list[Fact]:
    """Every fact about a customer's timeline; in no promised order."""
    return [
        Fact(
            name=f"interactions.{one.name}",
            type=one.type,
            description=one.description,
            permission=permissions.READ_INTERACTIONS,
            get=_getter(one),
            sql=FactRows(write=partial(_write, one), missing=one.missing),
            unit=one.unit,
        )
        for one in TOTALS
    ]


async def net_minor_of(ctx: Context, customer_ids: Sequence[UUID]) -> list[int]:
    """Purchases less refunds in the merchant's currency, smallest unit, in the order asked; 0 without any.

    Voided facts and those that void do not count. One statement for each thousand customers.

    Raises:
        ForbiddenError: READ_INTERACTIONS is missing.
    """
    return await _values_of(NET, ctx, customer_ids)


def _getter(total: Total) -> Callable[[Context, Sequence[UUID]], Awaitable[list[Any]]]:
    async def values_of(ctx: Context, customer_ids: Sequence[UUID]) -> list[Any]:
        return await _values_of(total, ctx, customer_ids)

    return values_of


async def _values_of(total: Total, ctx: Context, customer_ids: Sequence[UUID]) -> list[Any]:
    ctx.require(permissions.READ_INTERACTIONS)
    found: dict[UUID, Any] = {}
    for start in range(0, len(customer_ids), CHUNK):
        found |= await _load(total, ctx, customer_ids[start : start + CHUNK])
    return [found.get(one, total.missing) for one in customer_ids]


async def _load(total: Total, ctx: Context, customer_ids: Sequence[UUID]) -> dict[UUID, Any]:
    statement = Statement(ctx.platform.dialect)
    wanted = statement.bind_all(customer_ids)
    sql = _write(total, ctx, statement, lambda column: f"{column} IN ({wanted})")
    columns = Interaction._meta.fields_map
    to_id, to_value = columns["customer_id"].to_python_value, _reader(total)
    rows = await ctx.platform.fetch(sql, statement.params)
    return {to_id(row["customer_id"]): to_value(row["value"]) for row in rows}


def _write(total: Total, ctx: Context, parameters: Parameters, within: Within) -> str:
    """One row for each customer who has any such fact. What was voided, and what voids, does not count."""
    conditions = [f"t.merchant_id = {parameters.bind(ctx.merchant.id)}"]
    if total.kinds is not None:
        conditions.append(f"t.kind IN ({parameters.bind_all(list(total.kinds))})")
    if total.is_amount:
        conditions.append(f"t.currency = {parameters.bind(ctx.merchant.currency)} AND t.amount_minor IS NOT NULL")
    conditions += ["t.voided_by_id IS NULL", "t.voids_id IS NULL", within("t.customer_id")]
    return (
        f'SELECT t.customer_id AS customer_id, {total.aggregate(parameters)} AS value FROM "interaction" t'
        f" WHERE {' AND '.join(conditions)} GROUP BY t.customer_id"
    )


def _reader(total: Total) -> Callable[[Any], Any]:
    return int if total.type is int else Interaction._meta.fields_map["occurred_at"].to_python_value
