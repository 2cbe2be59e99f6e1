"""What a table refuses, the same on both databases; on SQLite by checks, on PostgreSQL by its types."""

from typing import Any
from uuid import UUID

import pytest
from tea_points.models import Account
from tea_shop.models import Customer
from tortoise.exceptions import IntegrityError, OperationalError

from guanxi.db import tables
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for

NOTE = "INSERT INTO note (id, text, number) VALUES (?1, ?2, ?3)"


async def refused(db: Database, sql: str, params: list[Any]) -> bool:
    try:
        async with db.transaction():
            await db.execute(sql, params)
    except OperationalError:
        return True
    return False


@pytest.mark.parametrize(
    "values",
    [
        [b"too short", "a", 0],
        [UUID(int=1), "a" * 81, 0],
        [UUID(int=1), "a", -1],
        [UUID(int=1), "a", "many"],
        [UUID(int=1), "a", 1 << 70],
        [UUID(int=1), None, 0],
        [UUID(int=1), "\ud800", 0],
    ],
    ids=["no uuid", "too long", "declared rule", "no number", "too large", "null", "surrogate"],
)
async def test_a_value_of_the_wrong_kind_is_refused(db: Database, values: list[Any]) -> None:
    assert await refused(db, NOTE, values)
    assert await db.fetch("SELECT 1 AS found FROM note") == []


async def test_lengths_count_characters(db: Database) -> None:
    assert not await refused(db, NOTE, [UUID(int=1), "茶" * 80, 0])


INTERACTION = (
    "INSERT INTO interaction (id, merchant_id, customer_id, kind, happened_at, facts) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
)


@pytest.mark.parametrize(
    ("happened_at", "facts"),
    [
        ("2026-11-11", "{}"),
        ("2026-11-11 12:00:00+00:00", "{}"),
        ("2026-11-11 12:00:00.000000+08:00", "{}"),
        ("2026-11-11 12:00:00.000000+00:00", "{"),
        (1794398400, "{}"),
    ],
)
@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_sqlite_takes_canonical_texts_only(db: Database, tea: UUID, happened_at: Any, facts: str) -> None:
    with acting_for(tea):
        ann = await Customer.create(name="ann")

        assert await refused(db, INTERACTION, [uuid7(), tea, ann.id, "VISIT", happened_at, facts])
        good = ["2026-11-11 12:00:00.000000+00:00", '{"a": 1}']
        assert not await refused(db, INTERACTION, [uuid7(), tea, ann.id, "VISIT", *good])


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_every_sqlite_table_is_strict_and_a_merchants_is_clustered_by_merchant(db: Database) -> None:
    rows = await db.fetch("SELECT name, sql FROM main.sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*'")
    texts = {row["name"]: row["sql"] for row in rows}

    assert all("STRICT" in text for text in texts.values())
    assert "WITHOUT ROWID" in texts["customer"]
    assert 'PRIMARY KEY ("merchant_id", "id")' in texts["customer"]
    assert "WITHOUT ROWID" not in texts["note"]


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM customer WHERE merchant_id = ?1 AND id > ?2 ORDER BY id LIMIT 50",
        "SELECT * FROM customer WHERE merchant_id = ?1 AND id = ?2",
    ],
)
async def test_reading_by_merchant_and_id_uses_the_cluster(db: Database, tea: UUID, sql: str) -> None:
    with acting_for(tea):
        plan = await db.fetch(f"EXPLAIN QUERY PLAN {sql}", [tea, UUID(int=1)])

    assert ["PRIMARY KEY" in row["detail"] for row in plan] == [True]


INDEXES = {
    "sqlite": "SELECT sql AS line FROM main.sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgres": "SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'",
}


async def test_a_reference_that_no_declared_index_finds_gets_one(db: Database) -> None:
    """Without it each deleted parent would cost a scan of all merchants' children."""
    lines = [row["line"].replace('"', "") for row in await db.fetch(INDEXES[db.dialect])]

    assert len([line for line in lines if "ref_interaction_referrer_id" in line]) == 1
    assert not [line for line in lines if "ref_interaction_customer_id" in line or "ref_points_account" in line]


async def test_a_declared_rule_holds_on_both(db: Database, tea: UUID) -> None:
    with acting_for(tea):
        ann = await Customer.create(name="ann")
        account = await Account.create(customer=ann, balance=1)

        with pytest.raises(IntegrityError, match="balance_is_not_negative"):
            await Account.filter(id=account.id).update(balance=-1)


async def test_the_same_phone_may_be_known_to_two_merchants(db: Database, tea: UUID, coffee: UUID) -> None:
    for merchant in (tea, coffee):
        with acting_for(merchant):
            await Customer.create(name="ann", phone="1")

    with acting_for(tea), pytest.raises(IntegrityError):
        await Customer.create(name="ben", phone="1")


@pytest.mark.parametrize(
    ("value", "sqlite", "postgres"),
    [
        (True, "1", "TRUE"),
        (7, "7", "7"),
        ("it's", "'it''s'", "'it''s'"),
        (b"\x01", "X'01'", "'\\x01'::bytea"),
        (UUID(int=1), "X'00000000000000000000000000000001'", "'00000000-0000-0000-0000-000000000001'"),
        ({"a": 1}, "'{\"a\": 1}'", "'{\"a\": 1}'"),
    ],
)
def test_a_value_becomes_sql_text(value: Any, sqlite: str, postgres: str) -> None:
    assert tables.literal(value, postgres=False) == sqlite
    assert tables.literal(value, postgres=True) == postgres
