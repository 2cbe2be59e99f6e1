"""Which part a type, an input field or an enum value belongs to."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from graphql import GraphQLInputObjectType, GraphQLScalarType, is_introspection_type
from strawberry.exceptions import DuplicatedTypeName

from guanxi.schema.facets import FACET, TypeFacet
from guanxi.schema.part import SchemaPart
from guanxi.schema.problems import CompositionError, Place, line_of

if TYPE_CHECKING:
    from guanxi.schema.composed import ComposedSchema


def mark(schema: "ComposedSchema") -> None:
    """Put facets on every type and every input field; let graphql-core know which inputs are ``@oneOf``."""
    # An input is known by its module alone; where several parts share one, the first is meant.
    homes = {module: part for part, said in reversed(schema.parts.items()) for module in modules_of(said)}
    for made in schema.graphql.type_map.values():
        if isinstance(made, GraphQLScalarType) or is_introspection_type(made):
            continue  # scalars are shared by all schemas
        cls = _class_of(made.extensions.get("strawberry-definition"))
        part = schema.entries[cls][0] if cls in schema.entries else homes.get(getattr(cls, "__module__", ""), "core")
        permission = schema.permission_of(cls) if cls is not None else None
        made.extensions[FACET] = TypeFacet(schema.owner_of(part), permission)
        if isinstance(made, GraphQLInputObjectType):
            made.is_one_of = made.extensions["strawberry-definition"].is_one_of  # strawberry checks it by itself only
            for field in made.fields.values():
                added = field.extensions["strawberry-definition"].metadata.get("part", part)
                field.extensions[FACET] = TypeFacet(schema.owner_of(str(added)))


def modules_of(part: SchemaPart) -> set[str]:
    """The modules that a part's classes come from."""
    classes = [entry.cls for entry in part.types] + [made for each in part.inputs.values() for made in each]
    return {cls.__module__ for cls in [*classes, *part.filters, *part.orders]}


def clash(parts: Mapping[str, SchemaPart], error: DuplicatedTypeName) -> CompositionError:
    """Two classes claim one name: the error names both and their parts, the later one first."""
    claimants = [(_part_of(parts, cls), cls) for cls in (error.first_cls, error.second_cls) if cls is not None]
    order = list(parts)
    claimants.sort(key=lambda one: order.index(one[0]) if one[0] in order else -1)
    (other, first), (part, second) = claimants[0], claimants[-1]
    place = Place(part, second.__name__, partial(line_of, second))
    return place.wrong(
        f"has the name of a type of {other} ({line_of(first) or first.__module__})",
        "Start the name with your plugin's noun.",
    )


def _part_of(parts: Mapping[str, SchemaPart], cls: type) -> str:
    """The part whose classes come from the same module, else from the same package."""
    for depth in (0, 1):
        wanted = cls.__module__.rsplit(".", depth)[0]
        for name, part in parts.items():
            if any(module.rsplit(".", depth)[0] == wanted for module in modules_of(part)):
                return name
    return "schema"


def _class_of(definition: Any) -> Any:
    """The class behind a strawberry definition of any kind; None for scalars."""
    return getattr(definition, "origin", None) or getattr(definition, "wrapped_cls", None)
