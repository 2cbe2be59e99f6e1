"""Which rows an export asks for: a ``where`` kept as text, and pages of rows as their reader may see them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from guanxi.context import Context
from guanxi.customers import permissions as customers
from guanxi.customers.types.outputs import CUSTOMER, Customer
from guanxi.execution import literals, pages, rows, where
from guanxi.execution.pages import PageQuery, Window
from guanxi.execution.sql import Statement
from guanxi.interactions import permissions as interactions
from guanxi.permissions import Permission
from guanxi.schema import ids
from guanxi.schema.catalog import RelationField, Table
from guanxi.transfers.rules.columns import CONTACTS

PAGE_ROWS: Final = 500
MAX_PARTS: Final = 100
READ: Final[Mapping[str, Permission]] = {
    "customers": customers.READ_CUSTOMERS,
    "interactions": interactions.READ_INTERACTIONS,
}


def check(ctx: Context, kind: str, text: str | None) -> None:
    """Raises: ForbiddenError, BadUserInputError, where the rows could not be asked for."""
    ctx.require(READ[kind])
    if text is not None:
        relation = relation_of(ctx, f"Query.{kind}")
        given = literals.read(ctx, relation.where or "", text)
        statement = Statement(ctx.platform.dialect)
        where.write(ctx.schema.catalog, relation.where or "", given, statement, "t", ctx)


async def read_page(ctx: Context, kind: str, text: str | None, cursor: str | None) -> tuple[list[Any], str | None]:
    """The next rows that the actor sees, newest first, and the cursor behind them; None after the last.

    Raises:
        ForbiddenError: the actor may not see such rows.
    """
    ctx.require(READ[kind])
    relation = relation_of(ctx, f"Query.{kind}")
    condition = None
    if text is not None and relation.where is not None:
        condition = (relation.where, literals.read(ctx, relation.where, text))
    query = PageQuery(relation, Window(PAGE_ROWS, False, cursor), relation.order, condition)
    page = await pages.read_page(ctx, query)
    return list(page.nodes), page.page_info.end_cursor if page.page_info.has_next_page else None


def relation_of(ctx: Context, coordinate: str) -> RelationField:
    """A list of the schema by its place."""
    found: RelationField = next(one for one in ctx.schema.catalog.relations if one.place.coordinate == coordinate)
    return found


async def values_of(ctx: Context, kind: str, found: Sequence[Any], columns: Sequence[str]) -> AsyncIterator[list[Any]]:
    """Each row's values in the order of the columns, masked as the actor sees them."""
    table: Table = relation_of(ctx, f"Query.{kind}").target
    more = await (_parts(ctx, found, columns) if kind == "customers" else _names(ctx, found, columns))
    for row in found:
        yield [more[name][row.id] if name in more else field_of(ctx, table, name, row) for name in columns]


def field_of(ctx: Context, table: Table, name: str, row: Any) -> Any:
    """A column of a row as its reader sees it: as it is, masked, or nothing."""
    if name == "id":
        return ids.encode(table.tag, row.id)
    if name == "customerId":
        return ids.encode(CUSTOMER, row.customer_id)
    use = next(one for one in ctx.schema.catalog.uses[table.type_name] if one.is_own and one.field_name == name)
    value = getattr(row, use.column.attribute)
    if all(ctx.can(permission) for permission in use.permissions):
        return value
    return use.column.mask.show(value) if use.column.mask is not None and value is not None else None


async def _parts(ctx: Context, found: Sequence[Any], columns: Sequence[str]) -> dict[str, dict[UUID, list[str]]]:
    """Contact points, tags and identities of a page of customers; one statement each."""
    parents = [row.id for row in found]
    made: dict[str, dict[UUID, list[str]]] = {}
    if set(CONTACTS) & set(columns):
        kept = await _children(ctx, "Customer.contactPoints", parents)
        table = relation_of(ctx, "Customer.contactPoints").target
        for name, kind in CONTACTS.items():
            made[name] = {
                one: [str(field_of(ctx, table, "value", each)) for each in points if each.kind == kind]
                for one, points in kept.items()
            }
    if "tags" in columns:
        tags = await _children(ctx, "Customer.tags", parents)
        made["tags"] = {one: [each.name for each in kept] for one, kept in tags.items()}
    if "externalIds" in columns:
        linked = await _children(ctx, "Customer.identities", parents)
        made["externalIds"] = {
            one: [f"{each.system}:{each.external_id}" for each in kept] for one, kept in linked.items()
        }
    return made


async def _names(ctx: Context, found: Sequence[Any], columns: Sequence[str]) -> dict[str, dict[UUID, str | None]]:
    """The names of a page's customers; none of those whom the actor does not see."""
    if "customerName" not in columns:
        return {}
    wanted = list(dict.fromkeys(row.customer_id for row in found))
    known: Sequence[Any] = []
    if ctx.can(customers.READ_CUSTOMERS):
        known = await rows.rows_of(ctx, Customer, wanted)
    names = {one: row.display_name for one, row in zip(wanted, known, strict=False) if row is not None}
    return {"customerName": {row.id: names.get(row.customer_id) for row in found}}


async def _children(ctx: Context, coordinate: str, parents: Sequence[UUID]) -> dict[UUID, list[Any]]:
    relation = relation_of(ctx, coordinate)
    query = PageQuery(relation, Window(MAX_PARTS, False, None), relation.order)
    return dict(zip(parents, await pages.read_lists(ctx, query, parents), strict=True))
