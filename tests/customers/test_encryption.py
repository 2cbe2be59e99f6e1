"""Contact points are ciphertext wherever they are kept, and found all the same; keys are rotated under load."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from tortoise.exceptions import OperationalError

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.crypto import UnreadableError, add_key
from guanxi.customers import permissions, service
from guanxi.customers.models import ContactPoint, CustomerKey
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.service import NewCustomer
from guanxi.db import connecting, migrations, resealing
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import Sealed, uuid7
from guanxi.db.merchant import acting_for
from guanxi.settings import Settings
from guanxi.testing import counts

PHONE, EMAIL, STREET = "13800009917", "canary-zq77@example.com", "金丝雀路九十九弄"
CANARIES = [PHONE, "+86" + PHONE, EMAIL, STREET]
CHILD = Path(__file__).with_name("sealed_rows.py")


async def add_canary(ctx: Context, name: str = "鸟") -> Any:
    contacts = [NewContact("phone", PHONE), NewContact("email", EMAIL)]
    contacts.append(
        NewContact("address", province="上海", city="上海", district="徐汇", street=STREET, postcode="200030")
    )
    return await service.create_customer(ctx, NewCustomer({"display_name": name}, contacts))


async def test_no_contact_value_stands_in_clear_in_the_database_its_log_or_a_backup(
    ctx: Context, database_settings: Settings, tmp_path: Path
) -> None:
    row = await add_canary(ctx)
    [points] = await service.contact_points_of(ctx, [row.id])
    await service.update_contact_point(ctx, points[0].id, {"source": "app"})

    kept = await stored(database_settings, tmp_path)

    assert "鸟".encode() in kept  # names are clear-searchable, so the search finds what is there
    assert [canary for canary in CANARIES if canary.encode() in kept] == []


async def test_a_customer_is_found_by_phone_and_by_email_in_any_spelling(ctx: Context) -> None:
    row = await add_canary(ctx)

    for key in ({"phone": "+86 138-0000-9917"}, {"email": EMAIL.upper()}):
        found = await service.find_customer(ctx, **key)
        assert found is not None
        assert found.id == row.id
    assert await service.find_customer(ctx, phone="13800009918") is None


async def test_a_changed_value_is_found_by_its_new_form_only(ctx: Context) -> None:
    row = await add_canary(ctx)
    [points] = await service.contact_points_of(ctx, [row.id])

    await service.update_contact_point(ctx, points[0].id, {"value": "13900001234"})

    assert await service.find_customer(ctx, phone=PHONE) is None
    assert await service.find_customer(ctx, phone="13900001234") == row


async def test_a_value_that_was_moved_to_another_row_past_the_application_is_refused(
    db: Database, ctx: Context
) -> None:
    row = await add_canary(ctx)
    one, two, _ = await ContactPoint.filter(customer_id=row.id).order_by("id")

    await db.execute(
        'UPDATE "contact_point" SET value = (SELECT value FROM "contact_point" WHERE id = ?1) WHERE id = ?2',
        [one.id, two.id],
    )

    with pytest.raises(UnreadableError, match=r"contact_point\.value"):
        await ContactPoint.get(id=two.id)


async def test_contact_points_go_with_their_customers_key_and_may_change_hands_before(ctx: Context) -> None:
    here, there = await add_canary(ctx), await add_canary(ctx, "雀")
    await ContactPoint.filter(customer_id=here.id).update(customer_id=there.id)
    [points] = await service.contact_points_of(ctx, [there.id])
    assert [point.value for point in points].count(EMAIL) == 2

    await CustomerKey.filter(customer_id=here.id).delete()

    [points] = await service.contact_points_of(ctx, [there.id])
    assert sorted(point.value is None for point in points) == [False] * 3 + [True] * 3


async def test_an_encrypted_column_cannot_be_compared_or_set_past_its_row(ctx: Context) -> None:
    await add_canary(ctx)

    with pytest.raises(OperationalError, match="blind index"):
        await ContactPoint.filter(value=EMAIL)
    with pytest.raises(OperationalError, match="blind index"):
        await ContactPoint.filter(kind="email").update(value="x")
    assert {repr(one) for one in await ContactPoint.all().values_list("value", flat=True)} == {"<sealed>"}
    assert isinstance(await ContactPoint.filter(kind="email").first().values_list("value", flat=True), Sealed)


async def test_many_customers_at_once_get_one_key_each(ctx: Context) -> None:
    row = await service.create_customer(ctx, NewCustomer({"display_name": "独"}))

    async def add(number: int) -> None:
        await service.add_contact_point(ctx, row.id, NewContact("phone", f"138000010{number:02}"))

    await asyncio.gather(*(add(number) for number in range(8)))

    assert await CustomerKey.filter(customer_id=row.id).count() == 1
    assert len((await service.contact_points_of(ctx, [row.id]))[0]) == 8


async def test_rows_that_were_clear_are_sealed_by_the_migration_and_opened_by_its_undoing(
    database_settings: Settings, tmp_path: Path
) -> None:
    async with _opened(Database(database_settings, APPS, role="owner")) as owner:
        await migrations.undo(owner, "customers", "0002_owner_post")
        await _insert_clear(owner)
        await migrations.migrate(owner)
    sealed = await stored(database_settings, tmp_path)
    await _find_it(database_settings)
    async with _opened(Database(database_settings, APPS, role="owner")) as owner:
        await migrations.undo(owner, "customers", "0002_owner_post")

    assert [canary for canary in CANARIES if canary.encode() in sealed] == []
    assert EMAIL.encode() in await stored(database_settings, tmp_path)


MERCHANT, CUSTOMER = uuid7(), uuid7()
APPS = [App(name, f"guanxi.{name}.models", f"guanxi.{name}.migrations") for name in ("staff", "customers")]


async def _insert_clear(db: Database) -> None:
    """A customer as the version before encryption wrote it."""
    at = "2026-01-01 00:00:00.000000+00:00"
    moment: Any = datetime.fromisoformat(at) if db.dialect == "postgres" else at
    if db.dialect == "postgres":
        for table in ("customer", "contact_point"):
            await db.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
    await db.execute(
        'INSERT INTO "customer" (id, merchant_id, display_name, is_lunar_birthday, lifecycle, version, created_at,'
        " updated_at) VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?6)",
        [CUSTOMER, MERCHANT, "鸟", False, "lead", moment],
    )
    rows = [("phone", PHONE, "+86" + PHONE, None), ("email", EMAIL, EMAIL, None), ("address", STREET, None, STREET)]
    for kind, value, normalised, street in rows:
        await db.execute(
            'INSERT INTO "contact_point" (id, merchant_id, customer_id, kind, value, normalised, is_valid,'
            " is_verified, is_preferred, is_service_number, street, collected, created_at)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?8, ?9, ?10, ?11)",
            [uuid7(), MERCHANT, CUSTOMER, kind, value, normalised, True, False, street, "direct", moment],
        )
    if db.dialect == "postgres":
        for table in ("customer", "contact_point"):
            await db.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')


async def _find_it(settings: Settings) -> None:
    db = Database(settings, APPS)
    async with _opened(db):
        shop = open_context(db, MERCHANT)
        with acting_for(MERCHANT):
            found = await service.find_customer(shop, phone=PHONE)
            assert found is not None
            [points] = await service.contact_points_of(shop, [found.id])
            assert [point.value for point in points] == [PHONE, EMAIL, STREET]


@asynccontextmanager
async def _opened(db: Database) -> AsyncIterator[Database]:
    await db.open()
    try:
        with db.bound():
            yield db
    finally:
        await db.close()


def open_context(db: Database, merchant_id: UUID) -> Context:
    platform: Any = db  # transactions are all that is asked of it
    actor = Actor("token", "t", frozenset({permissions.READ_CUSTOMERS, permissions.READ_CONTACTS}))
    return Context(Principal(MerchantRef(merchant_id, "tea", "Tea"), actor), platform, "r1")


async def test_a_rotation_that_is_killed_goes_on_and_no_read_fails_meanwhile(
    db: Database, ctx: Context, database_settings: Settings
) -> None:
    size = counts.scaled(400, minimum=40)
    for number in range(size):
        await service.create_customer(
            ctx, NewCustomer({"display_name": str(number)}, [NewContact("phone", f"1380001{number:04}")])
        )
    add_key(db.keys.file)
    kills, is_done, reads = 0, False, 0

    while not is_done:
        child = subprocess.Popen(
            [
                sys.executable,
                str(CHILD),
                "reseal",
                database_settings.database_url,
                str(db.keys.file),
                ctx.merchant.id.hex,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        with child.stdout:
            assert child.stdout.readline() == "begun\n"
            before = await resealing.count_old(db)
            while child.poll() is None:
                reads += await _read_some(ctx, size)
                if kills < 3 and await resealing.count_old(db) < before:
                    os.kill(child.pid, signal.SIGKILL)
                    kills += 1
                    break
            is_done = child.wait() == 0
    assert (kills > 0, reads > 0) == (True, True)
    assert await resealing.count_old(db) == 0
    assert await _read_some(ctx, size, step=1) == size


async def _read_some(ctx: Context, size: int, step: int = 17) -> int:
    """Find customers by phone, and add one; every read must succeed."""
    for number in range(0, size, step):
        found = await service.find_customer(ctx, phone=f"1380001{number:04}")
        assert found is not None, number
        assert found.display_name == str(number)
        [[point]] = await service.contact_points_of(ctx, [found.id])
        assert point.value == f"1380001{number:04}"
    return len(range(0, size, step))


async def stored(settings: Settings, folder: Path) -> bytes:
    """Every byte that is kept: SQLite's file, its log and a backup; PostgreSQL's rows, read past the walls."""
    if settings.database_url.startswith("sqlite://"):
        file = Path(settings.database_url.removeprefix("sqlite://"))
        backup = folder / "backup.db"
        with sqlite3.connect(file) as source, sqlite3.connect(backup) as target:
            source.backup(target)
        places = [file, backup, *file.parent.glob(f"{file.name}-*")]
        return b"".join(place.read_bytes() for place in places)
    known = connecting.connection_of(settings, "owner")["credentials"]
    connection = await asyncpg.connect(**{name: known[name] for name in ("host", "port", "user", "database")})
    try:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return "\n".join([await _rows(connection, row["tablename"]) for row in names]).encode()
    finally:
        await connection.close()


async def _rows(connection: asyncpg.Connection, table: str) -> str:
    """Texts inside bytes are shown as texts."""
    await connection.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
    await connection.execute("SET bytea_output = 'escape'")
    rows = await connection.fetch(f'SELECT t::text AS row FROM "{table}" t')
    await connection.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    return "\n".join(row["row"] for row in rows)
