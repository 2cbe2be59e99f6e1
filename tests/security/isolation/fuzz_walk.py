"""Every place of a built schema that takes a value, and the documents that reach it."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
)

ITEM = "[]"
OPERATORS = frozenset({"eq", "ne", "in", "lt", "lte", "gt", "gte", "contains", "startsWith", "isNull"})
LATER = frozenset({"Node"})  # leads to every type, but only with the right id
Place = tuple[str, ...]


@dataclass(frozen=True)
class Position:
    """One leaf of a field's arguments. ``coordinate`` is what the registry calls it."""

    place: Place  # the argument, then input fields, ITEM for an item of a list
    leaf: GraphQLNamedType
    coordinate: str

    @property
    def is_id(self) -> bool:
        return self.leaf.name == "ID"

    @property
    def label(self) -> str:
        return ".".join(self.place)


@dataclass(frozen=True)
class Step:
    """A field on the way, with the concrete type that it is asked of."""

    holder: str
    name: str
    field: GraphQLField

    @property
    def coordinate(self) -> str:
        return f"{self.holder}.{self.name}"


@dataclass(frozen=True, eq=False)
class Target:
    """A root field, or a field with arguments somewhere below one, and the shortest way to it."""

    operation: str
    steps: tuple[Step, ...]

    @property
    def root(self) -> str:
        return self.steps[0].name

    @property
    def last(self) -> Step:
        return self.steps[-1]

    @cached_property
    def positions(self) -> list[Position]:
        coordinate = self.last.coordinate
        return [
            one
            for name, argument in self.last.field.args.items()
            for one in _leaves(argument.type, (name,), f"{coordinate}({name}:)", ())
        ]

    def __str__(self) -> str:
        return " > ".join(step.coordinate for step in self.steps)


def list_targets(schema: GraphQLSchema) -> list[Target]:
    """Every root field and every field with arguments at any depth, each by one way."""
    found: dict[str, Target] = {}
    seen: set[str] = set()
    for operation, home in roots_of(schema):
        waiting: deque[tuple[GraphQLObjectType, tuple[Step, ...]]] = deque([(home, ())])
        while waiting:
            made, way = waiting.popleft()
            for step in _steps(made):
                if step.field.args or made is home:
                    found.setdefault(step.coordinate, Target(operation, (*way, step)))
                for target in _objects(schema, step.field):
                    if target.name not in seen and target is not schema.query_type:
                        seen.add(target.name)
                        waiting.append((target, (*way, step)))
    return list(found.values())


def roots_of(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLObjectType]]:
    for operation in ("query", "mutation", "subscription"):
        home = getattr(schema, f"{operation}_type")
        if home is not None:
            yield operation, home


def _steps(made: GraphQLObjectType) -> list[Step]:
    """The fields; those that need no argument first, because they lead to rows without knowing any."""
    steps = [Step(made.name, name, field) for name, field in made.fields.items()]
    return sorted(steps, key=lambda step: any(is_required_argument(one) for one in step.field.args.values()))


def _objects(schema: GraphQLSchema, field: GraphQLField) -> list[GraphQLObjectType]:
    named = get_named_type(field.type)
    if named.name in LATER:
        return []
    if isinstance(named, GraphQLInterfaceType):
        return list(schema.get_possible_types(named))
    return [named] if isinstance(named, GraphQLObjectType) else []


def _leaves(made: Any, place: Place, coordinate: str, above: tuple[str, ...]) -> Iterator[Position]:
    if isinstance(made, GraphQLNonNull):
        yield from _leaves(made.of_type, place, coordinate, above)
    elif isinstance(made, GraphQLList):
        yield from _leaves(made.of_type, (*place, ITEM), coordinate, above)
    elif isinstance(made, GraphQLScalarType | GraphQLEnumType):
        yield Position(place, made, coordinate)
    elif isinstance(made, GraphQLInputObjectType):
        yield from _members(made, place, coordinate, above)


def _members(made: GraphQLInputObjectType, place: Place, coordinate: str, above: tuple[str, ...]) -> Iterator[Position]:
    """The leaves of an input; of one that stands in itself only the ids, one level deep."""
    again = above.count(made.name)
    if again > 1:
        return
    for name, field in made.fields.items():
        own = coordinate if is_operators(made) else f"{made.name}.{name}"
        for leaf in _leaves(field.type, (*place, name), own, (*above, made.name)):
            if not again or leaf.is_id:
                yield leaf


def is_operators(made: GraphQLInputObjectType) -> bool:
    """Whether it compares: such an input says nothing of what its values are."""
    return set(made.fields) <= OPERATORS
