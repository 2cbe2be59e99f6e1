"""What an operation does at its root: its fields, what mutations need, and which deprecated things it uses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from guanxi.execution.steps import FACET
from guanxi.schema.facets import Facet

Fragments = Mapping[str, FragmentDefinitionNode]


@dataclass(slots=True)
class RootField:
    """One member of the answer's ``data``; several selections of one name are one field."""

    response_name: str
    name: str
    needs_key: bool
    takes_key: bool
    selected: set[str] = field(default_factory=set)  # names of fields asked of what it returns


def list_roots(schema: GraphQLSchema, fragments: Fragments, operation: OperationDefinitionNode) -> list[RootField]:
    """The root fields in the order of the document."""
    home = schema.get_root_type(operation.operation)
    found: dict[str, RootField] = {}
    for node in flatten(operation.selection_set, fragments):
        known = home.fields.get(node.name.value) if home is not None else None
        facet: Facet | None = known.extensions.get(FACET) if known is not None else None
        response_name = node.alias.value if node.alias else node.name.value
        needs, takes = (facet.needs_key, facet.takes_key) if facet else (False, True)
        root = found.setdefault(response_name, RootField(response_name, node.name.value, needs, takes))
        if node.selection_set is not None:
            root.selected |= {one.name.value for one in flatten(node.selection_set, fragments)}
    return list(found.values())


def flatten(selections: SelectionSetNode, fragments: Fragments) -> Iterator[FieldNode]:
    """The fields of one level, each fragment once, in the order of the document."""
    seen: set[str] = set()
    waiting = [iter(selections.selections)]
    while waiting:
        one = next(waiting[-1], None)
        if one is None:
            waiting.pop()
        elif isinstance(one, FieldNode):
            yield one
        elif isinstance(one, InlineFragmentNode):
            waiting.append(iter(one.selection_set.selections))
        elif isinstance(one, FragmentSpreadNode) and one.name.value not in seen:
            seen.add(one.name.value)
            waiting.append(iter(fragments[one.name.value].selection_set.selections))
