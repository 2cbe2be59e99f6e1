"""A plugin's batch function may fail in any way: it costs its own field, once, and is reported once."""

import asyncio
import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any

import pytest
from toy_club import READ, Person, club
from toy_desk import Desk

from guanxi.errors import BadUserInputError, Text
from guanxi.execution import reads
from guanxi.schema.catalog import camel
from guanxi.schema.composed import ComposedSchema
from guanxi.schema.part import SchemaPart

LEAK: ContextVar[str] = ContextVar("leak", default="clean")


async def raising(people: list[Person], ctx: Any) -> list[str]:
    raise ValueError("secret text")


async def exiting(people: list[Person], ctx: Any) -> list[str]:
    sys.exit(3)


def exiting_in_a_thread(people: list[Person], ctx: Any) -> list[str]:
    sys.exit(3)


async def short(people: list[Person], ctx: Any) -> list[str]:
    return ["x"]


async def no_list(people: list[Person], ctx: Any) -> list[str]:
    wrong: Any = 7
    return wrong


async def hanging(people: list[Person], ctx: Any) -> list[str]:
    await asyncio.sleep(60)
    return []


def hanging_in_a_thread(people: list[Person], ctx: Any) -> list[str]:
    time.sleep(0.5)
    return []


async def refusing(people: list[Person], ctx: Any) -> list[str]:
    raise BadUserInputError(Text("No.", "不。"))


@pytest.fixture
def with_batch(desk: Desk) -> Callable[[Any], Desk]:
    """The desk with a plugin whose one batch field is this function; it may take 0.1 s."""

    def made(function: Any) -> Desk:
        part = SchemaPart()
        part.batch(Person, permission=READ)(function)
        desk.schema = ComposedSchema({"club": club}, {"mine": part}, partial(reads.bind, batch_seconds=0.1))
        return desk

    return made


def ask(function: Any) -> str:
    return f"{{ people {{ nodes {{ name odd: {camel(function.__name__)} }} }} }}"


@pytest.mark.parametrize(
    "function", [raising, exiting, exiting_in_a_thread, short, no_list, hanging, hanging_in_a_thread]
)
async def test_a_failure_of_any_kind_nulls_the_field_alone_and_is_reported_once(
    with_batch: Callable[[Any], Desk], function: Any
) -> None:
    desk = with_batch(function)
    await desk.people({"name": "Ann"}, {"name": "Bob"})

    result = await asyncio.wait_for(desk.result(ask(function)), 10)

    assert result.data["people"]["nodes"] == [{"name": "Ann", "odd": None}, {"name": "Bob", "odd": None}]
    assert [one.original_error.code for one in result.errors] == 2 * ["PLUGIN_ERROR"]
    assert all("secret" not in one.message for one in result.errors)
    assert [(plugin, place) for plugin, place, _ in desk.platform.faults] == [
        ("mine", f"Person.{camel(function.__name__)}")
    ]


async def test_an_expected_failure_passes_and_is_no_fault(with_batch: Callable[[Any], Desk]) -> None:
    desk = with_batch(refusing)
    await desk.people({})

    assert await desk.codes(ask(refusing)) == ["BAD_USER_INPUT"]
    assert desk.platform.faults == []


async def test_an_exception_in_place_of_a_value_fails_that_parent_alone(with_batch: Callable[[Any], Desk]) -> None:
    async def some(people: list[Person], ctx: Any) -> list[str | Exception]:
        return ["good", ValueError("a"), BadUserInputError(Text("No.", "不。")), ValueError("b")]

    desk = with_batch(some)
    await desk.people(*({} for _ in range(4)))

    result = await desk.result(ask(some))

    assert [one["odd"] for one in result.data["people"]["nodes"]] == ["good", None, None, None]
    assert [one.original_error.code for one in result.errors] == ["PLUGIN_ERROR", "BAD_USER_INPUT", "PLUGIN_ERROR"]
    assert len(desk.platform.faults) == 1


async def test_a_sync_function_does_not_hold_the_loop(with_batch: Callable[[Any], Desk]) -> None:
    def slow(people: list[Person], ctx: Any) -> list[str]:
        time.sleep(0.05)
        return ["x" for _ in people]

    desk = with_batch(slow)
    await desk.people({})
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    ticking = asyncio.create_task(tick())
    found = await desk.ask(ask(slow))
    ticking.cancel()

    assert found["people"]["nodes"][0]["odd"] == "x"
    assert ticks > 5


async def test_what_a_function_changes_in_its_context_is_lost(with_batch: Callable[[Any], Desk]) -> None:
    async def changing(people: list[Person], ctx: Any) -> list[str]:
        ctx.principal, ctx.schema = None, None
        LEAK.set("leaked")
        return ["x" for _ in people]

    desk = with_batch(changing)
    await desk.people({})

    found = await desk.ask("{ people { nodes { changing visits { totalCount } } } again: people { totalCount } }")

    assert found["again"] == {"totalCount": 1}
    assert LEAK.get() == "clean"


async def test_equal_parents_at_two_places_are_two_parents(desk: Desk) -> None:
    await desk.people({"karma": 4})

    found = await desk.ask("{ a: people { nodes { shine } } b: people { nodes { shine } } }")

    assert found == {"a": {"nodes": [{"shine": 4}]}, "b": {"nodes": [{"shine": 4}]}}
