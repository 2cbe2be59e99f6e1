"""The executor of declared fields: one resolver per column, relation, namespace and batch function."""

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from guanxi.context import Context, forbidden
from guanxi.errors import GuanxiError, PluginFailedError, Text
from guanxi.execution import pages, rows
from guanxi.schema.catalog import ColumnField, RelationField, Table, check_leaf, declaration_of
from guanxi.schema.composed import ComposedSchema
from guanxi.schema.declare import Batch, Column, Namespace, Relation
from guanxi.schema.ids import encode
from guanxi.schema.problems import CompositionError

Resolver = Callable[..., Any]
BATCH_SECONDS = 2.0


def bind(schema: ComposedSchema) -> Mapping[tuple[str, str], Resolver]:
    """Resolvers of all declared fields, by (type, field). Raises: CompositionError on a wrong declaration."""
    homes: dict[str, Table] = dict(schema.catalog.tables)
    found = schema.graphql_fields()
    _add_namespaces(schema, homes, found)
    made: dict[tuple[str, str], Resolver] = {}
    for definition, one, field in found:
        name = schema.config.name_converter.get_graphql_name(one)
        resolver = _resolver(schema, homes.get(definition.name), definition, one, field)
        if resolver is not None:
            made[definition.name, name] = resolver
    return made


def _add_namespaces(schema: ComposedSchema, homes: dict[str, Table], found: list[Any]) -> None:
    """A namespace's type shows the same row, so it has the same table; namespaces may nest."""
    grew = True
    while grew:
        grew = False
        for definition, one, field in found:
            inner = _named(field)
            if isinstance(declaration_of(one), Namespace) and definition.name in homes and inner not in homes:
                homes[inner] = homes[definition.name]
                grew = True


def _resolver(
    schema: ComposedSchema,
    home: Table | None,
    definition: StrawberryObjectDefinition,
    one: StrawberryField,
    field: Any,
) -> Resolver | None:
    said = declaration_of(one)
    part = schema.part_of(one, definition)
    place = f"{definition.name}.{schema.config.name_converter.get_graphql_name(one)}"
    if isinstance(said, Batch):
        _check_requires(part, place, home, said)
        return _batch(said, place, schema.owner_of(part))
    if isinstance(said, Namespace):
        return _namespace(_class_of(schema, _named(field)))
    if isinstance(said, Relation):
        model = home.model if home is not None else None
        return _relation(schema, part, place, model, said, field)
    if home is not None and (isinstance(said, Column) or (said is None and one.base_resolver is None)):
        column = schema.catalog.column_of(part, place, home.model, one.python_name, said)
        check_leaf(part, place, column, field.type)
        return _column(column, home, is_id=_named(field) == "ID")
    return None


def _named(field: Any) -> str:
    inner = field.type
    while hasattr(inner, "of_type"):
        inner = inner.of_type
    return str(inner.name)


def _class_of(schema: ComposedSchema, name: str) -> type:
    definition: StrawberryObjectDefinition = schema.graphql.type_map[name].extensions["strawberry-definition"]
    return definition.origin


def _column(column: ColumnField, home: Table, *, is_id: bool) -> Resolver | None:
    tag = (column.tag or (home.tag if column.name == "id" else None)) if is_id else None
    attribute, permission, mask = column.attribute, column.permission, column.mask

    def resolve(source: Any, info: Any) -> Any:
        value = getattr(source, attribute)
        if value is None:
            return None
        if permission is not None and permission not in info.context.principal.actor.permissions:
            if mask is None:
                raise forbidden(permission)
            return mask.show(value)
        return value if tag is None else encode(tag, value)

    return resolve


def _namespace(cls: type) -> Resolver:
    def resolve(source: Any, _info: Any) -> Any:
        made: Any = object.__new__(cls)
        made.__dict__.update(source.__dict__)
        return made

    return resolve


def _relation(schema: ComposedSchema, part: str, place: str, model: Any, said: Relation, field: Any) -> Resolver:
    relation = schema.catalog.relation_of(part, place, field.type, model, said)
    inputs = {name: _named(argument) for name, argument in field.args.items() if name in ("where", "orderBy")}
    relation = RelationField(**{**relation.__dict__, "where": inputs.get("where"), "order_by": inputs.get("orderBy")})
    if relation.via is not None:
        return _by_own_key(relation)
    if relation.kind == "key":
        return _by_argument(relation)
    if relation.kind == "page" and relation.key is None:
        return _root_page(relation)
    return _children(relation)


def _by_own_key(relation: RelationField) -> Resolver:
    cls, attribute = relation.target.cls, relation.via or "id"

    async def resolve(source: Any, info: Any) -> Any:
        return await rows.find(info.context, cls, getattr(source, attribute))

    return resolve


def _by_argument(relation: RelationField) -> Resolver:
    cls, tag = relation.target.cls, relation.target.tag

    async def resolve(_source: Any, info: Any, **arguments: Any) -> Any:
        return await rows.find(info.context, cls, arguments["id"].of(tag))

    return resolve


def _root_page(relation: RelationField) -> Resolver:
    async def resolve(_source: Any, info: Any, **arguments: Any) -> Any:
        ctx: Context = info.context
        return await pages.read_page(ctx, pages.read_query(ctx, relation, arguments))

    return resolve


def _children(relation: RelationField) -> Resolver:
    """One statement for the children of all parents of a level that ask with the same arguments."""

    async def load(ctx: Context, arguments: Mapping[str, Any], parents: list[Any]) -> list[Any]:
        if relation.kind == "page":
            return list(await pages.read_pages(ctx, pages.read_query(ctx, relation, arguments), parents))
        size = arguments.get("first", relation.sizes[0]) if relation.kind == "many" else 1
        found = await pages.read_lists(ctx, relation, size, parents)
        return list(found) if relation.kind == "many" else [next(iter(each), None) for each in found]

    async def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        ctx: Context = info.context
        key = (relation.place, repr(sorted(arguments.items())))
        return await rows.loader(ctx, key, lambda parents: load(ctx, arguments, parents)).load(source.id)

    return resolve


def _check_requires(part: str, place: str, home: Table | None, said: Batch) -> None:
    for name in said.requires:
        if home is not None and name not in home.model._meta.fields_db_projection:
            there = ", ".join(sorted(home.model._meta.fields_db_projection))
            raise CompositionError(part, place, f"requires {name!r}, which is no column", f"Its columns: {there}.")


def _batch(said: Batch, place: str, owner: str) -> Resolver:
    """Parents of one level and one set of arguments in one call; a plugin's failure costs this field alone."""

    async def load(ctx: Context, arguments: Mapping[str, Any], parents: list[Any]) -> list[Any]:
        try:
            async with asyncio.timeout(BATCH_SECONDS):
                answers = list(await _call(said.call, parents, ctx, arguments))
            if len(answers) != len(parents):
                raise TypeError(f"{place} answered {len(answers)} values for {len(parents)} parents")
        except GuanxiError:
            raise
        except (Exception, SystemExit) as error:
            raise contained(ctx, owner, place, error) from error
        return answers

    async def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        ctx: Context = info.context
        key = (place, repr(sorted(arguments.items())))
        # Keyed by identity: two parents may be equal and still be two places of the answer.
        batch = rows.loader(ctx, key, lambda parents: load(ctx, arguments, [each.parent for each in parents]))
        answer = await batch.load(Parent(source))
        if isinstance(answer, Exception) and not isinstance(answer, GuanxiError):
            raise contained(ctx, owner, place, answer)
        return answer

    return resolve


class Parent:
    """A parent as a loader key: equal to itself alone."""

    __slots__ = ("parent",)

    def __init__(self, parent: Any) -> None:
        self.parent = parent


async def _call(function: Callable[..., Any], parents: list[Any], ctx: Context, arguments: Mapping[str, Any]) -> Any:
    """Call a batch function; a sync one runs in a thread, so that it cannot hold the loop."""
    if inspect.iscoroutinefunction(function):
        return await function(parents, ctx, **arguments)
    return await asyncio.to_thread(function, parents, ctx, **arguments)


def contained(ctx: Context, owner: str, place: str, error: BaseException) -> Exception:
    """Report a plugin's failure and give the error that the client sees; the core's own go on as they are."""
    if owner == "core":
        return error if isinstance(error, Exception) else RuntimeError(repr(error))
    ctx.platform.report_fault(ctx, owner, place, error)
    return PluginFailedError(
        Text(f"{place} failed in the plugin {owner}.", f"插件 {owner} 的字段 {place} 执行失败。"),
        hint=Text(
            "The rest of the answer is right. Try again, or tell the plugin's author the request id.",
            "其余结果有效。请重试，或将请求编号告知插件作者。",
        ),
        details={"plugin": owner},
    )
