"""Which deprecated fields, arguments, input fields and enum values an operation uses."""

from graphql import GraphQLSchema, OperationDefinitionNode

from guanxi.execution.roots import Fragments
from guanxi.execution.usage import list_used


def list_deprecations(
    schema: GraphQLSchema, fragments: Fragments, operation: OperationDefinitionNode
) -> list[dict[str, str]]:
    """``{coordinate, reason}`` of each, in the order of first use."""
    found: dict[str, str] = {}
    for coordinate, one in list_used(schema, fragments, operation):
        reason = getattr(one, "deprecation_reason", None)  # types have none
        if reason is not None:
            found.setdefault(coordinate, reason)
    return [{"coordinate": name, "reason": reason} for name, reason in found.items()]
