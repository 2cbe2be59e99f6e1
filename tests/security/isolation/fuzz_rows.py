"""What a merchant owns, row by row: what must never be seen by another one, and whether anything of it changed."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fuzz_shops import Shop

from guanxi.customers.rules import masks
from guanxi.db import sealing
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for

# The value stands first in conditions here, so that ``unfiltered`` leaves them alone.
# Tables of the platform that name a merchant's rows by another column than merchant_id.
PLATFORM = {"merchant": "id", **dict.fromkeys(("credential", "session", "invitation", "shopper_key"), "home_id")}
SHORTEST, SMALLEST = 4, 1_000_000
NAME = re.compile(r"[a-z]+\.[a-z_]+")  # of a fact or a kind of job: the same for everybody
Rows = dict[str, list[dict[str, Any]]]


def owned_tables(db: Database) -> dict[str, str]:
    """Every table that holds rows of merchants, with the column that says whose."""
    models = [model for app in db.known_apps.values() for model in app.values()]
    tables = {one._meta.db_table: "merchant_id" for one in models if "merchant_id" in one._meta.db_fields}
    return tables | PLATFORM


async def read_rows(db: Database, shop: Shop) -> Rows:
    """All rows of a shop, which is bound, by table, opened; inside a transaction what it has written so far."""
    found: Rows = {}
    models = {model._meta.db_table: model for app in db.known_apps.values() for model in app.values()}
    for table, column in owned_tables(db).items():
        # On SQLite a name with its schema passes by the wall, so that nothing of the other merchant is hidden.
        name = f'main."{table}"' if db.dialect == "sqlite" else f'"{table}"'
        key = "public_id" if column == "home_id" else "id"
        found[table] = await db.fetch(f"SELECT * FROM {name} WHERE ?1 = {column} ORDER BY {key}", [shop.merchant.id])
        if sealing.encrypted_columns(models[table]):
            await sealing.open_records(db.fetch, models[table], found[table])
    return found


async def fingerprint(db: Database, shop: Shop) -> dict[str, str]:
    """Each table's rows in one text. Works inside another merchant's transaction, which keeps its own binding."""
    if db.dialect == "postgres" and db.in_transaction:
        before = await db.fetch("SELECT current_setting('app.merchant_id', true) AS bound")
        await _bind(db, str(shop.merchant.id))
        rows = await db.fetch(_fingerprint_sql(db), [shop.merchant.id])
        await _bind(db, before[0]["bound"] or "")
    else:
        with acting_for(shop.merchant.id):
            async with db.reading():
                rows = await db.fetch(_fingerprint_sql(db), [shop.merchant.id])
    return {row["name"]: row["written"] for row in rows}


def _fingerprint_sql(db: Database) -> str:
    """One statement for all tables: it runs twice for each mutation that is tried."""
    models = {model._meta.db_table: model for app in db.known_apps.values() for model in app.values()}
    parts = []
    for table, column in owned_tables(db).items():
        if db.dialect == "postgres":
            rows = f'SELECT string_agg(t::text, chr(10) ORDER BY t::text) FROM "{table}" t WHERE ?1 = t.{column}'
        else:
            columns = "||','||".join(f'quote("{one}")' for one in models[table]._meta.db_fields)
            rows = f'SELECT group_concat({columns}, char(10)) FROM main."{table}" WHERE ?1 = {column}'
        parts.append(f"SELECT '{table}' AS name, ({rows}) AS written")
    return " UNION ALL ".join(parts)


async def _bind(db: Database, merchant: str) -> None:
    await db.fetch("SELECT set_config('app.merchant_id', ?1, true) AS bound", [merchant])


@dataclass(frozen=True)
class Secrets:
    """All that one shop holds and the other does not, as it would look in an answer."""

    texts: tuple[str, ...]

    def seen_in(self, text: str, supplied: Iterable[str] = ()) -> list[str]:
        """Those that stand in a text and were not put there by whoever asked."""
        text = text.lower()
        for one in supplied:
            text = text.replace(one.lower(), "…")
        return [one for one in self.texts if one in text]


def secrets_of(mine: Rows, theirs: Rows, year: int) -> Secrets:
    """What ``mine`` gives away. Words that both use, like the names of states, give nothing away."""
    known = set(_values(theirs))
    texts = {one for one in _values(mine) if one not in known}
    marked_first = sorted({*texts, f"{year}-"}, key=lambda one: (not one.startswith("zb"), one))
    return Secrets(tuple(marked_first))


def _values(rows: Rows) -> Iterator[str]:
    for table in rows.values():
        for row in table:
            for value in row.values():
                yield from _written(value)


def _written(value: Any) -> Iterator[str]:
    """A value as JSON may show it, in lower case."""
    if isinstance(value, bytes | UUID):
        yield from _written_bytes(value.hex() if isinstance(value, bytes) else value.hex)
    elif isinstance(value, int) and abs(value) >= SMALLEST:
        yield str(value)
    elif isinstance(value, datetime | date):
        yield value.isoformat()
    elif isinstance(value, dict | list):
        for one in (*value, *value.values()) if isinstance(value, dict) else value:
            yield from _written(one)
    elif isinstance(value, str):
        yield from _written_text(value)


def _written_bytes(value: str) -> Iterator[str]:
    """In hex; an id also with its dashes."""
    yield value
    if len(value) == 32:
        yield str(UUID(value))


def _written_text(value: str) -> Iterator[str]:
    if NAME.fullmatch(value):
        return
    if value.startswith(("[", "{")):  # JSON on SQLite, or a GraphQL document
        try:
            yield from _written(json.loads(value))
        except json.JSONDecodeError:
            yield value.lower()
    elif len(value) >= SHORTEST:
        yield value.lower()
        masked = masks.masked(value) or ""
        if masked.strip("*") and len(masked) >= 9:
            yield masked.lower()
