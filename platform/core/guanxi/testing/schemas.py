"""The API as reviewed text: the core's schema, and what each plugin adds to it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from graphql import DefinitionNode, GraphQLSchema, is_introspection_type, is_specified_scalar_type, parse

from guanxi import app
from guanxi.db.database import Database
from guanxi.schema.composed import ComposedSchema
from guanxi.settings import Settings

KEYWORDS: Final = {
    "object_type_definition": "type",
    "interface_type_definition": "interface",
    "input_object_type_definition": "input",
    "enum_type_definition": "enum",
    "union_type_definition": "union",
}


async def compose(sets: Mapping[str, Iterable[str]]) -> dict[str, ComposedSchema]:
    """The schemas of sets of plugins, by the names of the sets. A plugin that does not load is left out."""
    settings = Settings(database_url="sqlite://:memory:", plugin_dirs=[])
    host = app.build_host(settings)
    db = Database(settings, [*app.CORE_APPS, *host.apps()], role="owner")
    await db.open()
    try:
        with db.bound():
            host.compose_all()
            return {name: host.compose(ids) for name, ids in sets.items()}
    finally:
        await db.close()


def added(base: str, extended: str) -> str:
    """What one SDL has beyond another: definitions and extensions that lead from ``base`` to ``extended``."""
    known = {_name(one): one for one in parse(base).definitions}
    parts = (_added_part(known.get(_name(one)), one) for one in parse(extended).definitions)
    return "\n\n".join(part for part in parts if part) + "\n"


def undescribed(schema: GraphQLSchema) -> list[str]:
    """The coordinates of whatever says nothing about itself."""
    return [place for place, one in _described_things(schema) if not (one.description or "").strip()]


def _described_things(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    for directive in schema.directives:
        yield f"@{directive.name}", directive
        yield from ((f"@{directive.name}({name}:)", one) for name, one in directive.args.items())
    for made in schema.type_map.values():
        if not is_introspection_type(made) and not is_specified_scalar_type(made):
            yield made.name, made
            yield from _described_members(made)


def _described_members(made: Any) -> Iterator[tuple[str, Any]]:
    for name, one in [*getattr(made, "fields", {}).items(), *getattr(made, "values", {}).items()]:
        place = f"{made.name}.{name}"
        yield place, one
        yield from ((f"{place}({argument}:)", it) for argument, it in getattr(one, "args", {}).items())


def _added_part(known: DefinitionNode | None, definition: DefinitionNode) -> str:
    if known is None:
        return _source(definition)
    old_interfaces, old_members = _parts(known)
    interfaces, members = _parts(definition)
    new_interfaces = [text for name, text in interfaces.items() if name not in old_interfaces]
    new_members = [text for name, text in members.items() if name not in old_members]
    if not new_interfaces and not new_members:
        return ""
    implements = f" implements {' & '.join(new_interfaces)}" if new_interfaces else ""
    head = f"extend {KEYWORDS[definition.kind]} {_name(definition)}{implements}"
    if definition.kind == "union_type_definition":
        return f"{head} = {' | '.join(new_members)}"
    return f"{head} {{\n{_indented(new_members)}\n}}" if new_members else head


def _parts(definition: Any) -> tuple[dict[str, str], dict[str, str]]:
    """The interfaces and the members of a definition, each as it is written, by name."""
    listed: Sequence[Any] = [
        one for name in ("fields", "values", "types") for one in getattr(definition, name, None) or ()
    ]
    interfaces = getattr(definition, "interfaces", None) or ()
    return {_name(one): _source(one) for one in interfaces}, {_name(one): _source(one) for one in listed}


def _name(node: Any) -> str:
    mark = "@" if node.kind == "directive_definition" else ""
    return f"{mark}{node.name.value}"


def _source(node: Any) -> str:
    """The text that a node was parsed from."""
    return str(node.loc.source.body[node.loc.start : node.loc.end])


def _indented(members: Sequence[str]) -> str:
    return "\n\n".join(f"  {one}" for one in members)
