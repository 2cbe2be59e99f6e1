"""Documents that reach one target and read everything behind it, and the variables that go with them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fuzz_walk import ITEM, Place, Step, Target, is_operators
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

DEPTH, SHALLOW = 2, 1  # objects below the target; connections and edges do not count
AGAIN = "query"  # of a payload: every root field is a target of its own
PAGE = 2
Sample = Callable[[str, Any], Any]


class Document:
    """The text of one target. All arguments of its last field are variables, on the way those that are required."""

    def __init__(self, schema: GraphQLSchema, target: Target, depth: int = DEPTH) -> None:
        self.schema, self.target, self.depth = schema, target, depth
        self.covered: set[str] = set()
        variables = ", ".join(
            f"${variable(number, name)}: {_variable_type(argument)}"
            for number, step in enumerate(target.steps)
            for name, argument in self.arguments(number, step)
        )
        self.text = f"{target.operation} Probe{f'({variables})' if variables else ''} {{ {self._way(0)} }}"

    def arguments(self, number: int, step: Step) -> list[tuple[str, Any]]:
        """The arguments that are variables."""
        is_last = number == len(self.target.steps) - 1
        return [(name, one) for name, one in step.field.args.items() if is_last or is_required_argument(one)]

    def _way(self, number: int) -> str:
        step, is_last = self.target.steps[number], number == len(self.target.steps) - 1
        given = ", ".join(f"{name}: ${variable(number, name)}" for name, _ in self.arguments(number, step))
        self.covered.add(step.coordinate)
        named = get_named_type(step.field.type)
        inner = self._select(named, self.depth) if is_last else f" {{ {self._way(number + 1)} }}"
        asked = f"{step.name}{f'({given})' if given else ''}{inner}"
        before = get_named_type(self.target.steps[number - 1].field.type) if number else None
        return f"... on {step.holder} {{ {asked} }}" if isinstance(before, GraphQLInterfaceType) else asked

    def _select(self, made: Any, depth: int) -> str:
        if not isinstance(made, GraphQLObjectType | GraphQLInterfaceType):
            return ""
        parts = ["__typename", *self._fields(made, depth)]
        if isinstance(made, GraphQLInterfaceType):
            for one in self.schema.get_possible_types(made):
                self.covered |= {f"{one.name}.{name}" for name in made.fields}
                more = " ".join(self._fields(one, depth, beside=made))
                parts += [f"... on {one.name} {{ {more} }}"] if more else []
        return f" {{ {' '.join(parts)} }}"

    def _fields(self, made: Any, depth: int, beside: GraphQLInterfaceType | None = None) -> Iterator[str]:
        """What can be asked without arguments, but the size of a page; fields of an implementer under its own name."""
        for name, field in made.fields.items():
            named = get_named_type(field.type)
            is_leaf = not isinstance(named, GraphQLObjectType | GraphQLInterfaceType)
            needs = any(is_required_argument(one) for one in field.args.values())
            is_deeper = not is_leaf and depth <= 0 and not is_shape(named)
            if needs or is_deeper or name == AGAIN or (beside is not None and name in beside.fields):
                continue
            self.covered.add(f"{made.name}.{name}")
            alias = f"{made.name}_{name}: " if beside is not None else ""
            size = f"(first: {PAGE})" if "first" in field.args else ""
            yield f"{alias}{name}{size}{self._select(named, depth if is_shape(named) else depth - 1)}"


def is_shape(made: Any) -> bool:
    """Whether it only holds rows."""
    return bool(made.name.endswith(("Connection", "Edge", "PageInfo")))


def _variable_type(argument: Any) -> Any:
    """Nullable where the argument has a default, so that it can be left out."""
    has_default = isinstance(argument.type, GraphQLNonNull) and not is_required_argument(argument)
    return argument.type.of_type if has_default else argument.type


def variable(number: int, name: str) -> str:
    return f"v{number}_{name}"


class Values:
    """Builds variables: samples everywhere, other values at the places that are to be probed.

    ``sample`` gives a leaf's value by its coordinate and type; ``beside`` names optional fields of an input
    without which it makes no sense.
    """

    def __init__(self, sample: Sample, beside: Mapping[str, tuple[str, ...]]) -> None:
        self.sample, self.beside = sample, beside

    def of(self, document: Document, wanted: Mapping[Place, Any]) -> dict[str, Any]:
        """The variables of a document; ``wanted`` are places of the last step."""
        found: dict[str, Any] = {}
        steps = document.target.steps
        for number, step in enumerate(steps):
            mine = wanted if number == len(steps) - 1 else {}
            for name, argument in document.arguments(number, step):
                coordinate = f"{step.coordinate}({name}:)"
                if is_required_argument(argument) or _is_wanted((name,), mine) or name in self._beside(step.coordinate):
                    found[variable(number, name)] = self._value(argument.type, (name,), coordinate, mine)
        return found

    def _beside(self, name: str) -> tuple[str, ...]:
        return self.beside.get(name, ())

    def _value(self, made: Any, place: Place, coordinate: str, wanted: Mapping[Place, Any]) -> Any:
        if isinstance(made, GraphQLNonNull):
            return self._value(made.of_type, place, coordinate, wanted)
        if place in wanted:
            return wanted[place]
        if isinstance(made, GraphQLList):
            return [self._value(made.of_type, (*place, ITEM), coordinate, wanted)]
        if isinstance(made, GraphQLInputObjectType):
            return self._input(made, place, coordinate, wanted)
        return self.sample(coordinate, made)

    def _input(
        self, made: GraphQLInputObjectType, place: Place, coordinate: str, wanted: Mapping[Place, Any]
    ) -> dict[str, Any]:
        asked = [name for name in made.fields if _is_wanted((*place, name), wanted)]
        if made.is_one_of:
            names = asked[:1] or list(self._beside(made.name)) or [next(iter(made.fields))]
        else:
            needed = {name for name, field in made.fields.items() if is_required_input_field(field)}
            beside = {two for one in asked for two in self._beside(f"{made.name}.{one}")}
            names = [name for name in made.fields if name in {*needed, *asked, *beside, *self._beside(made.name)}]
        return {
            name: self._value(
                made.fields[name].type,
                (*place, name),
                coordinate if is_operators(made) else f"{made.name}.{name}",
                wanted,
            )
            for name in names
        }


def _is_wanted(place: Place, wanted: Mapping[Place, Any]) -> bool:
    return any(one[: len(place)] == place for one in wanted)
