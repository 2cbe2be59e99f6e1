"""A schema as text: descriptions, attribution, and nothing that every GraphQL server has anyway."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
)
from graphql.utilities.print_schema import (
    print_args,
    print_block,
    print_deprecated,
    print_description,
    print_directive,
    print_implemented_interfaces,
    print_input_value,
    print_type,
)

from guanxi.schema.facets import EVERYBODY, FACET, Facet

PLUGIN = GraphQLDirective(
    "plugin",
    [
        DirectiveLocation.OBJECT,
        DirectiveLocation.INTERFACE,
        DirectiveLocation.FIELD_DEFINITION,
        DirectiveLocation.INPUT_OBJECT,
        DirectiveLocation.INPUT_FIELD_DEFINITION,
        DirectiveLocation.ENUM,
        DirectiveLocation.ENUM_VALUE,
    ],
    args={"name": GraphQLArgument(GraphQLNonNull(GraphQLString), description="The plugin's id.")},
    description="The plugin that this belongs to.",
)
SEMANTIC_NON_NULL = GraphQLDirective(
    "semanticNonNull",
    [DirectiveLocation.FIELD_DEFINITION],
    args={
        "levels": GraphQLArgument(
            GraphQLList(GraphQLInt), default_value=[0], description="The levels of lists that this is true for."
        )
    },
    description="Null only where there is an error at this field.",
)
AUDIENCE = GraphQLDirective(
    "audience",
    [DirectiveLocation.FIELD_DEFINITION],
    args={"name": GraphQLArgument(GraphQLNonNull(GraphQLString), description="Who they are: shopper.")},
    description="Others than staff and integrations may use it, without its permission, for what is theirs.",
)
STEP_UP = GraphQLDirective(
    "stepUp",
    [DirectiveLocation.FIELD_DEFINITION],
    description="A person must have signed in within the last ten minutes, else STEP_UP_REQUIRED.",
)
DIRECTIVES = (PLUGIN, SEMANTIC_NON_NULL, AUDIENCE, STEP_UP)


def print_schema(schema: GraphQLSchema) -> str:
    """SDL, sorted by type, fields in the order of their declaration.

    Types of plugins, and what plugins add to types of others, are marked ``@plugin``.
    """
    directives = [print_directive(one) for one in schema.directives if not is_specified_directive(one)]
    types = sorted(
        (
            one
            for one in schema.type_map.values()
            if not is_introspection_type(one) and not is_specified_scalar_type(one)
        ),
        key=lambda one: one.name,
    )
    return "\n\n".join([*directives, *(_print(one) for one in types)]) + "\n"


def _print(made: GraphQLNamedType) -> str:
    if isinstance(made, GraphQLObjectType | GraphQLInterfaceType):
        kind = "type" if isinstance(made, GraphQLObjectType) else "interface"
        return _block(made, kind, print_implemented_interfaces(made), made.fields, _print_field)
    if isinstance(made, GraphQLInputObjectType):
        return _block(made, "input", " @oneOf" if made.is_one_of else "", made.fields, print_input_value)
    if isinstance(made, GraphQLEnumType):
        return _block(made, "enum", "", made.values, lambda name, one: name + print_deprecated(one.deprecation_reason))
    return print_type(made)


def _block(made: GraphQLNamedType, kind: str, suffix: str, members: Mapping[str, Any], write: Any) -> str:
    owner = _owner_of(made)
    lines = [
        print_description(one, "  ", not number) + "  " + write(name, one) + _attribution(_owner_of(one), owner)
        for number, (name, one) in enumerate(members.items())
    ]
    return f"{print_description(made)}{kind} {made.name}{suffix}{_attribution(owner, 'core')}{print_block(lines)}"


def _print_field(name: str, field: Any) -> str:
    facet = field.extensions.get(FACET)
    marks = _marks_of(facet) if isinstance(facet, Facet) else ""
    return f"{name}{print_args(field.args, '  ')}: {field.type}{marks}{print_deprecated(field.deprecation_reason)}"


def _marks_of(facet: Facet) -> str:
    semantic = " @semanticNonNull" if facet.never_none else ""
    step_up = " @stepUp" if facet.step_up else ""
    return semantic + step_up + "".join(f' @audience(name: "{one}")' for one in sorted(facet.audience - EVERYBODY))


def _owner_of(made: Any) -> str | None:
    facet = made.extensions.get(FACET)
    return None if facet is None else str(facet.owner)


def _attribution(owner: str | None, around: str | None) -> str:
    """Nothing where the type says it already."""
    return "" if owner is None or owner == around else f' @plugin(name: "{owner}")'
