"""Orders of many customers at once: the facts that share a reference, as one course."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from guanxi.context import Context
from guanxi.execution.sql import Statement
from guanxi.interactions import permissions
from guanxi.interactions.models import Interaction
from guanxi.interactions.rules import orders
from guanxi.interactions.rules.orders import Step
from guanxi.schema import scope

MAX_ORDERS = 100


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its facts tell it; ``steps`` from the first to the one that stands."""

    order_ref: str
    steps: tuple[Step, ...]


async def orders_of(ctx: Context, customer_ids: Sequence[UUID], *, limit: int = 20) -> list[list[Order]]:
    """Each customer's orders in the order asked, those where something happened last first; at most ``limit`` each.

    Voided facts tell nothing. One statement.

    Raises:
        ForbiddenError: READ_INTERACTIONS is missing.
    """
    ctx.require(permissions.READ_INTERACTIONS)
    found: dict[UUID, dict[str, list[tuple[str, datetime]]]] = {one: {} for one in customer_ids}
    columns = Interaction._meta.fields_map
    for row in await _facts(ctx, customer_ids, min(limit, MAX_ORDERS)):
        mine = found[columns["customer_id"].to_python_value(row["customer_id"])]
        happened = columns["occurred_at"].to_python_value(row["occurred_at"])
        mine.setdefault(row["order_ref"], []).append((row["kind"], happened))
    return [
        [Order(order_ref, tuple(orders.course(facts))) for order_ref, facts in found[one].items()]
        for one in customer_ids
    ]


async def _facts(ctx: Context, customer_ids: Sequence[UUID], limit: int) -> list[dict[str, Any]]:
    statement = Statement(ctx.platform.dialect)
    mine = f"t.merchant_id = {statement.bind(ctx.merchant.id)}{scope.suffix(ctx, statement.bind, Interaction, 't')}"
    which = (
        f"t.customer_id IN ({statement.bind_all(customer_ids)}) AND t.order_ref IS NOT NULL"
        f" AND t.kind IN ({statement.bind_all(list(orders.REACHED_BY))})"
        " AND t.voids_id IS NULL AND t.voided_by_id IS NULL"
    )
    ranked = (
        "SELECT t.customer_id AS customer_id, t.order_ref AS order_ref, row_number() OVER (PARTITION BY t.customer_id"
        " ORDER BY max(t.occurred_at) DESC, t.order_ref) AS place"
        f' FROM "interaction" t WHERE {mine} AND {which} GROUP BY t.customer_id, t.order_ref'
    )
    sql = (
        "SELECT t.customer_id AS customer_id, t.order_ref AS order_ref, t.kind AS kind, t.occurred_at AS occurred_at"
        f' FROM ({ranked}) r JOIN "interaction" t ON t.customer_id = r.customer_id AND t.order_ref = r.order_ref'
        f" WHERE r.place <= {limit} AND {mine} AND {which} ORDER BY r.place, t.occurred_at"
    )
    return await ctx.platform.fetch(sql, statement.params)
