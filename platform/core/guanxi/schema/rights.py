"""Deny by default: each field of a composed schema gets the permissions it needs and a resolver that asks for them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_introspection_type,
)
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from guanxi.context import forbidden
from guanxi.schema.catalog import declaration_of
from guanxi.schema.declare import Batch, Column, Namespace, Relation, Root
from guanxi.schema.facets import Facet
from guanxi.schema.problems import CompositionError
from guanxi.schema.roots import ROOTS

if TYPE_CHECKING:
    from guanxi.schema.composed import ComposedSchema

FACET = "guanxi"
SHAPES = ("Connection", "Edge")  # generic holders: the field that answers with one guards what is in it


def apply(schema: "ComposedSchema") -> None:
    """Put facets and guarded resolvers on every output field. Raises: CompositionError."""
    resolvers = schema.bind(schema)
    for definition, made, field in schema.graphql_fields():
        part = schema.part_of(made, definition)
        place = f"{definition.name}.{schema.config.name_converter.get_graphql_name(made)}"
        needed = _needed(schema, definition, made, field, part, place)
        said = declaration_of(made)
        sizes = said.sizes if isinstance(said, Relation) and said.kind in ("many", "page") else None
        field.extensions[FACET] = Facet(
            owner=schema.owner_of(part),
            permissions=needed,
            sizes=sizes,
            needs_key=isinstance(said, Root) and said.needs_key,
        )
        _check_nullable(schema, definition, field, part, place, needed)
        bound = resolvers.get((definition.name, place.split(".", 1)[1]))
        _bind(field, bound or field.resolve, needed)


def denied(schema: GraphQLSchema, permissions: frozenset[str]) -> frozenset[tuple[str, str]]:
    """The coordinates that an actor with these permissions may not see, until no empty type is left."""
    types = {
        name: dict(made.fields)
        for name, made in schema.type_map.items()
        if isinstance(made, GraphQLObjectType | GraphQLInterfaceType) and not is_introspection_type(made)
    }
    found = {
        (name, one)
        for name, fields in types.items()
        for one, field in fields.items()
        if not field.extensions[FACET].permissions <= permissions
    }
    while True:
        empty = {name for name, fields in types.items() if all((name, one) in found for one in fields)}
        more = {
            (name, one)
            for name, fields in types.items()
            for one, field in fields.items()
            if get_named_type(field.type).name in empty
        } - found
        if not more:
            return frozenset(found)
        found |= more


def _needed(
    schema: "ComposedSchema",
    definition: StrawberryObjectDefinition,
    made: StrawberryField,
    field: GraphQLField,
    part: str,
    place: str,
) -> frozenset[str]:
    if _is_shape(definition):
        return frozenset()
    said = declaration_of(made)
    own: set[str] = set()
    if isinstance(said, Root | Batch | Relation | Namespace) and said.permission is not None:
        own.add(said.permission)
    if isinstance(said, Column) and said.permission is not None and said.mask is None:
        own.add(said.permission)
    target = _content(field)
    inherited = _type_permission(schema, target) if target is not None else None
    added = "part" in made.metadata
    if added and not own and not (isinstance(said, Relation) and inherited):
        raise CompositionError(part, place, "declares no permission", "Say permission=… where it is added.")
    if target is not None and inherited is None and not _is_declared(schema, target):
        raise CompositionError(
            part,
            place,
            f"{target.name} declares no permission",
            "Declare the type with @schema.table(…) or @schema.value(…).",
        )
    if inherited is not None:
        own.add(inherited)
    holder = _permission_of(schema, definition.origin)
    return frozenset(own - ({holder} if holder else set()))


def _content(field: GraphQLField) -> Any:
    """The object type that the field leads to, looking through connections; None for leaves."""
    named: Any = get_named_type(field.type)
    if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
        return None
    definition = named.extensions.get("strawberry-definition")
    if isinstance(definition, StrawberryObjectDefinition) and _is_shape(definition) and "nodes" in named.fields:
        return get_named_type(named.fields["nodes"].type)
    return named


def _is_shape(definition: StrawberryObjectDefinition) -> bool:
    origin = definition.concrete_of.origin if definition.concrete_of else definition.origin
    return origin.__module__ == "guanxi.schema.connections"


def _is_declared(schema: "ComposedSchema", made: Any) -> bool:
    definition = made.extensions["strawberry-definition"]
    cls = definition.origin
    return cls in schema.entries or cls in ROOTS or cls.__module__.startswith("guanxi.schema.")


def _type_permission(schema: "ComposedSchema", made: Any) -> str | None:
    return _permission_of(schema, made.extensions["strawberry-definition"].origin)


def _permission_of(schema: "ComposedSchema", cls: type) -> str | None:
    """The type's own permission, else that of the interface that it implements."""
    own = schema.entries.get(cls)
    if own is not None and own[1].permission is not None:
        return own[1].permission
    for base, (_, entry) in schema.entries.items():
        if entry.permission is not None and base is not cls and issubclass(cls, base):
            return entry.permission
    return None


def _check_nullable(
    schema: "ComposedSchema",
    definition: StrawberryObjectDefinition,
    field: GraphQLField,
    part: str,
    place: str,
    needed: frozenset[str],
) -> None:
    if not isinstance(field.type, GraphQLNonNull):
        return
    if needed:
        raise CompositionError(part, place, "is non-null but a permission may null it", "Make the field nullable.")
    if definition.origin in ROOTS:
        raise CompositionError(part, place, "is a non-null root field", "Make it nullable: a failure nulls it alone.")
    home = schema.entries.get(definition.origin, (part, None))[0]
    if part in schema.plugins and home != part:
        raise CompositionError(
            part, place, "is non-null on another part's type", "Make it nullable: a failure nulls it alone."
        )


def _bind(field: GraphQLField, resolve: Callable[..., Any] | None, needed: frozenset[str]) -> None:
    field.resolve = _guarded(resolve, needed) if needed and resolve else resolve
    if field.subscribe is not None and needed:
        field.subscribe = _guarded(field.subscribe, needed)


def _guarded(resolve: Callable[..., Any], needed: frozenset[str]) -> Callable[..., Any]:
    wanted = tuple(sorted(needed))

    def guarded(source: Any, info: Any, **arguments: Any) -> Any:
        held = info.context.principal.actor.permissions
        for permission in wanted:
            if permission not in held:
                raise forbidden(permission)
        return resolve(source, info, **arguments)

    return guarded
