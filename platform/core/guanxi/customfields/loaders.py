"""Fields that are worked out for all rows of a level at once."""

from typing import Annotated, Any

import strawberry

from guanxi.context import Context
from guanxi.customers.types.outputs import Customer
from guanxi.customfields import types
from guanxi.customfields.permissions import READ_FIELDS
from guanxi.customfields.types import CustomFieldValue, schema
from guanxi.execution import rows
from guanxi.execution.sql import Statement
from guanxi.schema import scope

Keys = Annotated[list[str] | None, strawberry.argument(description="Only these fields; all in use when left out.")]


@schema.batch(types.CustomField, permission=READ_FIELDS, requires=("options",))
async def options(fields: list[Any], ctx: Context) -> list[list[str]]:
    """What an ENUM's value may be, in this order; empty for other kinds."""
    return [list(one.options) for one in fields]


@schema.batch(Customer, permission=READ_FIELDS, requires=("id",))
async def custom_fields(customers: list[Any], ctx: Context, *, keys: Keys = None) -> list[list[CustomFieldValue]]:
    """What the merchant's own fields say of the customer, in the order that the fields were defined."""
    table = ctx.schema.catalog.table_of(CustomFieldValue)
    statement = Statement(ctx.platform.dialect)
    condition = f't."merchant_id" = {statement.bind(ctx.merchant.id)}'
    condition += f' AND t."customer_id" IN ({statement.bind_all([one.id for one in customers])})'
    condition += scope.suffix(ctx, statement.bind, table.model, "t")
    chosen = "" if keys is None else f' AND f."key" IN ({statement.bind_all(keys)})'
    sql = (
        f'SELECT {rows.select_list(table, "t")} FROM {table.sql} t JOIN "custom_field" f ON f."id" = t."field_id"'
        f' AND f."merchant_id" = t."merchant_id" AND f."archived_at" IS NULL{chosen}'
        f' WHERE {condition} ORDER BY f."created_at", f."id"'
    )
    found: dict[Any, list[Any]] = {one.id: [] for one in customers}
    for row in await rows.fetch(ctx, table, sql, statement):
        found[row.customer_id].append(row)
    return [found[one.id] for one in customers]
