"""What a part may add where; each refusal names part, place, reason and cure."""

import difflib
from collections.abc import Mapping

from strawberry.types.base import get_object_definition

from guanxi.schema.part import Addition, TypeEntry
from guanxi.schema.problems import CompositionError
from guanxi.schema.roots import ROOTS


def check_addition(
    part: str,
    addition: Addition,
    owners: Mapping[tuple[type | str, str], str],
    entries: Mapping[type, tuple[str, TypeEntry]],
) -> None:
    """Raises: CompositionError when the name is taken or the target is no type of this schema."""
    target, name = addition.target, addition.field.python_name
    place = f"{target if isinstance(target, str) else target.__name__}.{name}"
    taken = owners.get((target, name))
    if taken is not None:
        raise CompositionError(part, place, f"is already added by {taken}", f"Choose another name ({addition.source}).")
    if isinstance(target, str):
        return
    definition = get_object_definition(target)
    if definition is None or target in ROOTS:
        raise CompositionError(
            part, place, "the target is no GraphQL type", f"Add to a declared type ({addition.source})."
        )
    if any(one.python_name == name for one in definition.fields):
        raise CompositionError(
            part, place, f"belongs to the type {definition.name} itself", f"Choose another name ({addition.source})."
        )
    if not definition.is_input and target not in entries:
        near = difflib.get_close_matches(definition.name, [cls.__name__ for cls in entries], n=1)
        raise CompositionError(
            part,
            place,
            f"no enabled part declares the type {definition.name}",
            f"Name its plugin in requires{f', or extend {near[0]}' if near else ''} ({addition.source}).",
        )
