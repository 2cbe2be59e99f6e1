"""Relay pages by keyset: the first rows beyond a cursor, for one list or for the lists of many parents at once."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from guanxi.context import Context
from guanxi.db import sealing
from guanxi.errors import BadUserInputError, Text
from guanxi.execution import rows, where
from guanxi.execution.cursors import Codec
from guanxi.execution.sql import Statement, beyond, order_by
from guanxi.schema import scope
from guanxi.schema.catalog import OrderKey, RelationField
from guanxi.schema.connections import Connection, Edge, PageInfo

PARENT, RANK = "parent_key", "row_rank"


@dataclass(frozen=True)
class Window:
    """Which rows of a list are asked for."""

    size: int
    backward: bool
    cursor: str | None


@dataclass(frozen=True)
class PageQuery:
    """One list field with its arguments, the same for all parents of a level."""

    relation: RelationField
    window: Window
    keys: tuple[OrderKey, ...]
    where: tuple[str, Mapping[str, Any]] | None = None

    def codec(self, ctx: Context) -> Codec:
        """The cursors of this list in this order."""
        return Codec(ctx.platform.cursor_key, ctx.merchant.id, f"{self.relation.place.coordinate}:{self._order}")

    @cached_property
    def identity(self) -> Hashable:
        """Equal for those that one statement can answer."""
        return (self.relation.place.coordinate, self.window, self._order, repr(self.where))

    @cached_property
    def _order(self) -> str:
        return ",".join(f"{'-' if key.descending else ''}{key.column.name}" for key in self.keys)


def read_window(arguments: Mapping[str, Any], sizes: tuple[int, int]) -> Window:
    """``first``/``after`` or ``last``/``before``. Raises: BadUserInputError on both, none of them, or a bad size."""
    first, last = arguments.get("first"), arguments.get("last")
    after, before = arguments.get("after"), arguments.get("before")
    if None not in (first, last) or None not in (after, before):
        raise _refused(
            Text(
                "first and last, or after and before, exclude each other.",
                "不能同时使用 first 与 last 或 after 与 before。",
            )
        )
    if None not in (last, after) or None not in (first, before):
        raise _refused(
            Text("first goes with after, last with before.", "first 须配合 after，last 须配合 before 使用。")
        )
    size = first if first is not None else last
    size = sizes[0] if size is None else size
    if not 1 <= size <= sizes[1]:
        raise _refused(
            Text(f"first and last are between 1 and {sizes[1]}.", f"first 与 last 须在 1 到 {sizes[1]} 之间。")
        )
    backward = last is not None or before is not None
    return Window(size, backward, before if backward else after)


def read_query(ctx: Context, relation: RelationField, arguments: Mapping[str, Any]) -> PageQuery:
    """The list that these arguments ask for. Raises: BadUserInputError, ForbiddenError."""
    given = arguments.get("where")
    condition = (relation.where, given) if given is not None and relation.where else None
    window = read_window(arguments, relation.sizes) if relation.kind != "one" else Window(1, False, None)
    return PageQuery(relation, window, _keys(ctx, relation, arguments.get("orderBy")), condition)


def _keys(ctx: Context, relation: RelationField, given: Sequence[Mapping[str, Any]] | None) -> tuple[OrderKey, ...]:
    """The client's keys, each column once, and the id; else the declared ones."""
    if not given or relation.order_by is None:
        return relation.order
    known = ctx.schema.catalog.orders[relation.order_by]
    keys: dict[str, OrderKey] = {}
    for name, direction in (each for one in given for each in one.items()):
        if direction is None:
            raise _refused(Text("A direction of orderBy may not be null.", "orderBy 的方向不能为 null。"))
        for permission in known[name].permissions:
            ctx.require(permission)
        column = known[name].column
        keys.setdefault(column.name, OrderKey(column, getattr(direction, "value", direction) == "desc"))
    last = relation.order[-1].column
    is_descending = list(keys.values())[-1].descending
    return tuple(keys.values()) if last.name in keys else (*keys.values(), OrderKey(last, is_descending))


async def read_page(ctx: Context, query: PageQuery) -> Connection[Any]:
    """A page of all rows of the merchant."""
    target, statement = query.relation.target, Statement(ctx.platform.dialect)
    condition = _conditions(ctx, query, statement)
    order = order_by(statement, "t", query.keys, backward=query.window.backward)
    sql = (
        f"SELECT {rows.select_list(target, 't')} FROM {target.sql} t WHERE {condition}"
        f" ORDER BY {order} LIMIT {query.window.size + 1}"
    )
    found = await rows.fetch(ctx, target, sql, statement)
    count = rows.loader(ctx, ("count", query.identity), lambda asked: _count_all(ctx, query, len(asked)))
    return _connection(ctx, query, found, partial(count.load, None))


async def read_pages(ctx: Context, query: PageQuery, parents: Sequence[Any]) -> list[Connection[Any]]:
    """A page for each parent id, in the order asked, by one statement."""
    found = await _ranked(ctx, query, parents)
    counts = rows.loader(ctx, ("count", query.identity), lambda ids: _counts(ctx, query, ids))
    return [_connection(ctx, query, found.get(parent, []), partial(counts.load, parent)) for parent in parents]


async def read_lists(ctx: Context, query: PageQuery, parents: Sequence[Any]) -> list[list[Any]]:
    """The first rows of each parent's list, by one statement."""
    found = await _ranked(ctx, query, parents)
    return [found.get(parent, [])[: query.window.size] for parent in parents]


async def _ranked(ctx: Context, query: PageQuery, parents: Sequence[Any]) -> dict[Any, list[Any]]:
    target, statement = query.relation.target, Statement(ctx.platform.dialect)
    source, key = _source(query.relation)
    condition = _conditions(ctx, query, statement)
    wanted = statement.bind_all(parents)
    order = order_by(statement, "t", query.keys, backward=query.window.backward)
    sql = (
        f"SELECT * FROM (SELECT {rows.select_list(target, 't')}, {key} AS {PARENT},"
        f" row_number() OVER (PARTITION BY {key} ORDER BY {order}) AS {RANK}"
        f" FROM {source} WHERE {condition} AND {key} IN ({wanted})) ranked"
        f" WHERE {RANK} <= {query.window.size + 1} ORDER BY {RANK}"
    )
    found: dict[Any, list[Any]] = {}
    id_field = target.model._meta.fields_map["id"]
    records = await ctx.platform.fetch(sql, statement.params)
    await sealing.open_records(ctx.platform.fetch, target.model, records)
    for record in records:
        found.setdefault(id_field.to_python_value(record[PARENT]), []).append(rows.build(target, record))
    return found


async def _count_all(ctx: Context, query: PageQuery, asked: int) -> list[int]:
    statement = Statement(ctx.platform.dialect)
    condition = _conditions(ctx, query, statement, is_count=True)
    sql = f"SELECT count(*) AS n FROM {query.relation.target.sql} t WHERE {condition}"
    found = await ctx.platform.fetch(sql, statement.params)
    return [int(found[0]["n"])] * asked


async def _counts(ctx: Context, query: PageQuery, parents: Sequence[Any]) -> list[int]:
    statement = Statement(ctx.platform.dialect)
    source, key = _source(query.relation)
    condition = _conditions(ctx, query, statement, is_count=True)
    wanted = statement.bind_all(parents)
    sql = (
        f"SELECT {key} AS {PARENT}, count(*) AS n FROM {source}"
        f" WHERE {condition} AND {key} IN ({wanted}) GROUP BY {key}"
    )
    id_field = query.relation.target.model._meta.fields_map["id"]
    found = {
        id_field.to_python_value(record[PARENT]): int(record["n"])
        for record in await ctx.platform.fetch(sql, statement.params)
    }
    return [found.get(parent, 0) for parent in parents]


def _source(relation: RelationField) -> tuple[str, str]:
    """FROM, and the column in it that holds the parent's id."""
    if relation.link is None:
        return f"{relation.target.sql} t", f't."{relation.key}"'
    table, there = relation.link
    join = f'l."{there}" = t."id" AND l."merchant_id" = t."merchant_id"'
    return f"{relation.target.sql} t JOIN {table} l ON {join}", f'l."{relation.key}"'


def _conditions(ctx: Context, query: PageQuery, statement: Statement, *, is_count: bool = False) -> str:
    mine = f't."merchant_id" = {statement.bind(ctx.merchant.id)}'
    parts = [mine + scope.suffix(ctx, statement.bind, query.relation.target.model, "t")]
    if query.where is not None:
        name, given = query.where
        parts.append(where.write(ctx.schema.catalog, name, given, statement, "t", ctx))
    if query.window.cursor is not None and not is_count:
        kinds = [one.column.model_field for one in query.keys]
        values = query.codec(ctx).decode(query.window.cursor, kinds)
        parts.append(beyond(statement, "t", query.keys, values, backward=query.window.backward))
    return " AND ".join(parts)


def _connection(
    ctx: Context, query: PageQuery, found: list[Any], count: Callable[[], Awaitable[int]]
) -> Connection[Any]:
    window, codec = query.window, query.codec(ctx)
    more, kept = len(found) > window.size, found[: window.size]
    if window.backward:
        kept.reverse()
    names = [key.column.attribute for key in query.keys]
    edges = [Edge(cursor=codec.encode([getattr(row, name) for name in names]), node=row) for row in kept]
    return Connection(
        edges=edges,
        nodes=kept,
        page_info=PageInfo(
            has_next_page=more if not window.backward else window.cursor is not None,
            has_previous_page=more if window.backward else window.cursor is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        counter=count,
    )


def _refused(message: Text) -> BadUserInputError:
    return BadUserInputError(message, hint=Text("See the arguments' descriptions.", "请参阅参数说明。"))
