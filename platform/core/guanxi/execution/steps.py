"""Compiles a document's selections into the steps that its cost is added up from."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_introspection_type,
    is_list_type,
    is_non_null_type,
)

from guanxi.execution.cost import UNSIZED, Given, Prices, Size, Step
from guanxi.execution.shape import CAP, INTROSPECTION
from guanxi.schema.facets import Facet

MUTATION = 10  # each root field of a mutation, beside what it returns
LEAVES = 25  # plain fields of one object that come with its price; each further 25 cost one more
INTROSPECTED = 10  # each field asked of the schema: its lists are not sized, but cannot nest (see validation)
FACET = "guanxi"


def compile_prices(schema: GraphQLSchema, document: DocumentNode, order: list[str]) -> Prices:
    """Read a valid document's steps; ``order`` names fragments after those that they spread."""
    made = Prices(order=order)
    for place, definition in enumerate(document.definitions):
        if isinstance(definition, FragmentDefinitionNode):
            home = schema.type_map[definition.type_condition.name.value]
            made.fragments[definition.name.value] = _Compiler(schema, made).read(definition.selection_set, home)
        elif isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            if root is not None:
                made.operations[place] = _Compiler(schema, made).read(definition.selection_set, root)
    _price_leaves(made)
    return made


def _price_leaves(made: Prices) -> None:
    """Count the plain fields of each object, whatever fragments they come through."""
    above: dict[str, int] = {}
    for name in made.order:
        steps = made.fragments[name]
        _hand_up(steps, above)
        above[name] = steps[0].leaves
        steps[0].leaves = 0  # paid by the object that the fragment is spread in
    for steps in made.operations.values():
        _hand_up(steps, above)
    for steps in (*made.operations.values(), *made.fragments.values()):
        for step in steps:
            step.points += step.leaves // LEAVES


def _hand_up(steps: list[Step], above: Mapping[str, int]) -> None:
    for step in steps:
        if step.spread is not None:
            steps[step.parent].leaves = min(CAP, steps[step.parent].leaves + above.get(step.spread, 0))


class _Compiler:
    """Turns the selections of one definition into steps."""

    def __init__(self, schema: GraphQLSchema, made: Prices) -> None:
        self.schema, self.made = schema, made
        self.steps = [Step(0)]

    def read(self, selections: SelectionSetNode, home: GraphQLNamedType) -> list[Step]:
        """Steps in an order where each stands after its parent; the first is the definition itself."""
        waiting: list[tuple[SelectionSetNode, GraphQLNamedType, int]] = [(selections, home, 0)]
        while waiting:
            here, parent_type, place = waiting.pop()
            for one in here.selections:
                self.made.visited += 1
                if isinstance(one, FragmentSpreadNode):
                    self.steps.append(Step(place, spread=one.name.value))
                elif isinstance(one, InlineFragmentNode):
                    on = one.type_condition
                    inner = self.schema.type_map[on.name.value] if on else parent_type
                    waiting.append((one.selection_set, inner, place))
                elif isinstance(one, FieldNode):
                    waiting.extend(self._field(one, parent_type, place))
        return self.steps

    def _field(
        self, node: FieldNode, parent_type: GraphQLNamedType, place: int
    ) -> Iterable[tuple[SelectionSetNode, GraphQLNamedType, int]]:
        name = node.name.value
        found = self.schema.get_field(cast(GraphQLCompositeType, parent_type), name)
        is_introspective = is_introspection_type(parent_type) or name in INTROSPECTION
        self.steps[place].points += MUTATION if parent_type is self.schema.mutation_type else 0
        if found is None or node.selection_set is None or not is_composite_type(get_named_type(found.type)):
            self.steps[place].leaves += 1
            self.steps[place].points += INTROSPECTED if is_introspective else 0
            return ()
        self.steps.append(Step(place, points=INTROSPECTED) if is_introspective else self._sized(place, node, found))
        return ((node.selection_set, get_named_type(found.type), len(self.steps) - 1),)

    def _sized(self, place: int, node: FieldNode, found: GraphQLField) -> Step:
        facet: Facet | None = found.extensions.get(FACET)
        given = _given(node)
        size = _size(node, facet.sizes) if facet is not None and facet.sizes is not None else None
        levels = _list_levels(found.type)
        step = Step(place, points=1, levels=max(0, levels - 1))
        if levels:
            step.times = size or given
            return step
        step.hands = size or given or UNSIZED
        return step


def _size(node: FieldNode, sizes: tuple[int, int]) -> Size:
    values = [one.value for one in node.arguments or () if one.name.value in ("first", "last")]
    literals = [int(one.value) for one in values if isinstance(one, IntValueNode)]
    names = tuple(one.name.value for one in values if isinstance(one, VariableNode))
    return Size(sizes[0], sizes[1], max(literals, default=None), names)


def _given(node: FieldNode) -> Given | None:
    """None where no argument can hold a list."""
    literal, names = 0, []
    waiting: list[ValueNode] = [one.value for one in node.arguments or ()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, ListValueNode):
            literal = max(literal, len(value.values))
            waiting.extend(value.values)
        elif isinstance(value, ObjectValueNode):
            waiting.extend(one.value for one in value.fields)
        elif isinstance(value, VariableNode):
            names.append(value.name.value)
    return Given(literal, tuple(names)) if literal or names else None


def _list_levels(kind: Any) -> int:
    levels = 0
    while is_list_type(kind) or is_non_null_type(kind):
        levels += is_list_type(kind)
        kind = kind.of_type
    return levels
