"""A plugin's root field that breaks is reported, and tells the client nothing but whose it is."""

from typing import Any

import pytest
from toy_club import READ, RenameInput, RenamePayload
from toy_context import ask, context
from toy_sets import compose

from guanxi.schema.part import SchemaPart

broken = SchemaPart()
RENAME = 'mutation { breakName(input: {id: "per_%s"}) { seen } }' % ("03" * 16)


@broken.query(permission=READ)
async def break_it(ctx: Any) -> int:
    """Breaks."""
    raise ValueError("secret")


@broken.query(permission=READ)
def break_in_a_thread(ctx: Any) -> int:
    """Breaks in a thread."""
    raise SystemExit(3)


@broken.mutation(permission=READ)
async def break_name(ctx: Any, values: RenameInput) -> RenamePayload:
    """Breaks after writing."""
    raise ValueError("secret")


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ("{ breakIt }", "Query.breakIt"),
        ("{ breakInAThread }", "Query.breakInAThread"),
        (RENAME, "Mutation.breakName"),
    ],
)
async def test_a_broken_root_field_of_a_plugin_is_reported(document: str, place: str) -> None:
    schema = compose(broken=broken)
    ctx: Any = context(schema)

    answer = await ask(schema, document, ctx)

    assert [one.original_error.code for one in answer.errors] == ["PLUGIN_ERROR"]
    assert "secret" not in answer.errors[0].message
    assert [(plugin, where) for plugin, where, _ in ctx.platform.faults] == [("broken", place)]


async def test_a_broken_mutation_is_rolled_back() -> None:
    schema = compose(broken=broken)
    ctx: Any = context(schema)

    await ask(schema, RENAME, ctx)

    assert ctx.platform.steps == ["rolled back"]


async def test_the_cores_own_failure_is_no_fault_of_a_plugin() -> None:
    schema = compose("badges")
    ctx: Any = context(schema)

    answer = await ask(schema, '{ node(id: "per_%s") { id } }' % ("03" * 16), ctx)  # no rows are given: it breaks

    assert isinstance(answer.errors[0].original_error, IndexError)
    assert ctx.platform.faults == []
