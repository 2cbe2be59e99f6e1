"""No call of one merchant, whatever it asks by, shows or changes anything of another's, or tells that it is there."""

import random
import statistics
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fuzz_answers import codes_of, comparable
from fuzz_documents import SHALLOW
from fuzz_probes import Probe, list_probes, new_judge
from fuzz_registry import ROOTS, unmapped
from fuzz_rows import owned_tables
from fuzz_shops import ROLES
from fuzz_unfiltered import unfiltered
from fuzz_walk import Target
from fuzz_world import World
from graphql import is_composite_type

from guanxi.testing.counts import is_soaking, scaled

together = pytest.mark.asyncio(loop_scope="module")
# Columns of texts that every merchant writes alike, so that they cannot carry a mark.
VOCABULARY = {
    f"{table}.{column}"
    for table, columns in {
        "api_token": ("created_by", "public_id"),
        "audit_entry": ("action", "actor", "request_id", "subject"),
        "audit_head": ("key_id",),
        "consent": ("channel", "purpose", "state"),
        "consent_entry": ("actor", "channel", "purpose", "state"),
        "contact_point": ("collected", "invalid_reason", "kind", "postcode", "street"),
        "credential": ("public_id",),
        "custom_field": ("kind",),
        "custom_value": ("choice", "collected", "currency"),
        "customer": ("gender", "lifecycle", "locale", "timezone"),
        "customer_merge": ("merged_by", "unmerged_by"),
        "customer_moved_row": ("part",),
        "dead_letter": ("code", "path", "reason"),
        "dismissed_pair": ("dismissed_by",),
        "execution_idempotency_record": ("body", "digest", "principal"),
        "execution_registered_document": ("document_id", "registered_by"),
        "file": ("created_by", "media_type", "place", "purpose", "sha256", "state"),
        "file_export": ("format", "kind", "started_by", "state", "where"),
        "file_import": ("encoding", "file_hash", "kind", "options_hash", "started_by", "state"),
        "import_problem": ("code", "column", "near"),
        "import_run": ("file_hash", "preset", "state", "error"),
        "interaction": ("actor", "channel", "currency", "kind", "mode"),
        "invitation": ("public_id", "secret_hash"),
        "job": ("kind", "state"),
        "kpi_target": ("metric", "period"),
        "legal_hold": ("lifted_by", "placed_by"),
        "membership_program": ("currency", "status"),
        "merchant": ("currency", "document_mode", "locale", "timezone"),
        "note": ("author", "subject_ref"),
        "notification": ("kind",),
        "outbox_delivery": ("error", "plugin", "state"),
        "outbox_event": ("name",),
        "plugin_enablement": ("plugin", "state"),
        "post": ("layer", "scope"),
        "privacy_erasure": ("digest", "erased_by"),
        "privacy_request": ("kind", "state"),
        "retention_rule": ("privacy_class",),
        "segment": ("kind",),
        "session": ("key_hash", "public_id", "rights"),
        "shopper_key": ("public_id",),
        "source": ("mode", "old_salt", "salt"),
        "source_batch": ("digest",),
        "staff_member": ("state",),
        "task": ("created_by", "state", "subject_ref"),
        "webhook_delivery": ("state", "topic"),
    }.items()
    for column in columns
}
# Where it makes no difference by which id one asks: what statistics leave out anyway, what is done later, and lists
# that are empty for all but one type.
MAKES_NO_DIFFERENCE = {
    "interactionStats": ("voidsId", "voidedById"),
    "startExport": ("input",),
    "startImport": ("file",),
    "notes": ("subject",),
    "setCustomFields": ("reference",),
}
TIMED, ROUNDS = 200, 4


@together
async def test_every_root_field_and_id_argument_says_what_it_stands_for(shared: World) -> None:
    assert unmapped(shared.targets) == []


@together
async def test_every_readable_field_is_read(shared: World) -> None:
    covered = set().union(*(shared.document(target).covered for target in shared.targets))

    types = [one for one in shared.schema.graphql.type_map.values() if is_composite_type(one) and one.name[:2] != "__"]
    fields = {f"{one.name}.{name}" for one in types for name in one.fields}

    assert {one for one in fields - covered if not one.endswith("Payload.query")} == set()


@together
async def test_every_table_of_the_other_merchant_has_rows_and_every_text_carries_its_mark(shared: World) -> None:
    rows = shared.rows["ZB"]
    texts = {
        f"{model._meta.db_table}.{name}"
        for app in shared.opened.db.known_apps.values()
        for model in app.values()
        for name, field in model._meta.fields_map.items()
        if field.field_type is str and model._meta.db_table in rows
    }

    plain = {one for one in texts if not _is_marked(rows[one.partition(".")[0]], one.partition(".")[2])}

    assert [table for table in owned_tables(shared.opened.db) if not rows[table]] == []
    assert sorted(plain - VOCABULARY) == []


@together
async def test_an_administrator_succeeds_with_values_of_its_own(shared: World) -> None:
    wrong = {}
    for target in _taken_back(shared):
        document = shared.document(target)
        answer, _ = await shared.try_out(shared.a, "admin", document, shared.values(shared.a).of(document, {}))
        if codes_of(answer) != ROOTS[target.root].expects:
            wrong[str(target)] = answer.errors or answer.data

    assert wrong == {}


@together
async def test_each_id_makes_a_difference(shared: World) -> None:
    """Else a probe with another merchant's id would prove nothing."""
    judge, probes = await new_judge(shared), [one for one in await list_probes(shared) if _asks_by_one_id(one)]

    idle = [
        str(probe)
        for probe in random.sample(probes, scaled(len(probes)))
        if await judge.answer(probe, "admin", "own") == await judge.answer(probe, "admin", "missing")
    ]

    assert "\n".join(idle) == ""


@together
async def test_nothing_of_another_merchant_is_seen_told_apart_or_changed(shared: World) -> None:
    judge = await new_judge(shared)

    for probe, role in _chosen(await list_probes(shared)):
        await judge.try_probe(probe, role)

    assert "\n".join(map(str, judge.faults)) == ""
    assert judge.calls > 300


@together
async def test_the_walls_of_the_database_hold_without_the_application(shared: World) -> None:
    judge, probes = await new_judge(shared), await list_probes(shared)
    is_whole = shared.opened.db.dialect == "postgres"

    with unfiltered(shared.opened.db) as rewritten:
        for probe, role in _chosen([one for one in probes if is_whole or one.target.operation == "query"], 60):
            await judge.try_probe(probe, role)

    assert "\n".join(map(str, judge.faults)) == ""
    assert rewritten.count > 100


@together
async def test_the_wall_of_sqlite_refuses_writes_without_the_application(shared: World) -> None:
    """Reads inside a write transaction pass by SQLite's walls, so only what changes is looked at here."""
    judge = await new_judge(shared)
    probes = [one for one in await list_probes(shared) if one.target.operation == "mutation" and one.names_things]

    with unfiltered(shared.opened.db):
        for probe in random.sample(probes, scaled(len(probes))):
            await judge.try_probe(probe, "admin")

    assert [one for one in judge.faults if one.startswith("(c)")] == []


async def test_counts_aggregates_and_cursors_stay_while_another_merchant_grows(world: World) -> None:
    before = await _everything(world)

    await world.double()

    assert await _everything(world) == before


@pytest.mark.soak
@together
async def test_an_id_of_another_merchant_takes_no_more_time_than_one_that_never_was(shared: World) -> None:
    """Medians within 20 %; one that is off must be so again and again, for others use the machine too."""
    probes = [one for one in await list_probes(shared) if _asks_by_one_id(one) and one.target.operation == "query"]
    probes = random.sample(probes, 20)

    for _ in range(ROUNDS):
        ratios = {probe: await _time_ratio(shared, probe) for probe in probes}
        probes = [probe for probe, one in ratios.items() if not 1 / 1.2 < one < 1.2]

    assert {str(one): ratios[one] for one in probes} == {}


async def _time_ratio(world: World, probe: Probe) -> float:
    document = world.document(probe.target, SHALLOW)
    sent = {which: world.values(world.a).of(document, probe.given(which)) for which in ("foreign", "missing")}
    took: dict[str, list[float]] = {which: [] for which in sent}
    for _ in range(TIMED):
        for which in random.sample(sorted(sent), 2):
            started = time.perf_counter()
            await world.ask(world.a, "admin", document, sent[which])
            took[which].append(time.perf_counter() - started)
    return statistics.median(took["foreign"]) / statistics.median(took["missing"])


async def _everything(world: World) -> dict[str, str]:
    """All that an administrator of A reads without asking for anything in particular."""
    found = {}
    for target in world.targets:
        if target.operation == "query":
            document = world.document(target)
            answer = await world.ask(world.a, "admin", document, world.values(world.a).of(document, {}))
            found[str(target)] = comparable(answer, (), world.known)
    return found


def _is_marked(rows: list[dict[str, Any]], column: str) -> bool:
    return any("zb" in str(row[column]).lower() for row in rows)


def _taken_back(world: World) -> Iterator[Target]:
    return (one for one in world.targets if one.operation != "subscription" and not ROOTS[one.root].alone)


def _asks_by_one_id(probe: Probe) -> bool:
    if any(str(one.own).startswith("mer_") for one in probe.values.values()):
        return False  # a merchant is no node, not even one's own
    names = MAKES_NO_DIFFERENCE.get(probe.target.root, ())
    is_idle = any(name in probe.positions[0].place for name in names)
    return probe.has_ids and len(probe.positions) == 1 and not is_idle


def _chosen(probes: list[Probe], at_least: int = 100) -> Iterator[tuple[Probe, str]]:
    """All with every role when soaking; else all names of each target at once, and some places one by one."""
    if is_soaking():
        yield from ((probe, role) for probe in probes for role in ROLES)
        return
    together = [one for one in probes if len(one.positions) > 1]
    alone = random.sample([one for one in probes if len(one.positions) == 1], at_least)
    yield from ((probe, role) for probe in together for role in ROLES)
    yield from ((probe, random.choice(ROLES)) for probe in alone)
