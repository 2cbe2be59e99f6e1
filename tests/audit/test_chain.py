"""Entries are chained and signed after they were written, and any tampering is found with its place."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from guanxi import audit
from guanxi.audit import chain
from guanxi.audit.models import AuditEntry, AuditHead
from guanxi.audit.sealer import Sealer
from guanxi.context import Context
from guanxi.db import statements
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.testing import counts

Tampering = Callable[[Database, AuditEntry], Awaitable[object]]


async def write(ctx: Context, count: int) -> None:
    """Some deeds."""
    async with ctx.transaction():
        for number in range(count):
            await audit.record(ctx, action="tests.thing.done", subject=f"thg_{number}", details={"n": number})


async def test_a_deed_that_is_rolled_back_was_not_done(ctx: Context) -> None:
    with suppress(ZeroDivisionError):
        async with ctx.transaction():
            await audit.record(ctx, action="tests.thing.done")
            raise ZeroDivisionError

    assert await AuditEntry.all().count() == 0


async def test_a_deed_costs_one_statement_and_waits_for_no_place(ctx: Context) -> None:
    async with ctx.transaction():
        with statements.counting() as asked:
            await audit.record(ctx, action="tests.thing.done", details={"who": uuid7(), "what": ["a", 1, None]})

    assert asked.count == 1
    assert await audit.verify() == audit.Report(0, 1, f"0:{chain.beginning_of(ctx.merchant.id).hex()}")


@pytest.mark.parametrize("value", [1.5, object(), b"x"])
async def test_details_that_the_databases_would_give_back_differently_are_refused(value: object, ctx: Context) -> None:
    with pytest.raises(TypeError, match="details of the audit"):
        await audit.record(ctx, action="tests.thing.done", details={"x": value})


async def test_sealed_entries_have_places_without_gaps_and_a_signed_head(db: Database, ctx: Context) -> None:
    await write(ctx, 3)
    assert await audit.seal_entries(db) == 3
    await write(ctx, 2)
    assert await audit.seal_entries(db) == 2

    report = await audit.verify()

    assert (report.sealed, report.unsealed, report.fault) == (5, 0, None)
    assert [row.details["n"] for row in await AuditEntry.all().order_by("position")] == [0, 1, 2, 0, 1]
    assert report.head.startswith("5:")


async def test_several_sealers_and_writers_make_one_chain(db: Database, ctx: Context) -> None:
    size = counts.scaled(40, minimum=8)

    await asyncio.gather(*(write(ctx, 2) for _ in range(size)), *(audit.seal_entries(db) for _ in range(size)))
    await audit.seal_entries(db)

    report = await audit.verify()
    assert (report.sealed, report.unsealed, report.fault) == (2 * size, 0, None)


async def test_the_sealer_of_a_process_signs_what_it_wrote(db: Database, ctx: Context) -> None:
    sealer = Sealer(db)
    sealer.start()
    await write(ctx, 3)

    async with asyncio.timeout(20):
        while (await audit.verify()).sealed < 3:  # noqa: ASYNC110 - the sealer tells nobody
            await asyncio.sleep(0.05)
    await write(ctx, 1)
    await sealer.stop()

    assert (await audit.verify()).sealed == 4


async def _set(db: Database, row: AuditEntry, column: str, value: object) -> None:
    await db.execute(f'UPDATE "audit_entry" SET "{column}" = ?1 WHERE "id" = ?2', [value, row.id])


async def _delete(db: Database, row: AuditEntry) -> None:
    await db.execute('DELETE FROM "audit_entry" WHERE "id" = ?1', [row.id])


async def _cut(db: Database, row: AuditEntry) -> None:
    await db.execute('DELETE FROM "audit_entry" WHERE "position" >= ?1', [row.position])


async def _insert_before(db: Database, row: AuditEntry) -> None:
    """A forged entry takes the place, all from there on move up."""
    await _shift(db, row.position or 0)
    await db.execute(
        'INSERT INTO "audit_entry" (id, merchant_id, at, actor, action, details, request_id, mark, position, link)'
        " SELECT ?1, merchant_id, at, actor, action, details, request_id, mark, ?2, link"
        ' FROM "audit_entry" WHERE id = ?3',
        [uuid7(), row.position, row.id],
    )


async def _swap(db: Database, row: AuditEntry) -> None:
    other = await AuditEntry.get(position=(row.position or 0) - 1 or 2)
    for one, place in ((row, None), (other, row.position), (row, other.position)):
        await _set(db, one, "position", place)


async def _shift(db: Database, position: int) -> None:
    for sign, by in (("-", 1), ("-", 0)):  # through negative places: the index is unique
        await db.execute(
            f'UPDATE "audit_entry" SET "position" = {sign}"position" - {by} WHERE abs("position") >= {position}'
        )


TAMPERINGS: dict[str, Tampering] = {
    "alter action": lambda db, row: _set(db, row, "action", "tests.thing.undone"),
    "alter actor": lambda db, row: _set(db, row, "actor", "token:t2"),
    "alter subject": lambda db, row: _set(db, row, "subject", None),
    "alter details": lambda db, row: _set(db, row, "details", '{"n": -1}'),
    "alter mark": lambda db, row: _set(db, row, "mark", bytes(16)),
    "alter link": lambda db, row: _set(db, row, "link", bytes(32)),
    "delete": _delete,
    "cut off": _cut,
    "insert": _insert_before,
    "reorder": _swap,
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_tampering_with_any_entry_is_found_at_its_place(tampering: str, db: Database, ctx: Context) -> None:
    size = counts.scaled(1_000, minimum=20)
    await write(ctx, size)
    await audit.seal_entries(db)
    rows = await AuditEntry.all().order_by("position")

    for row in rows if counts.is_soaking() else [rows[0], rows[size // 2], rows[-1]]:
        with suppress(ZeroDivisionError):
            async with db.transaction():
                await TAMPERINGS[tampering](db, row)
                fault = (await audit.verify()).fault
                raise ZeroDivisionError
        place = row.position or 0
        wanted = {place, place - 1} if tampering == "reorder" and place > 1 else {place}
        assert fault is not None, place
        assert fault.position in wanted, fault


async def test_a_chain_computed_anew_without_the_keys_is_found(db: Database, ctx: Context) -> None:
    await write(ctx, 3)
    await audit.seal_entries(db)
    rows = await AuditEntry.all().order_by("position")
    rows[2].action = "tests.thing.undone"
    link = chain.link_of(bytes(rows[1].link or b""), 3, rows[2])
    await rows[2].save()
    await _set(db, rows[2], "link", link)
    await AuditHead.filter(slot=1).update(link=link)

    fault = (await audit.verify()).fault

    assert fault == audit.Fault(3, "the installation did not write this entry")


async def test_a_head_that_is_forged_or_gone_is_found(db: Database, ctx: Context) -> None:
    await write(ctx, 3)
    await audit.seal_entries(db)
    last = await AuditEntry.get(position=3)
    await last.delete()
    two = await AuditEntry.get(position=2)

    await AuditHead.filter(slot=1).update(position=2, link=two.link)
    forged = (await audit.verify()).fault
    await AuditHead.filter(slot=1).delete()
    gone = (await audit.verify()).fault

    assert forged == audit.Fault(2, "the head's signature does not fit the chain")
    assert gone is not None
    assert gone.position == 1


async def test_an_entry_that_somebody_else_wrote_is_never_signed(db: Database, ctx: Context) -> None:
    await write(ctx, 1)
    entry = await AuditEntry.get()
    await entry.clone(pk=uuid7()).save(force_create=True)

    assert await audit.seal_entries(db) == 1

    report = await audit.verify()
    assert (report.sealed, report.unsealed) == (1, 1)
    assert report.fault is not None
    assert "did not write the unsealed entry" in report.fault.reason


async def test_a_personal_value_stands_in_details_as_a_reference_only(ctx: Context) -> None:
    word = audit.reference(ctx, "ann@example.com")

    assert (len(word), word == audit.reference(ctx, "ann@example.com")) == (24, True)
    assert word != hashlib.sha256(b"ann@example.com").hexdigest()[:24]
