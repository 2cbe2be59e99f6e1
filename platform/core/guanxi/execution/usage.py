"""Which parts of the schema an operation uses: fields, arguments, types, input fields and enum values."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from graphql import (
    ArgumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    get_named_type,
    type_from_ast,
)

from guanxi.execution.roots import Fragments
from guanxi.schema.facets import FACET

Used = tuple[str, Any]  # a coordinate, and what graphql-core has there


def list_used(schema: GraphQLSchema, fragments: Fragments, operation: OperationDefinitionNode) -> Iterator[Used]:
    """Everything that the document names, in its order. Looks at each fragment once."""
    root = schema.get_root_type(operation.operation)
    waiting: list[tuple[SelectionSetNode, GraphQLNamedType]] = [(operation.selection_set, root)] if root else []
    seen: set[str] = set()
    while waiting:
        selections, home = waiting.pop()
        for one in selections.selections:
            if isinstance(one, FieldNode):
                known = schema.get_field(cast(GraphQLCompositeType, home), one.name.value)
                if known is not None:
                    yield from _of_field(home, one, known)
                    waiting += [(one.selection_set, get_named_type(known.type))] if one.selection_set else []
            elif (fragment := _unseen(one, fragments, seen)) is not None:
                on = fragment.type_condition
                inner = schema.type_map[on.name.value] if on else home
                yield inner.name, inner
                waiting.append((fragment.selection_set, inner))


def list_owners(
    schema: GraphQLSchema, fragments: Fragments, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> frozenset[str]:
    """Whose parts an operation uses with these variables: ``core`` and ids of plugins."""
    used = [one for _, one in list_used(schema, fragments, operation)]
    for one in operation.variable_definitions or ():
        kind = type_from_ast(schema, one.type)
        used += [sent for _, sent in _of_json(variables.get(one.variable.name.value), get_named_type(kind))]
    facets = [one.extensions.get(FACET) for one in used]
    return frozenset(facet.owner for facet in facets if facet is not None)


def _unseen(
    one: SelectionNode, fragments: Fragments, seen: set[str]
) -> InlineFragmentNode | FragmentDefinitionNode | None:
    if isinstance(one, InlineFragmentNode):
        return one
    if not isinstance(one, FragmentSpreadNode) or one.name.value in seen:
        return None
    seen.add(one.name.value)
    return fragments[one.name.value]


def _of_field(home: GraphQLNamedType, node: FieldNode, known: Any) -> Iterator[Used]:
    coordinate = f"{home.name}.{node.name.value}"
    yield coordinate, known
    yield from _of_arguments(known.args, node.arguments, coordinate)


def _of_arguments(known: Mapping[str, Any], given: Iterable[ArgumentNode] | None, coordinate: str) -> Iterator[Used]:
    for one in given or ():
        argument = known.get(one.name.value)
        if argument is not None:
            yield f"{coordinate}({one.name.value}:)", argument
            yield from _of_value(one.value, get_named_type(argument.type))


def _of_value(node: ValueNode, kind: Any) -> Iterator[Used]:
    waiting: list[tuple[ValueNode, Any]] = [(node, kind)]
    while waiting:
        value, named = waiting.pop()
        if isinstance(value, ListValueNode):
            waiting.extend((one, named) for one in value.values)
        elif isinstance(value, EnumValueNode):
            yield from _of_member(value.value, named)
        elif isinstance(value, ObjectValueNode) and isinstance(named, GraphQLInputObjectType):
            for one in value.fields:
                known = named.fields.get(one.name.value)
                if known is not None:
                    yield f"{named.name}.{one.name.value}", known
                    waiting.append((one.value, get_named_type(known.type)))


def _of_json(sent: Any, kind: Any) -> Iterator[Used]:
    """What a variable's value names; ``kind`` is None where the variable's type is unknown."""
    waiting = [(sent, kind)]
    while waiting:
        value, named = waiting.pop()
        if isinstance(value, list):
            waiting.extend((one, named) for one in value)
        elif isinstance(value, str):
            yield from _of_member(value, named)
        elif isinstance(value, dict) and isinstance(named, GraphQLInputObjectType):
            for name in value.keys() & named.fields.keys():
                yield f"{named.name}.{name}", named.fields[name]
                waiting.append((value[name], get_named_type(named.fields[name].type)))


def _of_member(name: str, kind: Any) -> Iterator[Used]:
    member = kind.values.get(name) if isinstance(kind, GraphQLEnumType) else None
    if member is not None:
        yield f"{kind.name}.{name}", member
