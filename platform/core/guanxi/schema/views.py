"""The part of a schema that an actor may see: for introspection and SDL, never for execution."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    get_named_type,
    is_introspection_type,
)

from guanxi.permissions import SHOPPER
from guanxi.schema.facets import FACET, Facet, TypeFacet

Composite = GraphQLObjectType | GraphQLInterfaceType
NOTHING = GraphQLField(
    GraphQLString,
    description="Nothing may be seen without signing in.",
    extensions={FACET: Facet("core")},
)


def visible(schema: GraphQLSchema, granted: frozenset[str]) -> GraphQLSchema:
    """A schema of the fields that these permissions allow, without empty types and what nothing leads to."""
    hidden = _hidden(schema, granted)
    return _View(schema, hidden).build() if hidden else schema


def _hidden(schema: GraphQLSchema, granted: frozenset[str]) -> set[tuple[str, str]]:
    """The coordinates that may not be seen: not allowed, or leading to a type of which nothing may be."""
    composites = _composites(schema)
    found = {
        (name, one)
        for name, made in composites.items()
        for one, field in made.fields.items()
        if not _allows(field, granted) or not _is_open(made, granted)
    }
    while True:
        empty = {name for name, made in composites.items() if all((name, one) in found for one in made.fields)}
        empty |= {
            name
            for name, made in composites.items()
            if isinstance(made, GraphQLInterfaceType)
            and all(one.name in empty for one in schema.get_possible_types(made))
        }
        more = {
            (name, one)
            for name, made in composites.items()
            for one, field in made.fields.items()
            if name in empty or get_named_type(field.type).name in empty
        } - found
        if not more:
            return found
        found |= more


def _composites(schema: GraphQLSchema) -> dict[str, Composite]:
    return {
        name: made
        for name, made in schema.type_map.items()
        if isinstance(made, GraphQLObjectType | GraphQLInterfaceType) and not is_introspection_type(made)
    }


def _allows(field: GraphQLField, granted: frozenset[str]) -> bool:
    facet: Facet = field.extensions[FACET]
    return bool(facet.audience) if SHOPPER in granted else facet.permissions <= granted


def _is_open(made: GraphQLNamedType, granted: frozenset[str]) -> bool:
    facet: TypeFacet = made.extensions[FACET]
    return facet.permission is None or facet.permission in granted or SHOPPER in granted


class _View:
    """Copies what can be reached from the roots."""

    def __init__(self, schema: GraphQLSchema, hidden: set[tuple[str, str]]) -> None:
        self.schema, self.hidden = schema, hidden
        self.made: dict[str, GraphQLNamedType] = {}

    def build(self) -> GraphQLSchema:
        """The view as a schema of its own."""
        source = self.schema
        roots = {kind: getattr(source, kind) for kind in ("query_type", "mutation_type", "subscription_type")}
        kept = {kind: made for kind, made in roots.items() if made and self._fields_of(made)}
        reached = self._reach(kept.values())
        query = self._copy(source.query_type) if "query_type" in kept else _empty_query(source.query_type)
        return GraphQLSchema(
            query=query,
            mutation=self._copy(source.mutation_type) if "mutation_type" in kept else None,
            subscription=self._copy(source.subscription_type) if "subscription_type" in kept else None,
            types=[self._copy(one) for one in reached],
            directives=source.directives,
            extensions=source.extensions,
        )

    def _fields_of(self, made: Composite) -> Mapping[str, GraphQLField]:
        return {one: field for one, field in made.fields.items() if (made.name, one) not in self.hidden}

    def _reach(self, roots: Iterable[Composite]) -> list[Composite]:
        found: dict[str, Composite] = {}
        waiting = list(roots)
        while waiting:
            made = waiting.pop()
            if made.name in found or not self._fields_of(made):
                continue
            found[made.name] = made
            waiting += made.interfaces
            waiting += self.schema.get_possible_types(made) if isinstance(made, GraphQLInterfaceType) else ()
            targets = [get_named_type(field.type) for field in self._fields_of(made).values()]
            waiting += [one for one in targets if isinstance(one, GraphQLObjectType | GraphQLInterfaceType)]
        return sorted(found.values(), key=lambda one: one.name)

    def _copy(self, made: Any) -> Any:
        if not isinstance(made, GraphQLObjectType | GraphQLInterfaceType):
            return made
        if made.name not in self.made:
            wanted: Any = made.to_kwargs()
            wanted["fields"] = lambda: {name: self._field(one) for name, one in self._fields_of(made).items()}
            wanted["interfaces"] = lambda: [self._copy(one) for one in made.interfaces if self._fields_of(one)]
            self.made[made.name] = type(made)(**wanted)
        return self.made[made.name]

    def _field(self, field: GraphQLField) -> GraphQLField:
        wanted: Any = field.to_kwargs()
        return GraphQLField(**{**wanted, "type_": self._wrapped(field.type)})

    def _wrapped(self, made: Any) -> Any:
        if isinstance(made, GraphQLNonNull):
            return GraphQLNonNull(self._wrapped(made.of_type))
        if isinstance(made, GraphQLList):
            return GraphQLList(self._wrapped(made.of_type))
        return self._copy(made)


def _empty_query(made: GraphQLObjectType | None) -> GraphQLObjectType:
    """A query type must have a field."""
    description = made.description if made is not None else None
    return GraphQLObjectType(
        "Query", {"_nothing": NOTHING}, description=description, extensions={FACET: TypeFacet("core")}
    )
