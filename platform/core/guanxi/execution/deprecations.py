"""Which deprecated fields, arguments, input fields and enum values an operation uses."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from graphql import (
    ArgumentNode,
    EnumValueNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    get_named_type,
)

from guanxi.execution.roots import Fragments


def list_deprecations(
    schema: GraphQLSchema, fragments: Fragments, operation: OperationDefinitionNode
) -> list[dict[str, str]]:
    """``{coordinate, reason}`` of each, in the order of first use. Looks at each definition once."""
    found: dict[str, str] = {}
    for home, node in _fields(schema, fragments, operation):
        known = schema.get_field(cast(GraphQLCompositeType, home), node.name.value)
        if known is None:
            continue
        coordinate = f"{home.name}.{node.name.value}"
        if known.deprecation_reason is not None:
            found.setdefault(coordinate, known.deprecation_reason)
        found |= {
            name: said for name, said in _of_arguments(known.args, node.arguments, coordinate) if name not in found
        }
    return [{"coordinate": name, "reason": reason} for name, reason in found.items()]


def _fields(
    schema: GraphQLSchema, fragments: Fragments, operation: OperationDefinitionNode
) -> Iterator[tuple[GraphQLNamedType, FieldNode]]:
    root = schema.get_root_type(operation.operation)
    waiting: list[tuple[SelectionSetNode, GraphQLNamedType]] = [(operation.selection_set, root)] if root else []
    seen: set[str] = set()
    while waiting:
        selections, home = waiting.pop()
        for one in selections.selections:
            if isinstance(one, FieldNode):
                yield home, one
                known = schema.get_field(cast(GraphQLCompositeType, home), one.name.value)
                if one.selection_set is not None and known is not None:
                    waiting.append((one.selection_set, get_named_type(known.type)))
            elif isinstance(one, InlineFragmentNode):
                on = one.type_condition
                waiting.append((one.selection_set, schema.type_map[on.name.value] if on else home))
            elif isinstance(one, FragmentSpreadNode) and one.name.value not in seen:
                seen.add(one.name.value)
                inner = fragments[one.name.value]
                waiting.append((inner.selection_set, schema.type_map[inner.type_condition.name.value]))


def _of_arguments(
    known: dict[str, Any], given: Iterable[ArgumentNode] | None, coordinate: str
) -> Iterator[tuple[str, str]]:
    for one in given or ():
        argument = known.get(one.name.value)
        if argument is None:
            continue
        if argument.deprecation_reason is not None:
            yield f"{coordinate}({one.name.value}:)", argument.deprecation_reason
        yield from _of_value(one.value, argument.type)


def _of_value(node: ValueNode, kind: GraphQLInputType) -> Iterator[tuple[str, str]]:
    waiting: list[tuple[ValueNode, Any]] = [(node, get_named_type(kind))]
    while waiting:
        value, named = waiting.pop()
        if isinstance(value, ListValueNode):
            waiting.extend((one, named) for one in value.values)
        elif isinstance(value, EnumValueNode) and isinstance(named, GraphQLEnumType):
            yield from _said(named.values.get(value.value), f"{named.name}.{value.value}")
        elif isinstance(value, ObjectValueNode) and isinstance(named, GraphQLInputObjectType):
            for one in value.fields:
                known = named.fields.get(one.name.value)
                yield from _said(known, f"{named.name}.{one.name.value}")
                waiting.extend([(one.value, get_named_type(known.type))] if known is not None else ())


def _said(known: Any, coordinate: str) -> Iterator[tuple[str, str]]:
    if known is not None and known.deprecation_reason is not None:
        yield coordinate, known.deprecation_reason
