"""What a part may add where; each refusal names part, place, reason and cure."""

import difflib
from collections.abc import Mapping
from functools import partial
from typing import Any

from strawberry.types.base import get_object_definition

from guanxi.permissions import Permission
from guanxi.schema.catalog import declaration_of
from guanxi.schema.declare import Amount, Batch, Namespace, Relation, Root
from guanxi.schema.enums import Member, OpenEnum
from guanxi.schema.part import Addition, SchemaPart, TypeEntry
from guanxi.schema.problems import Place

Owners = Mapping[tuple[type | str, str], str]
Entries = Mapping[type, tuple[str, TypeEntry]]


def place_of(part: str, addition: Addition) -> Place:
    """Where a part adds a field."""
    target = addition.target if isinstance(addition.target, str) else addition.target.__name__
    return Place(part, f"{target}.{addition.field.python_name}", partial(str, addition.source))


def check_types(parts: Mapping[str, SchemaPart]) -> None:
    """Raises: CompositionError when two parts declare types of one name."""
    known: dict[str, tuple[str, str]] = {}
    for part, said in parts.items():
        for entry in said.types:
            definition = get_object_definition(entry.cls, strict=True)
            _check_shopper_fields(part, entry, {one.python_name for one in definition.fields})
            name = definition.name
            if name in known:
                other, source = known[name]
                raise Place(part, name, partial(str, entry.source)).wrong(
                    f"has the name of a type of {other} ({source})", "Start the name with your plugin's noun."
                )
            known[name] = (part, entry.source)


def _check_shopper_fields(part: str, entry: TypeEntry, names: set[str]) -> None:
    for one in entry.shopper_fields:
        if one not in names:
            raise Place(part, f"{entry.cls.__name__}.{one}", partial(str, entry.source)).wrong(
                "is for shoppers, but the type has no such field of its own", "Name one of its fields in Python."
            )


def check_addition(part: str, addition: Addition, owners: Owners, entries: Entries) -> None:
    """Raises: CompositionError when the name is taken, the target unknown or no permission declared."""
    target, name = addition.target, addition.field.python_name
    place = place_of(part, addition)
    taken = owners.get((target, name))
    if taken is not None:
        raise place.wrong(f"is already added by {taken}", "Choose another name.")
    _check_permission(place, declaration_of(addition.field))
    if not isinstance(target, str):
        _check_target(place, target, name, entries)


def _check_permission(place: Place, said: Any) -> None:
    permission = said.permission if isinstance(said, Root | Batch | Relation | Namespace | Amount) else None
    is_needed = isinstance(said, Root | Batch)
    if (is_needed or permission is not None) and not isinstance(permission, Permission):
        raise place.wrong(
            f"asks for {permission!r}, which is no declared permission",
            "Say permission=Permission('plugin.resource.verb', …).",
        )


def _check_target(place: Place, target: type, name: str, entries: Entries) -> None:
    definition = get_object_definition(target)
    if definition is None:
        raise place.wrong("is added to a class that is no GraphQL type", "Add to a declared type.")
    if any(one.python_name == name for one in definition.fields):
        raise place.wrong(f"belongs to the type {definition.name} itself", "Choose another name.")
    if not definition.is_input and target not in entries:
        near = difflib.get_close_matches(definition.name, [cls.__name__ for cls in entries], n=1)
        raise place.wrong(
            f"extends {definition.name}, which no enabled part declares",
            f"Name its plugin in requires{f', or extend {near[0]}' if near else ''}.",
        )


def members_of(enum: type[OpenEnum], parts: Mapping[str, SchemaPart]) -> dict[str, tuple[Member[Any], str]]:
    """The members of an open enum, each with the part that adds it. Raises: CompositionError on a name twice."""
    found: dict[str, tuple[Member[Any], str]] = {m.name: (m, "core") for m in enum.core_members()}
    for part, said in parts.items():
        for owner, member in said.members:
            if owner is enum and member.name in found:
                raise Place(part, f"{enum.__name__}.{member.name}", partial(str, member.source)).wrong(
                    f"is already a member, of {found[member.name][1]}", "Choose another name."
                )
            if owner is enum:
                found[member.name] = (member, part)
    return found
