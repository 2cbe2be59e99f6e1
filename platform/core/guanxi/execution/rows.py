"""Rows of declared types, fetched in batches: one statement per relation and level, however many parents."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, TypeVar, cast
from uuid import UUID

from strawberry.dataloader import DataLoader

from guanxi.context import Context
from guanxi.db import sealing
from guanxi.execution.sql import Statement
from guanxi.schema import scope
from guanxi.schema.catalog import Table

T = TypeVar("T")


def build(table: Table, record: dict[str, Any]) -> Any:
    """One row as an object of its GraphQL type; its attributes are the model's columns."""
    cls = table.row_class(record.get(table.kind_column) if table.kind_column else None)
    made: Any = object.__new__(cls)
    model_fields = table.model._meta.fields_map
    for name, column in table.model._meta.fields_db_projection.items():
        made.__dict__[name] = model_fields[name].to_python_value(record[column])
    return made


def select_list(table: Table, alias: str) -> str:
    """All columns of a table."""
    return ", ".join(f'{alias}."{column}"' for column in table.model._meta.fields_db_projection.values())


def loader(ctx: Context, key: Hashable, load: Callable[[list[Any]], Awaitable[Sequence[Any]]]) -> DataLoader[Any, Any]:
    """The operation's loader of this name; made on first use."""
    found = ctx.loaders.get(key)
    if found is None:
        found = ctx.loaders[key] = DataLoader(load_fn=load)
    return cast(DataLoader[Any, Any], found)


async def find(ctx: Context, cls: type[T], row_id: UUID | None) -> T | None:
    """One row of a declared type by its id; None where the merchant has none. Batched with its siblings."""
    if row_id is None:
        return None
    table = ctx.schema.catalog.table_of(cls)

    async def load(ids: list[UUID]) -> list[Any]:
        return await _by_id(ctx, table, ids)

    found = await loader(ctx, ("row", table.type_name), load).load(UUID(int=row_id.int))
    return found if isinstance(found, cls) else None


async def rows_of(ctx: Context, cls: type[T], ids: Sequence[UUID]) -> list[T | None]:
    """Many rows in the order asked; None where the merchant has none."""
    found = await _by_id(ctx, ctx.schema.catalog.table_of(cls), list(ids))
    return [row if isinstance(row, cls) else None for row in found]


async def _by_id(ctx: Context, table: Table, ids: Sequence[UUID]) -> list[Any]:
    statement = Statement(ctx.platform.dialect)
    merchant = statement.bind(ctx.merchant.id)
    wanted = statement.bind_all(ids)
    condition = f't."merchant_id" = {merchant} AND t."id" IN ({wanted})'
    condition += scope.suffix(ctx, statement.bind, table.model, "t")
    sql = f"SELECT {select_list(table, 't')} FROM {table.sql} t WHERE {condition}"
    found = {row.id: row for row in await fetch(ctx, table, sql, statement)}
    return [found.get(one) for one in ids]


async def fetch(ctx: Context, table: Table, sql: str, statement: Statement) -> list[Any]:
    """Run a statement that selects all columns of ``table``; its rows as objects."""
    records = await ctx.platform.fetch(sql, statement.params)
    await sealing.open_records(ctx.platform.fetch, table.model, records)
    return [build(table, record) for record in records]
