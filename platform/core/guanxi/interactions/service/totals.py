"""Sums over the timelines of many customers at once."""

from collections.abc import Sequence
from uuid import UUID

from guanxi.context import Context
from guanxi.execution.sql import Statement
from guanxi.interactions import permissions
from guanxi.interactions.models import Interaction
from guanxi.interactions.rules.facts import NET_SIGN

CHUNK = 1_000


async def net_minor_of(ctx: Context, customer_ids: Sequence[UUID]) -> list[int]:
    """Purchases less refunds in the merchant's currency, smallest unit, in the order asked; 0 without any.

    Voided facts and those that void do not count. One statement for each thousand customers.

    Raises:
        ForbiddenError: READ_INTERACTIONS is missing.
    """
    ctx.require(permissions.READ_INTERACTIONS)
    found: dict[UUID, int] = {}
    for start in range(0, len(customer_ids), CHUNK):
        found |= await _net(ctx, customer_ids[start : start + CHUNK])
    return [found.get(one, 0) for one in customer_ids]


async def _net(ctx: Context, customer_ids: Sequence[UUID]) -> dict[UUID, int]:
    statement = Statement(ctx.platform.dialect)
    merchant, currency = statement.bind(ctx.merchant.id), statement.bind(ctx.merchant.currency)
    gains = statement.bind_all([kind for kind, sign in NET_SIGN.items() if sign > 0])
    losses = statement.bind_all([kind for kind, sign in NET_SIGN.items() if sign < 0])
    sql = (
        f"SELECT t.customer_id AS customer, sum(CASE WHEN t.kind IN ({gains}) THEN t.amount_minor"
        f" ELSE -t.amount_minor END) AS net"
        ' FROM "interaction" t'
        f" WHERE t.merchant_id = {merchant} AND t.currency = {currency} AND t.amount_minor IS NOT NULL"
        f" AND (t.kind IN ({gains}) OR t.kind IN ({losses}))"
        f" AND t.voided_by_id IS NULL AND t.voids_id IS NULL"
        f" AND t.customer_id IN ({statement.bind_all(customer_ids)}) GROUP BY t.customer_id"
    )
    to_id = Interaction._meta.fields_map["customer_id"].to_python_value
    rows = await ctx.platform.fetch(sql, statement.params)
    return {to_id(row["customer"]): int(row["net"]) for row in rows}
