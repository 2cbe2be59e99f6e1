"""Deny by default: each field of a composed schema gets the permissions it needs and a resolver that asks for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLNonNull, GraphQLObjectType, get_named_type
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from guanxi.context import forbidden
from guanxi.permissions import SHOPPER
from guanxi.schema import connections
from guanxi.schema.catalog import declaration_of
from guanxi.schema.containment import contained
from guanxi.schema.declare import Amount, Batch, Column, Namespace, Relation, Root
from guanxi.schema.facets import EVERYBODY, FACET, SHOPPERS, Facet
from guanxi.schema.problems import Place
from guanxi.schema.roots import ROOTS

if TYPE_CHECKING:
    from guanxi.schema.composed import ComposedSchema


@dataclass(frozen=True)
class OutputField:
    """A field of a composed schema with what it was made from."""

    definition: StrawberryObjectDefinition
    made: StrawberryField
    name: str
    graphql: GraphQLField
    place: Place

    @property
    def said(self) -> Any:
        """The part's declaration; None for a plain attribute."""
        return declaration_of(self.made)


def apply(schema: "ComposedSchema") -> None:
    """Put facets and guarded resolvers on every output field. Raises: CompositionError."""
    resolvers = schema.bind(schema)
    for one in schema.output_fields:
        needed = _needed(schema, one)
        _check_nullable(schema, one, needed)
        facet = _facet(schema, one, needed)
        one.graphql.extensions[FACET] = facet
        resolve = resolvers.get((one.definition.name, one.name)) or one.graphql.resolve
        if isinstance(one.said, Root) and facet.owner != "core" and not one.made.is_subscription and resolve:
            resolve = contained(resolve, facet.owner, one.place.coordinate)
        _guard(one.graphql, resolve, facet)


def _facet(schema: "ComposedSchema", one: OutputField, needed: frozenset[str]) -> Facet:
    said = one.said
    is_list = isinstance(said, Relation) and said.kind in ("many", "page")
    is_nullable = not isinstance(one.graphql.type, GraphQLNonNull)
    return Facet(
        owner=schema.owner_of(one.place.part),
        permissions=needed,
        sizes=said.sizes if isinstance(said, Relation) and is_list else None,
        needs_key=isinstance(said, Root) and said.needs_key,
        takes_key=not isinstance(said, Root) or said.takes_key,
        step_up=isinstance(said, Root) and said.step_up,
        audience=_audience(schema, one),
        never_none=is_nullable and (is_list or isinstance(said, Namespace) or "never_none" in one.made.metadata),
    )


def _needed(schema: "ComposedSchema", one: OutputField) -> frozenset[str]:
    if _is_shape(one.definition):
        return frozenset()
    own = _own_permissions(one.said)
    target = _content(one.graphql)
    inherited = schema.permission_of(target.extensions["strawberry-definition"].origin) if target is not None else None
    if "part" in one.made.metadata and not own and not (isinstance(one.said, Relation) and inherited):
        raise one.place.wrong("declares no permission", "Say permission=… where it is added.")
    if target is not None and inherited is None and not _is_declared(schema, target):
        raise one.place.wrong(
            f"leads to {target.name}, which no enabled part declares",
            "Declare it with @schema.table(…) or @schema.value(…), or name its plugin in requires.",
        )
    if inherited is not None:
        own.add(inherited)
    holder = schema.permission_of(one.definition.origin)
    return frozenset(own - ({holder} if holder else set()))


def _audience(schema: "ComposedSchema", one: OutputField) -> frozenset[str]:
    """Nobody unless it is declared: on the addition, by the type for its own fields, or because it shows no data."""
    if "part" in one.made.metadata:
        declared = one.made.metadata["audience"]
        return frozenset({declared} if declared is not None else ())
    origin = one.definition.origin
    entry = schema.entries[origin][1] if origin in schema.entries else None
    if entry is None:
        return EVERYBODY if origin.__module__.startswith("guanxi.schema.") else frozenset()
    is_open = one.made.python_name in entry.shopper_fields or (one.name == "id" and bool(entry.shopper_fields))
    return SHOPPERS if is_open else frozenset()


def _own_permissions(said: Any) -> set[str]:
    if isinstance(said, Column) and said.mask is not None:
        return set()
    permission = said.permission if isinstance(said, Root | Batch | Relation | Namespace | Column | Amount) else None
    return set() if permission is None else {permission}


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
    """A generic holder: the field that answers with one guards what is in it."""
    origin = definition.concrete_of.origin if definition.concrete_of else definition.origin
    return origin.__module__ == connections.__name__


def _is_declared(schema: "ComposedSchema", made: Any) -> bool:
    cls: type = made.extensions["strawberry-definition"].origin
    return cls in schema.entries or cls in ROOTS or cls.__module__.startswith("guanxi.schema.")


def _check_nullable(schema: "ComposedSchema", one: OutputField, needed: frozenset[str]) -> None:
    if not isinstance(one.graphql.type, GraphQLNonNull):
        return
    if one.definition.origin in ROOTS:
        raise one.place.wrong("is a non-null root field", "Make it nullable: a failure nulls it alone.")
    home = schema.entries.get(one.definition.origin, (one.place.part, None))[0]
    if one.place.part in schema.plugins and home != one.place.part:
        raise one.place.wrong("is non-null on another part's type", "Make it nullable: a failure nulls it alone.")
    if needed:
        raise one.place.wrong("is non-null but a permission may null it", "Make the field nullable.")


def _guard(field: GraphQLField, resolve: Callable[..., Any] | None, facet: Facet) -> None:
    field.resolve = _guarded(resolve, facet) if facet.permissions and resolve else resolve
    if field.subscribe is not None and facet.permissions:
        field.subscribe = _guarded(field.subscribe, facet)


def _guarded(resolve: Callable[..., Any], facet: Facet) -> Callable[..., Any]:
    declared = tuple(sorted(facet.permissions))

    def guarded(source: Any, info: Any, **arguments: Any) -> Any:
        held = info.context.principal.actor.permissions
        if SHOPPER in held and not facet.audience:
            raise forbidden(declared[0])
        for permission in declared if SHOPPER not in held else ():
            if permission not in held:
                raise forbidden(permission)
        if facet.step_up:
            info.context.require_fresh_sign_in()
        return resolve(source, info, **arguments)

    return guarded
