"""One strawberry schema from the core's parts and a set of plugins'. No class of any part is ever changed."""

from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property, lru_cache, partial
from types import MappingProxyType
from typing import Any

import strawberry
from graphql import (
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)
from strawberry.annotation import StrawberryAnnotation
from strawberry.exceptions import DuplicatedTypeName, ScalarAlreadyRegisteredError
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.scalar import ScalarDefinition

from guanxi.schema import checks, filters, ownership, payloads, relations, rights, sdl, tables, views
from guanxi.schema.catalog import Catalog, camel, declaration_of, type_name
from guanxi.schema.declare import Batch, Column, Root, is_optional
from guanxi.schema.enums import OpenEnum, build_enum
from guanxi.schema.part import Addition, FilterEntry, FilterRule, SchemaPart, TypeEntry
from guanxi.schema.problems import Place, line_of
from guanxi.schema.rights import OutputField
from guanxi.schema.roots import ROOTS, Mutation, Query, Subscription
from guanxi.schema.scalars import SCALARS

Resolver = Callable[..., Any]
Binder = Callable[["ComposedSchema"], Mapping[tuple[str, str], Resolver]]


class ComposedSchema(strawberry.Schema):
    """The schema of one plugin set.

    ``core`` and ``plugins`` map a part's name to what it adds, dependencies first. ``bind`` makes the
    resolvers of declared fields. Raises: CompositionError with part, place, reason and cure.
    """

    def __init__(self, core: Mapping[str, SchemaPart], plugins: Mapping[str, SchemaPart], bind: Binder) -> None:
        self.parts = {**core, **plugins}
        self.core, self.plugins, self.bind = core, plugins, bind
        self.key = "+".join(plugins) or "core"
        self.entries: dict[type, tuple[str, TypeEntry]] = {
            entry.cls: (name, entry) for name, part in self.parts.items() for entry in part.types
        }
        self.input_parts: dict[type, list[type]] = {}
        self.catalog = Catalog()
        self._added: dict[type | str, list[StrawberryField]] = {}
        self._copies: dict[StrawberryObjectDefinition, list[StrawberryField]] = {}
        self._collect()
        self._build()
        self.graphql: GraphQLSchema = self._schema
        self.graphql.directives = (*self.graphql.directives, *sdl.DIRECTIVES)
        self.graphql.type_map.setdefault("Int", GraphQLInt)  # an argument of a directive has it
        self._catalogue()
        self.visible_to = lru_cache(maxsize=64)(self._visible_to)

    def owner_of(self, part: str) -> str:
        """``core``, or the plugin's id."""
        return part if part in self.plugins else "core"

    def sdl(self, permissions: frozenset[str] | None = None) -> str:
        """The schema as text, each plugin's types and fields attributed; with permissions, what they let one see."""
        return sdl.print_schema(self.graphql if permissions is None else self.visible_to(permissions))

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        """The type's own fields and those that parts add, as copies.

        Copies, because strawberry changes a field while it builds a schema, and each field is built
        once for every schema.
        """
        if type_definition not in self._copies:
            self._copies[type_definition] = list(self._fields(type_definition))
        return self._copies[type_definition]

    def get_field_for_type(self, field_name: str, type_name: str) -> StrawberryField | None:
        """As strawberry's own, but it also knows the added fields."""
        definition = self.get_type_by_name(type_name)
        if not isinstance(definition, StrawberryObjectDefinition):
            return None
        return next((f for f in self.get_fields(definition) if self.name_of(f) == field_name), None)

    def name_of(self, made: StrawberryField) -> str:
        """The GraphQL name of a field."""
        return self.config.name_converter.get_graphql_name(made)

    def place_of(self, made: StrawberryField, definition: StrawberryObjectDefinition) -> Place:
        """Where a field of a type was declared."""
        coordinate = f"{definition.name}.{self.name_of(made)}"
        said = made.metadata.get("part")
        if said is not None:
            return Place(str(said), coordinate, partial(str, made.metadata["source"]))
        part = self.entries[definition.origin][0] if definition.origin in self.entries else "schema"
        cls = made.origin if isinstance(made.origin, type) else definition.origin
        return Place(part, coordinate, partial(line_of, cls, made.python_name))

    def permission_of(self, cls: type) -> str | None:
        """The type's own permission, else that of the interface that it implements."""
        bases = (self.entries[base][1] for base in cls.__mro__ if base in self.entries)
        return next((entry.permission for entry in bases if entry.permission is not None), None)

    @cached_property
    def output_fields(self) -> list[OutputField]:
        """Every field of object types and interfaces, in the order of the schema."""
        found = []
        for made in self.graphql.type_map.values():
            definition = made.extensions.get("strawberry-definition")
            if not isinstance(made, GraphQLObjectType | GraphQLInterfaceType):
                continue
            if isinstance(definition, StrawberryObjectDefinition):
                known = {self.name_of(one): one for one in self.get_fields(definition)}
                found += [
                    OutputField(definition, known[name], name, one, self.place_of(known[name], definition))
                    for name, one in made.fields.items()
                ]
        return found

    def _visible_to(self, permissions: frozenset[str]) -> GraphQLSchema:
        return views.visible(self.graphql, permissions)

    def _collect(self) -> None:
        checks.check_types(self.parts)
        owners: dict[tuple[type | str, str], str] = {}
        for name, part in self.parts.items():
            for addition in part.additions:
                checks.check_addition(name, addition, owners, self.entries)
                owners[addition.target, addition.field.python_name] = name
                self._added.setdefault(addition.target, []).append(self._attributed(name, addition))
            for target, made in part.inputs.items():
                self.input_parts.setdefault(target, []).extend(made)

    def _attributed(self, part: str, addition: Addition) -> StrawberryField:
        """A copy that knows its part; nullable where a failure or a missing right must null this field alone."""
        made = copy(addition.field)
        said: dict[str, Any] = {**made.metadata, "part": part, "source": addition.source}
        said["audience"] = addition.audience
        annotation: Any = made.type_annotation.annotation if made.type_annotation is not None else None
        if self._may_be_null(part, addition) and not is_optional(annotation):
            made.type_annotation = StrawberryAnnotation(annotation | None)
            said["never_none"] = True
        made.metadata = MappingProxyType(said)
        return made

    def _may_be_null(self, part: str, addition: Addition) -> bool:
        declared = declaration_of(addition.field)
        if not isinstance(declared, Root | Batch) or not isinstance(addition.target, type):
            return isinstance(declared, Root)
        return self.entries[addition.target][0] != part or declared.permission != self.permission_of(addition.target)

    def _fields(self, definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        sources: list[type | str] = [definition.origin, *(i.origin for i in definition.interfaces)]
        sources += [ROOTS[definition.origin]] if definition.origin in ROOTS else []
        found = {one.python_name: copy(one) for one in definition.fields}
        for source in sources:
            for one in self._added.get(source, ()):
                found.setdefault(one.python_name, copy(one))
        for one in found.values():
            one.description = one.description or self._column_description(definition, one)
        return list(found.values())

    def _column_description(self, definition: StrawberryObjectDefinition, one: StrawberryField) -> str | None:
        bases = (self.entries[base][1].model for base in definition.origin.__mro__ if base in self.entries)
        model = next((base for base in bases if base is not None), None)
        if model is None or one.base_resolver is not None:
            return None
        said = declaration_of(one)
        name = said.name if isinstance(said, Column) and said.name else one.python_name
        known = model._meta.fields_map.get(name)
        return known.description if known else None

    def _build(self) -> None:
        """Let strawberry build. Raises: CompositionError where two classes claim one name."""
        try:
            super().__init__(
                query=Query,
                mutation=Mutation if "Mutation" in self._added else None,
                subscription=Subscription if "Subscription" in self._added else None,
                types=[*payloads.ERRORS, *(cls for part in self.parts.values() for cls in part.implementers)],
                config=StrawberryConfig(scalar_map={**SCALARS, **self._enums()}),
            )
        except DuplicatedTypeName as error:
            raise ownership.clash(self.parts, error) from error
        except ScalarAlreadyRegisteredError as error:
            raise Place("schema", str(error)).wrong("is the name of two scalars or enums", "Rename one.") from error

    def _enums(self) -> dict[object, ScalarDefinition]:
        return {
            enum: build_enum(enum, checks.members_of(enum, self.parts), self.owner_of)
            for enum in OpenEnum.__subclasses__()
        }

    def _catalogue(self) -> None:
        """Tables first, then fields that read them, then inputs that compare those fields."""
        listed = {cls for part in self.parts.values() for cls in part.implementers}
        tables.add_tables(self.catalog, self.entries, [known for cls, known in self.entries.items() if cls in listed])
        for said in self.parts.values():
            for made, target in {**said.filters, **said.orders}.items():
                self.catalog.inputs[type_name(made)] = type_name(target)
        ownership.mark(self)
        self._describe_arguments()
        rights.apply(self)
        relations.check_orders(self.catalog)
        for part, said in self.parts.items():
            self._add_inputs(part, said)

    def _describe_arguments(self) -> None:
        """An argument that says nothing of itself has the words of its input type."""
        for argument in (argument for one in self.output_fields for argument in one.graphql.args.values()):
            named = get_named_type(argument.type)
            if argument.description is None and isinstance(named, GraphQLInputObjectType):
                argument.description = named.description

    def _add_inputs(self, part: str, said: SchemaPart) -> None:
        catalog, types = self.catalog, self.graphql.type_map
        for made, target in {**said.filters, **said.orders}.items():
            graphql_type = types.get(type_name(made))
            place = Place(part, type_name(made), partial(line_of, made))
            if target not in self.entries or type_name(target) not in catalog.tables:
                raise place.wrong(f"is for {target.__name__}, which has no table", "Name a type over a table.")
            if not isinstance(graphql_type, GraphQLInputObjectType):
                continue  # no field takes it
            table = catalog.table_of(target)
            if made in said.orders:
                catalog.orders[graphql_type.name] = filters.order_columns(catalog, place, graphql_type, table)
                continue
            catalog.filters[graphql_type.name] = filters.filter_columns(
                catalog, place, graphql_type, table, self._foreign_filters(made)
            )

    def _foreign_filters(self, target: type) -> filters.Extra:
        """The filter fields on other tables that parts add to a ``where`` input."""
        found: dict[str, tuple[Place, FilterEntry | FilterRule]] = {}
        for part, said in self.parts.items():
            places = {a.field.python_name: checks.place_of(part, a) for a in said.additions if a.target is target}
            found |= {camel(e.name): (places[e.name], e) for e in said.filter_fields if e.target is target}
        return found


__all__ = ["Binder", "ComposedSchema", "Resolver"]
