"""The executor of declared fields: one resolver per column, relation, namespace and batch function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLNamedType, GraphQLNonNull, get_named_type

from guanxi.context import Context, forbidden
from guanxi.execution import batches, pages, rows
from guanxi.permissions import Permission
from guanxi.schema.catalog import ColumnField, ColumnUse, RelationField, Table
from guanxi.schema.columns import check_leaf, column_of, tag_of
from guanxi.schema.composed import ComposedSchema
from guanxi.schema.declare import Amount, Batch, Column, Namespace, Relation
from guanxi.schema.ids import encode
from guanxi.schema.money import Money
from guanxi.schema.relations import Holder, relation_of
from guanxi.schema.rights import OutputField
from guanxi.schema.scalars import Currency, Long

Resolver = Callable[..., Any]


@dataclass(frozen=True)
class Home:
    """The table whose rows a type shows; a namespace shows those of the type that it is in."""

    table: Table
    is_namespace: bool = False
    permissions: tuple[Permission, ...] = ()


def bind(schema: ComposedSchema, *, batch_seconds: float = batches.SECONDS) -> Mapping[tuple[str, str], Resolver]:
    """Resolvers of all declared fields, by (type, field). Raises: CompositionError on a wrong declaration."""
    homes = _homes(schema)
    made: dict[tuple[str, str], Resolver] = {}
    for one in schema.output_fields:
        home = homes.get(one.definition.name)
        if isinstance(one.said, Batch):
            _check_requires(one, home)
            resolver: Resolver | None = batches.resolver(
                one.said, one.place.coordinate, schema.owner_of(one.place.part), batch_seconds
            )
        else:
            resolver = _resolver(schema, one, home)
        if resolver is not None:
            made[one.definition.name, one.name] = resolver
    return made


def _homes(schema: ComposedSchema) -> dict[str, Home]:
    """The table of each type; namespaces may nest."""
    homes = {name: Home(table) for name, table in schema.catalog.tables.items()}
    namespaces = [one for one in schema.output_fields if isinstance(one.said, Namespace)]
    grew = True
    while grew:
        grew = False
        for one in namespaces:
            outer, inner = homes.get(one.definition.name), get_named_type(one.graphql.type).name
            if outer is not None and inner not in homes:
                own = (one.said.permission,) if one.said.permission is not None else ()
                homes[inner] = Home(outer.table, is_namespace=True, permissions=(*outer.permissions, *own))
                grew = True
    return homes


def _resolver(schema: ComposedSchema, one: OutputField, home: Home | None) -> Resolver | None:
    if isinstance(one.said, Namespace):
        if home is None:
            raise one.place.wrong("is a namespace on a type without a table", "Put it on a type over a table.")
        inner: Any = get_named_type(one.graphql.type)
        return _namespace(inner.extensions["strawberry-definition"].origin)
    if isinstance(one.said, Relation):
        model = home.table.model if home is not None else None
        return _relation(
            relation_of(schema.catalog, one.place, one.graphql, Holder(one.definition.origin, model), one.said)
        )
    if home is None:
        return None
    if isinstance(one.said, Amount):
        return _amount(schema, one, home)
    if one.said is None and one.made.base_resolver is not None:
        raise one.place.wrong(
            "has a resolver of its own on a type over a table", "Declare a column or a relation, or use @schema.batch."
        )
    return _column(schema, one, home)


def _column(schema: ComposedSchema, one: OutputField, home: Home) -> Resolver:
    said = one.said if isinstance(one.said, Column) else None
    column = column_of(one.place, home.table.model, one.made.python_name, said)
    check_leaf(one.place, column, one.graphql.type)
    needed = (*home.permissions, *((column.permission,) if column.permission is not None else ()))
    _note_use(schema, home, ColumnUse(one.name, not home.is_namespace, column, needed))
    if get_named_type(one.graphql.type).name != "ID":
        return _plain(column)
    return _global_id(column, tag_of(schema.catalog, one.place, home.table.model, column))


def _amount(schema: ComposedSchema, one: OutputField, home: Home) -> Resolver:
    said: Amount = one.said
    found = [column_of(one.place, home.table.model, name) for name in (said.minor, said.currency)]
    if get_named_type(one.graphql.type).name != "Money":
        raise one.place.wrong("is an amount but no Money", "Annotate it as Money | None.")
    for column, leaf in zip(found, (GraphQLNamedType("Long"), GraphQLNamedType("Currency")), strict=True):
        check_leaf(one.place, column, GraphQLNonNull(leaf) if isinstance(one.graphql.type, GraphQLNonNull) else leaf)
        needed = (*home.permissions, *((said.permission,) if said.permission is not None else ()))
        _note_use(schema, home, ColumnUse(one.name, False, column, needed))
    minor, currency = said.minor, said.currency

    def resolve(source: Any, _info: Any) -> Money | None:
        amount, code = getattr(source, minor), getattr(source, currency)
        return None if amount is None or code is None else Money(amount_minor=Long(amount), currency=Currency(code))

    return resolve


def _note_use(schema: ComposedSchema, home: Home, use: ColumnUse) -> None:
    schema.catalog.uses.setdefault(home.table.type_name, []).append(use)


def _plain(column: ColumnField) -> Resolver:
    attribute, permission, mask = column.attribute, column.permission, column.mask
    if permission is None:
        return lambda source, _info: getattr(source, attribute)

    def resolve(source: Any, info: Any) -> Any:
        if permission in info.context.principal.actor.permissions:
            return getattr(source, attribute)
        if mask is None:
            raise forbidden(permission)
        value = getattr(source, attribute)
        return None if value is None else mask.show(value)

    return resolve


def _global_id(column: ColumnField, tag: str) -> Resolver:
    read = _plain(column)

    def resolve(source: Any, info: Any) -> Any:
        value = read(source, info)
        return None if value is None else encode(tag, value)

    return resolve


def _namespace(cls: type) -> Resolver:
    def resolve(source: Any, _info: Any) -> Any:
        made: Any = object.__new__(cls)
        made.__dict__.update(source.__dict__)
        return made

    return resolve


def _relation(relation: RelationField) -> Resolver:
    if relation.via is not None:
        return _by_own_key(relation, relation.via)
    if relation.kind == "key":
        return _by_argument(relation)
    if relation.kind == "page" and relation.key is None:
        return _root_page(relation)
    return _children(relation)


def _by_own_key(relation: RelationField, attribute: str) -> Resolver:
    async def resolve(source: Any, info: Any) -> Any:
        return await rows.find(info.context, relation.cls, getattr(source, attribute))

    return resolve


def _by_argument(relation: RelationField) -> Resolver:
    tag = relation.target.tag

    async def resolve(_source: Any, info: Any, **arguments: Any) -> Any:
        return await rows.find(info.context, relation.cls, arguments["id"].of(tag))

    return resolve


def _root_page(relation: RelationField) -> Resolver:
    async def resolve(_source: Any, info: Any, **arguments: Any) -> Any:
        ctx: Context = info.context
        return await pages.read_page(ctx, pages.read_query(ctx, relation, arguments))

    return resolve


def _children(relation: RelationField) -> Resolver:
    """One statement for the children of all parents of a level that ask with the same arguments."""

    async def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        ctx: Context = info.context
        # Wrong arguments are refused here, where each parent gets an error of its own.
        query = pages.read_query(ctx, relation, arguments)
        return await rows.loader(ctx, query.identity, lambda parents: _load(ctx, query, parents)).load(source.id)

    return resolve


async def _load(ctx: Context, query: pages.PageQuery, parents: list[Any]) -> list[Any]:
    kind = query.relation.kind
    if kind == "page":
        return list(await pages.read_pages(ctx, query, parents))
    found = await pages.read_lists(ctx, query, parents)
    return list(found) if kind == "many" else [next(iter(each), None) for each in found]


def _check_requires(one: OutputField, home: Home | None) -> None:
    """A batch function may name what it reads; on a type without a table there is nothing to check against."""
    there = home.table.model._meta.fields_db_projection if home is not None else {}
    for name in one.said.requires if home is not None else ():
        if name not in there:
            raise one.place.wrong(
                f"requires {name!r}, which is no column of its parents", f"Their columns: {', '.join(sorted(there))}."
            )
