"""The schema as text: descriptions, attribution, and nothing that every GraphQL server has anyway."""

import re
from typing import TYPE_CHECKING

from strawberry.printer import print_schema as print_strawberry
from strawberry.types.base import StrawberryObjectDefinition

if TYPE_CHECKING:
    from guanxi.schema.composed import ComposedSchema

HEAD = re.compile(r"^(type|interface|input) (\w+)([^{]*)", re.MULTILINE)


def print_schema(schema: "ComposedSchema") -> str:
    """SDL, types of plugins marked ``@plugin(name: "…")`` as their fields are."""
    owners = {
        made.name: part
        for made in schema.graphql.type_map.values()
        if isinstance(definition := made.extensions.get("strawberry-definition"), StrawberryObjectDefinition)
        and (part := schema.entries.get(definition.origin, ("core", None))[0]) in schema.plugins
    }

    def mark(match: re.Match[str]) -> str:
        kind, name, rest = match.groups()
        owner = owners.get(name)
        return match[0] if owner is None else f'{kind} {name}{rest.rstrip()} @plugin(name: "{owner}") '

    return HEAD.sub(mark, print_strawberry(schema)) + "\n"
