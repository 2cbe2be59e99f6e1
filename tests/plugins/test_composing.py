"""One schema per set of plugins: composed once, off the loop, and kept within bounds."""

import asyncio
import threading
import time
from typing import Any

import pytest

from guanxi import app
from guanxi.errors import ConflictError
from guanxi.plugins import composing, enablement
from guanxi.plugins.composing import Composition, Compositions
from guanxi.schema.composed import ComposedSchema
from guanxi.schema.part import SchemaPart

PART = """
READ = Permission("{id}.thing.read", "See things", "查看")
schema = SchemaPart()

@schema.batch(Customer, permission=READ)
async def {field}(customers: list[Customer], ctx) -> list[int | None]:
    \"\"\"A number.\"\"\"
    return [1] * len(customers)

@hookimpl
def schema_part():
    return schema
"""


async def test_fifty_who_ask_at_once_get_one_composition_and_nobody_waits_on_the_loop(house: Any) -> None:
    for number in range(3):
        await house.add(f"p{number}", PART.format(id=f"p{number}", field=f"field_{number}"))
    made = 0
    compose = house.host.compositions.compose

    def counting(ids: tuple[str, ...]) -> Composition:
        nonlocal made
        made += 1
        assert threading.current_thread().name.startswith("guanxi-compose")
        return compose(ids)

    house.host.compositions.compose = counting
    schemas = await asyncio.gather(*(house.platform.schema_for(["p2", "p0", "p1"]) for _ in range(50)))

    assert (made, len({id(one) for one in schemas})) == (1, 1)


def test_the_same_parts_are_one_schema_also_for_another_host() -> None:
    core = app.core_parts()

    assert composing.schema_of(core, {}) is composing.schema_of(dict(core), {})
    assert composing.schema_of(core, {"mine": SchemaPart()}) is not composing.schema_of(core, {"mine": SchemaPart()})


async def test_the_order_of_asking_does_not_matter_and_strangers_are_left_out(house: Any) -> None:
    for name in ("a", "b"):
        await house.add(name, PART.format(id=name, field=f"field_{name}"))

    first = await house.host.schema_for(["b", "a", "stranger"])

    assert await house.host.schema_for(["a", "b"]) is first
    assert list(first.plugins) == ["a", "b"]


async def test_of_two_plugins_that_clash_the_later_one_is_left_out_and_what_requires_it(house: Any) -> None:
    await house.add("a", PART.format(id="a", field="number"))
    await house.add("b", PART.format(id="b", field="number"))
    await house.add("c", requires=("b",))
    await house.add("d", PART.format(id="d", field="other"))

    composition = await house.host.composition_for(["a", "b", "c", "d"])

    assert list(composition.schema.plugins) == ["a", "d"]
    assert [(one.plugin, one.reason) for one in composition.faults] == [
        ("b", "It is already added by a."),
        ("c", "It requires b, which did not load."),
    ]


async def test_a_clash_is_refused_before_it_can_take_a_field_from_anybody(house: Any, shop: Any) -> None:
    await house.add("b", PART.format(id="b", field="number"))
    await house.add("a", PART.format(id="a", field="number"))
    await shop.enable("b")

    with pytest.raises(ConflictError, match="is already added by a"):
        await shop.enable("a")

    assert "number: Int" in (await shop.ctx()).schema.sdl()
    assert house.host.faults == {}, "for all others there is no clash"


async def test_a_clash_that_came_with_an_update_is_shown_to_those_it_concerns(
    house: Any, shop: Any, other: Any
) -> None:
    for name in ("a", "b"):
        await house.add(name, PART.format(id=name, field="number"))
    with shop.acting():
        for name in ("a", "b"):
            await enablement.set_state(await shop.ctx(), name, None, enablement.ENABLED)

    assert [one.reason for one in await shop.faults("b")] == ["It is already added by a."]
    assert await shop.faults("a") == await other.faults("b") == []


async def test_only_the_sets_used_last_are_kept(house: Any) -> None:
    made: list[tuple[str, ...]] = []
    empty = Composition(ComposedSchema(house.host.core, {}, composing.reads.bind))

    def compose(ids: tuple[str, ...]) -> Composition:
        made.append(ids)
        return empty

    kept = Compositions(compose, kept=2)
    for ids in (("a",), ("b",), ("a",), ("c",), ("a",), ("b",)):
        await kept.get(ids)

    assert made == [("a",), ("b",), ("c",), ("b",)]
    assert len(kept) == 2


async def test_a_composition_that_failed_is_tried_again_and_a_cancelled_asker_disturbs_nobody() -> None:
    answers: list[Any] = [LookupError(), "made"]

    def compose(_ids: tuple[str, ...]) -> Any:
        time.sleep(0.05)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    compositions = Compositions(compose)
    with pytest.raises(LookupError):
        await compositions.get(("a",))
    impatient = asyncio.create_task(compositions.get(("a",)))
    await asyncio.sleep(0)
    patient = asyncio.create_task(compositions.get(("a",)))
    await asyncio.sleep(0)
    impatient.cancel()

    assert await patient == "made"


async def test_a_plugin_that_another_process_found_is_looked_for_here(house: Any, shop: Any, source_of: Any) -> None:
    (house.folder / "fresh.py").write_text(source_of("fresh", PART.format(id="fresh", field="fresh")))
    with shop.acting():
        await enablement.set_state(await shop.ctx(), "fresh", None, enablement.ENABLED)

    ctx = await shop.ctx()

    assert "fresh: Int" in ctx.schema.sdl()


async def test_a_plugin_that_is_nowhere_is_sought_once_and_all_else_is_served(
    house: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans = 0
    discover = house.host.discover

    def counting() -> Any:
        nonlocal scans
        scans += 1
        return discover()

    monkeypatch.setattr(house.host, "discover", counting)

    for _ in range(3):
        schema = await house.platform.schema_for({"vanished"})

    assert (scans, list(schema.plugins)) == (1, [])
