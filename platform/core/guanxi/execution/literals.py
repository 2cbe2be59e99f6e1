"""An input value as a GraphQL literal, to be kept and read again by the schema of whoever reads it."""

from typing import Any, cast

from graphql import GraphQLError, GraphQLInputType, Undefined, parse_value, print_ast
from graphql.utilities import ast_from_value, value_from_ast

from guanxi.context import Context
from guanxi.errors import GuanxiError, Text
from guanxi.execution import errors


def write(ctx: Context, type_name: str, value: Any) -> str:
    """The literal of a value of an input type that the operation's schema has taken."""
    node = ast_from_value(value, _type(ctx, type_name))
    return print_ast(node) if node is not None else "{}"


def read(ctx: Context, type_name: str, text: str) -> dict[str, Any]:
    """The value of a literal. Raises: BadUserInputError where it is none, perhaps because the schema has changed."""
    try:
        value = value_from_ast(parse_value(text), _type(ctx, type_name))
    except (GraphQLError, GuanxiError):
        value = Undefined
    if value is Undefined or not isinstance(value, dict):
        raise errors.bad_input(
            Text("The filter cannot be read.", "筛选条件无法读取。"),
            Text("Send it again.", "请重新设置筛选条件。"),
            "where",
        )
    return value


def _type(ctx: Context, name: str) -> GraphQLInputType:
    return cast(GraphQLInputType, ctx.schema.graphql.type_map[name])
