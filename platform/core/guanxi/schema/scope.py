"""The data scope of whoever asks: which rows a post may see, as SQL and as a check of ids that a client sends.

Every statement over a scoped table carries the condition; where the actor sees the whole merchant it is empty.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types.base import get_object_definition
from tortoise.models import Model

from guanxi.context import Context, DataScope
from guanxi.db.scoping import POSTS, Way, ways_of
from guanxi.errors import NotFoundError, Text
from guanxi.schema.catalog import camel
from guanxi.schema.ids import Id

Bind = Callable[[Any], str]
Path = tuple[str | int, ...]


def suffix(ctx: Context, bind: Bind, model: type[Model], alias: str) -> str:
    """`` AND …`` for rows of ``model`` named ``alias`` that the actor may see; empty where those are all.

    Args:
        ctx: who asks.
        bind: takes a value into the statement and returns its placeholder, as ``Statement.bind`` does.
        model: the table's model.
        alias: the table's name in the statement; its ``merchant_id`` is conditioned by the caller.

    Raises:
        ConfigurationError: the model does not say who sees its rows.
    """
    ways, scope = ways_of(model), ctx.actor.scope
    if scope is None:
        return ""
    return "".join(f" AND {_condition(way, alias, scope, bind)}" for way in ways)


async def seen(ctx: Context, model: type[Model], ids: Iterable[UUID], *, lock: bool = False) -> set[UUID]:
    """Those of ``ids`` whose rows the actor may see; without a statement where those are all.

    ``lock`` keeps the customers behind them with their owner until the transaction ends.
    """
    wanted = list(dict.fromkeys(UUID(int=one.int) for one in ids))
    if ctx.actor.scope is None or not ways_of(model) or not wanted:
        return set(wanted)
    if lock and ctx.platform.dialect == "postgres":
        await _lock(ctx, model, wanted)
    return await _select(ctx, model, wanted)


async def check_input(ctx: Context, values: Sequence[Any]) -> None:
    """Every id in the input of a mutation must be one that the actor may see.

    Raises:
        NotFoundError: one is not, or there is no such row, at its place in the input.
    """
    if ctx.actor.scope is None:
        return
    places: dict[str, list[tuple[Path, UUID]]] = {}
    for path, given in _ids(values[0] if len(values) == 1 else list(values), ()):
        places.setdefault(given.tag, []).append((path, UUID(int=given.int)))
    for tag in sorted(places):
        table = ctx.schema.catalog.tags.get(tag)
        if table is None or not ways_of(table.model):
            continue
        found = await seen(ctx, table.model, (one for _, one in places[tag]), lock=True)
        for path, one in places[tag]:
            if one not in found:
                raise _unknown(path)


def _condition(way: Way, alias: str, scope: DataScope, bind: Bind) -> str:
    if not way.onwards:
        return f'{alias}."{way.column}" IN ({scope.posts(bind)})'
    inner = f"{alias}s"
    further = " AND ".join(_condition(one, inner, scope, bind) for one in way.onwards)
    return (
        f'EXISTS (SELECT 1 FROM "{way.table}" {inner} WHERE {inner}."merchant_id" = {alias}."merchant_id"'
        f' AND {inner}."id" = {alias}."{way.column}" AND {further})'
    )


async def _select(ctx: Context, model: type[Model], ids: Sequence[UUID]) -> set[UUID]:
    params: list[Any] = []
    bind = _binder(params)
    mine, wanted = bind(ctx.merchant.id), ", ".join(map(bind, ids))
    sql = (
        f'SELECT t."id" AS id FROM "{model._meta.db_table}" t WHERE t."merchant_id" = {mine}'
        f' AND t."id" IN ({wanted}){suffix(ctx, bind, model, "t")}'
    )
    to_id = model._meta.fields_map["id"].to_python_value
    return {to_id(row["id"]) for row in await ctx.platform.fetch(sql, params)}


async def _lock(ctx: Context, model: type[Model], ids: Sequence[UUID]) -> None:
    """In one order for everybody, before anything is looked at: a handover then comes before or after all of this."""
    params: list[Any] = []
    bind = _binder(params)
    mine, wanted = bind(ctx.merchant.id), ", ".join(map(bind, ids))
    owned: dict[str, list[str]] = {}
    for way in ways_of(model):
        _owned(way, model._meta.db_table, wanted, mine, owned)
    for table in sorted(owned):
        within = " OR ".join(f'"id" IN ({one})' for one in owned[table])
        lock = f'SELECT "id" FROM "{table}" WHERE "merchant_id" = {mine} AND ({within}) ORDER BY "id" FOR NO KEY UPDATE'
        await ctx.platform.fetch(lock, params)


def _owned(way: Way, table: str, ids: str, mine: str, found: dict[str, list[str]]) -> None:
    """The rows at the end of a way that name a post: their table, and SQL of their ids."""
    if way.table == POSTS:
        found.setdefault(table, []).append(ids)
        return
    further = f'SELECT "{way.column}" FROM "{table}" WHERE "merchant_id" = {mine} AND "id" IN ({ids})'
    for one in way.onwards:
        _owned(one, way.table, further, mine, found)


def _binder(params: list[Any]) -> Bind:
    def bind(value: Any) -> str:
        params.append(value)
        return f"?{len(params)}"

    return bind


def _ids(value: Any, path: Path) -> Iterator[tuple[Path, Id]]:
    """Every id in an input, with its place in GraphQL's names."""
    if isinstance(value, Id):
        yield path, value
    else:
        for step, one in _inside(value):
            yield from _ids(one, (*path, *step))


def _inside(value: Any) -> Iterable[tuple[Path, Any]]:
    if isinstance(value, list | tuple):
        return (((place,), one) for place, one in enumerate(value))
    if isinstance(value, dict):  # what a plugin added to an input, by its class
        return ((((name,) if isinstance(name, str) else ()), one) for name, one in value.items())
    if isinstance(value, strawberry.Some):
        return [((), value.value)]
    if get_object_definition(type(value)) is not None:
        return (((() if name.startswith("_") else (camel(name),)), one) for name, one in vars(value).items())
    return ()


def _unknown(path: Path) -> NotFoundError:
    return NotFoundError(
        Text("There is nothing of this id, or it is not yours to see.", "对象不存在，或不在您的数据范围内。"),
        hint=Text("Check the id; ask whoever looks after the customer.", "请检查标识，或联系该客户的负责人。"),
        path=path,
    )
