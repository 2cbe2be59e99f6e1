"""Rows that could not be taken wait, are retried after a correction, or dropped; mappings are checked."""

from typing import Any

import orjson
import pytest

from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.errors import BadUserInputError, ConflictError
from guanxi.interactions.models import Interaction
from guanxi.sources import service
from guanxi.sources.models import DeadLetter
from guanxi.sources.service import Retried, SourceChanges

VISITS: dict[str, Any] = {
    "customer": {"external_id": {"path": "who"}, "display_name": {"path": "who"}},
    "facts": [
        {
            "kind": "visit",
            "external_id": {"path": "no"},
            "occurred_at": {"path": "at", "unit": "seconds"},
        }
    ],
}
CREATE = """mutation ($i: CreateSourceInput!) { createSource(input: $i) {
    secret source { id name version mapping { place path unit } deadLetters { nodes { code path reason row tries } } }
    errors { code path } } }"""
UPDATE = """mutation ($i: UpdateSourceInput!) { updateSource(input: $i) { source { version } errors { code path } } }"""
RETRY = """mutation ($i: DeadLettersInput!) { retryDeadLetters(input: $i) { taken refused errors { code } } }"""
ROWS = [{"who": "a", "no": 1, "at": 1793500000}, {"who": "b", "no": 2, "at": "2026-11-01T09:00:00"}]


async def send(ctx: Context, rows: Any, id_: str = "m1") -> service.Receipt:
    source = await service.find_source("visits")
    assert source is not None
    return await service.receive(ctx, source, id_, orjson.dumps(rows))


async def test_rows_are_read_again_after_the_mapping_was_corrected(ctx: Context) -> None:
    source = await service.create_source(ctx, "visits", SourceChanges(mapping=VISITS))
    assert [one.position for one in (await send(ctx, ROWS)).refusals] == [1]
    assert await service.retry_dead_letters(ctx, source.id) == Retried(0, 1)
    assert (await DeadLetter.get()).tries == 2

    [fact] = VISITS["facts"]
    corrected = {**VISITS, "facts": [{**fact, "occurred_at": {"path": "at", "unit": "time"}}]}
    await service.update_source(ctx, source.id, SourceChanges(mapping=corrected), expected_version=1)

    assert await service.retry_dead_letters(ctx, source.id) == Retried(1, 0)
    assert await service.retry_dead_letters(ctx, source.id) == Retried(0, 0)
    assert await Interaction.all().order_by("external_id").values_list("external_id", flat=True) == ["1", "2"]
    assert (await Customer.all().count(), await DeadLetter.all().count()) == (2, 0)


async def test_many_wrong_rows_cost_few_tries(ctx: Context) -> None:
    await service.create_source(ctx, "visits", SourceChanges(mapping=VISITS))
    rows = [{"who": f"w{n}", "no": n, "at": 1793500000 if n % 10 else -1} for n in range(40)]

    receipt = await send(ctx, rows)

    assert [one.position for one in receipt.refusals] == [0, 10, 20, 30]
    assert (await Customer.all().count(), await Interaction.all().count()) == (36, 36)


async def test_rows_are_dropped_when_told(ctx: Context) -> None:
    source = await service.create_source(ctx, "visits", SourceChanges(mapping=VISITS))
    await send(ctx, [1, 2])

    assert await service.discard_dead_letters(ctx, source.id) == 2
    assert await DeadLetter.all().count() == 0


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"customer": {"external_id": {"path": "a b"}}}, "external_id"),
        ({"customer": {"external_id": {"path": "a;DROP"}}}, "external_id"),
        ({**VISITS, "zone": "Mars/Base"}, "zone"),
        ({**VISITS, "facts": VISITS["facts"] * 11}, "facts"),
        ({**VISITS, "more": 1}, "more"),
        ({}, "customer"),
    ],
)
async def test_a_wrong_mapping_is_refused_at_its_place(ctx: Context, wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(BadUserInputError) as caught:
        await service.create_source(ctx, "visits", SourceChanges(mapping=wrong))

    assert caught.value.path[0] == "mapping"
    assert place in caught.value.path


async def test_names_and_presets_are_checked(ctx: Context) -> None:
    await service.create_source(ctx, "visits", SourceChanges(mapping=VISITS))

    with pytest.raises(ConflictError, match="of this name"):
        await service.create_source(ctx, "visits", SourceChanges(mapping=VISITS))
    for name, changes in (
        ("A b", SourceChanges(preset="jd")),
        ("x", SourceChanges(preset="ebay")),
        ("y", SourceChanges()),
    ):
        with pytest.raises(BadUserInputError):
            await service.create_source(ctx, name, changes)


async def test_a_client_makes_reads_and_corrects_a_source(ask: Any, ctx: Context) -> None:
    mapping: dict[str, Any] = {
        "customer": {"externalId": {"path": "who"}, "displayName": {"path": "who"}},
        "facts": [{"kind": "visit", "externalId": {"path": "no"}, "occurredAt": {"path": "at", "unit": "SECONDS"}}],
    }
    made = (await ask(CREATE, i={"name": "visits", "mapping": mapping}))["createSource"]
    await send(ctx, ROWS)

    assert made["secret"].startswith("whsec_")
    assert {"place": "facts.0.occurred_at", "path": "at", "unit": "seconds"} in made["source"]["mapping"]
    id_, version = made["source"]["id"], made["source"]["version"]
    found = await ask("{ sources { nodes { name deadLetters { nodes { code row tries } } } } }")
    assert found["sources"]["nodes"][0]["deadLetters"]["nodes"] == [
        {"code": "BAD_USER_INPUT", "row": ROWS[1], "tries": 1}
    ]
    mapping["facts"][0]["occurredAt"]["unit"] = "TIME"
    changed = await ask(UPDATE, i={"id": id_, "expectedVersion": version, "mapping": mapping})
    stale = await ask(UPDATE, i={"id": id_, "expectedVersion": version, "title": "x"})
    assert (changed["updateSource"]["source"]["version"], stale["updateSource"]["errors"][0]["code"]) == (2, "CONFLICT")
    assert (await ask(RETRY, i={"id": id_}))["retryDeadLetters"] == {"taken": 1, "refused": 0, "errors": []}
