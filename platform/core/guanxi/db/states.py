"""Models as migrations leave them. Tortoise's own walk renders every model anew twice for each operation.

With sixty tables that is many seconds. Here tables that are created together are rendered once, and a copy of the
time before is made only where an operation may look at it.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import CreateModel, Operation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import ModelState, State

Key = tuple[str, str]


async def apply(migration: Migration, state: State, editor: BaseSchemaEditor) -> None:
    """Run a migration forwards; ``state`` is what it was before, and is brought to what it is after."""
    label = migration.app_label
    for group in _groups(migration):
        if isinstance(group[0], CreateModel):
            _create(label, group, state)
            before = state
        else:
            before = state.clone()
            group[0].state_forward(label, state)
        for one in group:
            await one.database_forward(label, before, state, editor)
    state.validate_relations_initialized()


def advance(migration: Migration, state: State) -> None:
    """Bring ``state`` to what it is after a migration, without a database."""
    for group in _groups(migration):
        if isinstance(group[0], CreateModel):
            _create(migration.app_label, group, state)
        else:
            group[0].state_forward(migration.app_label, state)


def _groups(migration: Migration) -> Iterator[list[Any]]:
    """Tables that are created one after the other together, every other operation by itself."""
    for is_created, group in groupby(migration.operations, lambda one: isinstance(one, CreateModel)):
        if is_created:
            yield list(group)
        else:
            yield from ([one] for one in group)


def _create(label: str, operations: Sequence[Operation], state: State) -> None:
    new: set[Key] = set()
    for one in operations:
        made = ModelState.make_from_model(label, one.model)  # type: ignore[attr-defined]  # all are CreateModel
        state.models[label, made.name] = made
        new.add((label, made.name))
    state.reload_models(
        new | {other for key in new for other in _references(state.models[key])} | _pointing(state, new)
    )


def _references(model: ModelState) -> set[Key]:
    names = [getattr(field, "model_name", None) for field in model.fields.values()]
    return {(app, name) for app, _, name in (str(one).partition(".") for one in names if one is not None)}


def _pointing(state: State, new: set[Key]) -> set[Key]:
    """Models that were created before what they point to."""
    return {key for key, one in state.models.items() if key not in new and _references(one) & new}
