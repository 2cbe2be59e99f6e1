"""How large a document is: one walk without recursion, each definition once, whatever its fragments multiply to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from guanxi.errors import Text
from guanxi.execution import errors, values
from guanxi.settings import Limits

CAP = 10**9  # counts stop here: doubling fragments would otherwise make them thousands of digits long
OPERATIONS = 50
INTROSPECTION = frozenset({"__schema", "__type"})

FEWER_LEVELS = Text("Nest fewer selections.", "请减少嵌套层级。")
FEWER_FIELDS = Text("Ask in several operations.", "请拆分为多个操作。")
FEWER_DIRECTIVES = Text("Leave directives out.", "请减少指令。")


@dataclass(frozen=True, slots=True)
class Spread:
    """A fragment's place in a definition: how many fields stand above it, and whether it is at the root."""

    name: str
    above: int
    is_root: bool


@dataclass(slots=True)
class Shape:
    """Size of one definition, its fragments counted at every place where they are spread."""

    depth: int = 0
    root_fields: int = 0
    fields: int = 0
    directives: int = 0
    spreads: list[Spread] = field(default_factory=list)

    def add(self, spread: Spread, inner: "Shape") -> None:
        """Count a fragment in."""
        self.depth = max(self.depth, spread.above + inner.depth)
        self.fields = min(CAP, self.fields + inner.fields)
        self.directives = min(CAP, self.directives + inner.directives)
        if spread.is_root:
            self.root_fields = min(CAP, self.root_fields + inner.root_fields)


@dataclass(slots=True)
class Measure:
    """Sizes of a document's definitions. ``visited`` counts the nodes looked at: never more than there are."""

    operations: list[Shape] = field(default_factory=list)
    fragments: dict[str, Shape] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)  # fragments, each after those that it spreads
    visited: int = 0
    is_introspective: bool = False


def measure(document: DocumentNode, limits: Limits) -> Measure:
    """Count everything that needs no schema. Raises: BadUserInputError on a literal that no field could take."""
    made = Measure()
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            made.fragments[definition.name.value] = _measure_one(definition, made, limits)
        elif isinstance(definition, OperationDefinitionNode):
            made.operations.append(_measure_one(definition, made, limits))
    spreads = {name: [one.name for one in shape.spreads] for name, shape in made.fragments.items()}
    made.order = inner_first(spreads)
    known: dict[str, Shape] = {}
    for name in made.order:
        _fill(made.fragments[name], known)
        known[name] = made.fragments[name]
    for shape in made.operations:
        _fill(shape, known)
    return made


def check(measured: Measure, limits: Limits, *, tokens: int) -> None:
    """Raises: QueryTooComplexError naming the first limit that is passed."""
    if len(measured.operations) > OPERATIONS:
        raise errors.too_complex("operations", len(measured.operations), OPERATIONS, FEWER_FIELDS)
    for one in measured.operations:
        for name, actual, maximum, cure in (
            ("depth", one.depth, limits.depth, FEWER_LEVELS),
            ("rootFields", one.root_fields, limits.root_aliases, FEWER_FIELDS),
            ("directives", one.directives, limits.directives, FEWER_DIRECTIVES),
            ("fields", one.fields, tokens, FEWER_FIELDS),  # a document without fragments cannot have more
        ):
            if actual > maximum:
                raise errors.too_complex(name, actual, maximum, cure)


def inner_first(spreads: Mapping[str, Iterable[str]]) -> list[str]:
    """Names so that each stands after those it spreads; a cycle is cut where it closes, validation refuses it."""
    order: list[str] = []
    seen: set[str] = set()
    for root in spreads:
        if root in seen:
            continue
        seen.add(root)
        path = [(root, iter(spreads[root]))]
        while path:
            name, left = path[-1]
            step = next((one for one in left if one in spreads and one not in seen), None)
            if step is None:
                order.append(name)
                path.pop()
            else:
                seen.add(step)
                path.append((step, iter(spreads[step])))
    return order


def _fill(shape: Shape, known: Mapping[str, Shape]) -> None:
    for spread in shape.spreads:
        if spread.name in known:
            shape.add(spread, known[spread.name])


def _measure_one(definition: OperationDefinitionNode | FragmentDefinitionNode, made: Measure, limits: Limits) -> Shape:
    shape = Shape(directives=len(definition.directives or ()))
    _check_literals(definition, limits)
    waiting: list[tuple[SelectionSetNode, int, bool]] = [(definition.selection_set, 1, True)]
    while waiting:
        selections, depth, is_root = waiting.pop()
        for one in selections.selections:
            made.visited += 1
            shape.directives += len(one.directives or ())
            _check_literals(one, limits)
            if isinstance(one, FragmentSpreadNode):
                shape.spreads.append(Spread(one.name.value, depth - 1, is_root))
            elif isinstance(one, FieldNode):
                shape.fields += 1
                shape.root_fields += is_root
                shape.depth = max(shape.depth, depth)
                made.is_introspective |= one.name.value in INTROSPECTION
                if one.selection_set is not None:
                    waiting.append((one.selection_set, depth + 1, False))
            elif isinstance(one, InlineFragmentNode):
                waiting.append((one.selection_set, depth, is_root))
    return shape


def _check_literals(node: Any, limits: Limits) -> None:
    """Literals of the node's arguments, of its directives' and of its variables' defaults."""
    for argument in getattr(node, "arguments", None) or ():
        values.check_literal(argument.value, limits, argument.name.value)
    for directive in node.directives or ():
        for argument in directive.arguments or ():
            values.check_literal(argument.value, limits, argument.name.value)
    for variable in getattr(node, "variable_definitions", None) or ():
        if variable.default_value is not None:
            values.check_literal(variable.default_value, limits, variable.variable.name.value)
