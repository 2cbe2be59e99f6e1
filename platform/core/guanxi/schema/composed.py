"""One strawberry schema from the core's parts and a set of plugins'. No class of any part is ever changed."""

from collections.abc import Callable, Mapping
from copy import copy
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import strawberry
from graphql import GraphQLField, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema_directive import Location
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.scalar import ScalarDefinition

from guanxi.schema import checks, payloads, rights, sdl
from guanxi.schema.catalog import Catalog, declaration_of, type_name
from guanxi.schema.declare import Column
from guanxi.schema.enums import Member, OpenEnum, build_enum
from guanxi.schema.part import Addition, FilterEntry, SchemaPart, TypeEntry
from guanxi.schema.roots import ROOTS, Mutation, Query, Subscription
from guanxi.schema.scalars import SCALARS

Resolver = Callable[..., Any]
Binder = Callable[["ComposedSchema"], Mapping[tuple[str, str], Resolver]]


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.INPUT_FIELD_DEFINITION, Location.OBJECT],
    name="plugin",
    description="The plugin that this belongs to.",
)
class PluginDirective:
    """Attribution in the SDL."""

    name: str


class ComposedSchema(strawberry.Schema):
    """The schema of one plugin set.

    ``core`` and ``plugins`` map a part's name to what it adds, dependencies first. ``bind`` makes the
    resolvers of declared fields. Raises: CompositionError with part, place, reason and cure.
    """

    def __init__(
        self,
        core: Mapping[str, SchemaPart],
        plugins: Mapping[str, SchemaPart],
        bind: Binder,
        *,
        denied: frozenset[tuple[str, str]] = frozenset(),
        granted: frozenset[str] | None = None,
    ) -> None:
        self.parts = {**core, **plugins}
        self.core, self.plugins, self.bind, self._denied = core, plugins, bind, denied
        self.key = "+".join(plugins) or "core"
        self.entries: dict[type, tuple[str, TypeEntry]] = {
            entry.cls: (name, entry) for name, part in self.parts.items() for entry in part.types
        }
        self.input_parts: dict[type, list[type]] = {}
        self._added: dict[type | str, list[tuple[str, StrawberryField]]] = {}
        self._copies: dict[StrawberryObjectDefinition, list[StrawberryField]] = {}
        self._collect()
        super().__init__(
            query=Query,
            mutation=Mutation if self._offers("Mutation") else None,
            subscription=Subscription if self._offers("Subscription") else None,
            types=self._implementers(granted),
            config=StrawberryConfig(scalar_map={**SCALARS, **self._enums()}),
        )
        self.graphql: GraphQLSchema = self._schema
        self.catalog = self._catalog()
        rights.apply(self)
        self.view = lru_cache(maxsize=64)(self._view)

    def owner_of(self, part: str) -> str:
        """``core``, or the plugin's id."""
        return part if part in self.plugins else "core"

    def sdl(self) -> str:
        """The schema as text, each plugin's types and fields attributed."""
        return sdl.print_schema(self)

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
        names = self.config.name_converter
        return next((f for f in self.get_fields(definition) if names.get_graphql_name(f) == field_name), None)

    def part_of(self, made: StrawberryField, definition: StrawberryObjectDefinition) -> str:
        """The part that a field of a type comes from."""
        said = made.metadata.get("part")
        if said is not None:
            return str(said)
        return self.entries[definition.origin][0] if definition.origin in self.entries else "schema"

    def visible_to(self, permissions: frozenset[str]) -> GraphQLSchema:
        """What an actor with these permissions may see of the schema."""
        return self.view(permissions).graphql

    def _view(self, permissions: frozenset[str]) -> "ComposedSchema":
        denied = rights.denied(self.graphql, permissions)
        if not denied:
            return self
        return ComposedSchema(self.core, self.plugins, self.bind, denied=denied, granted=permissions)

    def _collect(self) -> None:
        owners: dict[tuple[type | str, str], str] = {}
        for name, part in self.parts.items():
            for addition in part.additions:
                checks.check_addition(name, addition, owners, self.entries)
                owners[addition.target, addition.field.python_name] = name
                self._added.setdefault(addition.target, []).append((name, self._attributed(name, addition)))
            for target, made in part.inputs.items():
                self.input_parts.setdefault(target, []).extend(made)

    def _attributed(self, part: str, addition: Addition) -> StrawberryField:
        made = copy(addition.field)
        made.metadata = MappingProxyType({**made.metadata, "part": part, "source": addition.source})
        if part in self.plugins:
            made.directives = [*made.directives, PluginDirective(name=part)]
        return made

    def _fields(self, definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        sources: list[type | str] = [definition.origin, *(i.origin for i in definition.interfaces)]
        sources += [ROOTS[definition.origin]] if definition.origin in ROOTS else []
        found = {one.python_name: copy(one) for one in definition.fields}
        for source in sources:
            for _, one in self._added.get(source, ()):
                found.setdefault(one.python_name, copy(one))
        names = self.config.name_converter
        kept = [f for f in found.values() if (definition.name, names.get_graphql_name(f)) not in self._denied]
        for one in kept:
            one.description = one.description or self._column_description(definition, one)
        return kept

    def _column_description(self, definition: StrawberryObjectDefinition, one: StrawberryField) -> str | None:
        entry = self.entries.get(definition.origin, (None, None))[1]
        if entry is None or one.base_resolver is not None:
            return None
        model = entry.model or next(
            (e.model for cls, (_, e) in self.entries.items() if e.model and issubclass(entry.cls, cls)), None
        )
        said = declaration_of(one)
        name = said.name if isinstance(said, Column) and said.name else one.python_name
        known = model._meta.fields_map.get(name) if model else None
        return known.description if known else None

    def _offers(self, root: str) -> bool:
        names = self.config_names
        return any((root, names(one)) not in self._denied for _, one in self._added.get(root, ()))

    @staticmethod
    def config_names(one: StrawberryField) -> str:
        """The GraphQL name of a field before the schema exists."""
        return StrawberryConfig().name_converter.get_graphql_name(one)

    def _implementers(self, granted: frozenset[str] | None) -> list[type]:
        """Types that no field names. In a filtered schema those of interfaces that may be read."""
        made = [*payloads.ERRORS, *(cls for part in self.parts.values() for cls in part.implementers)]
        if granted is None:
            return made
        hidden = tuple(c for c, (_, e) in self.entries.items() if e.permission and e.permission not in granted)
        return [cls for cls in made if not issubclass(cls, hidden)]

    def _enums(self) -> dict[object, ScalarDefinition]:
        made: dict[object, ScalarDefinition] = {}
        for enum in OpenEnum.__subclasses__():
            members: dict[str, tuple[Member[Any], str]] = {m.name: (m, "core") for m in enum.core_members()}
            for part, said in self.parts.items():
                members |= {m.name: (m, self.owner_of(part)) for owner, m in said.members if owner is enum}
            made[enum] = build_enum(enum, members)
        return made

    def _catalog(self) -> Catalog:
        made = Catalog()
        implementing = set(self._implementers(None))
        implementers = [e for _, e in self.entries.values() if e.cls in implementing]
        for part, entry in self.entries.values():
            if entry.model is not None:
                made.add_table(part, entry, implementers)
        for part, said in self.parts.items():
            self._add_inputs(made, part, said)
        return made

    def _add_inputs(self, catalog: Catalog, part: str, said: SchemaPart) -> None:
        for made, target in said.filters.items():
            graphql_type = self.graphql.type_map.get(type_name(made))
            if isinstance(graphql_type, GraphQLInputObjectType):
                extra: list[FilterEntry] = [
                    e for other in self.parts.values() for e in other.filter_fields if e.target is made
                ]
                catalog.add_filter(part, graphql_type, catalog.table_of(target), extra)
        for made, target in said.orders.items():
            graphql_type = self.graphql.type_map.get(type_name(made))
            if isinstance(graphql_type, GraphQLInputObjectType):
                catalog.add_order(part, graphql_type, catalog.table_of(target))

    def graphql_fields(self) -> list[tuple[StrawberryObjectDefinition, StrawberryField, GraphQLField]]:
        """Every output field with what it was made from."""
        found = []
        for made in self.graphql.type_map.values():
            definition = made.extensions.get("strawberry-definition")
            if not isinstance(definition, StrawberryObjectDefinition):
                continue
            if isinstance(made, GraphQLObjectType | GraphQLInterfaceType):
                known = {self.config.name_converter.get_graphql_name(f): f for f in self.get_fields(definition)}
                found += [(definition, known[name], one) for name, one in made.fields.items()]
        return found


def definition_of(cls: type) -> StrawberryObjectDefinition:
    """What strawberry knows of a declared class."""
    return get_object_definition(cls, strict=True)


__all__ = ["Binder", "ComposedSchema", "GraphQLObjectType", "Resolver", "definition_of"]
