"""The facts that audiences may ask for, and their values as a database finds them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from guanxi.audiences.rules.tree import FITS, Known
from guanxi.audiences.service import compiling, previews
from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.db.fields import UtcField
from guanxi.execution.sql import Statement
from guanxi.hookspecs import Fact, FactColumn, FactRows

CHUNK = 500
MOMENT = UtcField()


async def facts_on_offer(ctx: Context) -> list[Fact]:
    """What the actor may build audiences of, by name."""
    every: list[Fact] = await ctx.platform.facts_on_offer(ctx)
    return [one for one in every if one.sql is not None and one.type in FITS[Known] and ctx.can(one.permission)]


async def values_by_sql(ctx: Context, fact: Fact, customer_ids: Sequence[UUID]) -> list[Any]:
    """What a fact's SQL form says of customers, in the order asked, as its getter tells it; lists are sorted.

    Raises:
        ForbiddenError: the right to the fact is missing.
        ValueError: it has no SQL form, or one that gives several values where one is promised.
    """
    ctx.require(fact.permission)
    found: dict[UUID, list[Any]] = {one: [] for one in customer_ids}
    for start in range(0, len(customer_ids), CHUNK):
        for customer, value in await _rows(ctx, fact, customer_ids[start : start + CHUNK]):
            found[customer].append(value)
    if fact.is_many:
        return [sorted(set(found[one])) for one in customer_ids]
    if any(len(values) > 1 for values in found.values()):
        raise ValueError(f"the SQL form of {fact.name} gives a customer several values: say is_many=True")
    missing = fact.sql.missing if isinstance(fact.sql, FactRows) else None
    return [found[one][0] if found[one] else missing for one in customer_ids]


def values_in(fact: Fact, told: Any) -> list[Any]:
    """What a getter told of one customer, as a list of values: none, one, or many."""
    return list(told) if fact.is_many else [told] if told is not None else []


async def _rows(ctx: Context, fact: Fact, customer_ids: Sequence[UUID]) -> list[tuple[UUID, Any]]:
    statement = Statement(ctx.platform.dialect)
    sql = _select(ctx, fact, statement, customer_ids)
    to_id = Customer._meta.fields_map["id"].to_python_value
    rows = await ctx.platform.fetch(sql, statement.params)
    return [(to_id(row["customer_id"]), read_value(fact.type, row["value"])) for row in rows]


def _select(ctx: Context, fact: Fact, statement: Statement, customer_ids: Sequence[UUID]) -> str:
    within = previews.among(statement, customer_ids)
    merchant = statement.bind(ctx.merchant.id)
    mine = f'"customer" c WHERE c.merchant_id = {merchant} AND {within("c.id")}'
    if isinstance(fact.sql, FactColumn):
        return f'SELECT c.id AS customer_id, c."{compiling.column_of(fact.sql)}" AS value FROM {mine}'
    if not isinstance(fact.sql, FactRows):
        raise ValueError(f"{fact.name} has no SQL form")
    rows = fact.sql.write(ctx, statement, within)
    return f"SELECT r.customer_id, r.value FROM ({rows}) r WHERE r.customer_id IN (SELECT c.id FROM {mine})"


def read_value(kind: type, value: Any) -> Any:
    """What a driver gave, as the fact's type."""
    if value is None:
        return None
    if kind is datetime:
        return MOMENT.to_python_value(value)
    if kind is date:
        return date.fromisoformat(value) if isinstance(value, str) else value
    return kind(value)
