"""Compares the import of the CDNOW file with a plain ``executemany`` of the same final rows, on both databases.

Run it with ``python benchmarks/imports.py [ROUNDS]``. The import parses, finds customers, keeps its place, publishes
and checks; the ceiling is the driver alone, in one transaction, on tables, indexes and walls that are the same.
"""

import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.customers.permissions import READ_CUSTOMERS, WRITE_CUSTOMERS
from guanxi.db import migrations
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.interactions import service
from guanxi.interactions.permissions import IMPORT_INTERACTIONS
from guanxi.settings import Settings
from guanxi.testing import server as servers
from guanxi.testing.server import OWNER, Server

APPS = [App(name, f"guanxi.{name}.models", f"guanxi.{name}.migrations") for name in ("customers", "interactions")]
TABLES = ("customer", "external_identity", "interaction")
MERCHANT = MerchantRef(uuid7(), "cdnow", "CDNOW", "America/New_York", "USD")
PRAGMAS = ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON")
FLOOR = 0.25
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


@dataclass
class Platform:
    """Transactions of the database; events go nowhere."""

    db: Database
    cursor_key: bytes = b"k" * 32

    def transaction(self) -> AbstractAsyncContextManager[None]:
        return self.db.transaction()

    @property
    def dialect(self) -> str:
        return self.db.dialect

    async def publish(self, ctx: Context, event: object) -> None:
        """Nobody listens."""


@dataclass
class Measured:
    """Purchases per second, one for each round."""

    database: str
    imported: list[float] = field(default_factory=list)
    ceiling: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Medians, and the ratio that has a floor."""
        ratios = [mine / theirs for mine, theirs in zip(self.imported, self.ceiling, strict=True)]
        return {
            "database": self.database,
            "import_rows_per_second": round(statistics.median(self.imported)),
            "executemany_rows_per_second": round(statistics.median(self.ceiling)),
            "ratio": round(statistics.median(ratios), 3),
            "floor": FLOOR,
        }


def main() -> int:
    """Zero where the ratio is above its floor everywhere."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    found = [measure_sqlite(rounds), measure_postgres(rounds)]
    print(f"{'database':10} {'import rows/s':>14} {'executemany rows/s':>19} {'ratio':>6} {'floor':>6}")
    for one in found:
        print(
            f"{one['database']:10} {one['import_rows_per_second']:14,} {one['executemany_rows_per_second']:19,}"
            f" {one['ratio']:6} {one['floor']:6}"
        )
    print(json.dumps({"benchmark": "imports", "rounds": rounds, "results": found}))
    return 0 if all(one["ratio"] >= FLOOR for one in found) else 1


def measure_sqlite(rounds: int) -> dict[str, Any]:
    """Both ways, interleaved, each on a fresh file."""
    measured = Measured("sqlite")
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            first, second = (Settings(database_url=f"sqlite://{folder}/{name}.db") for name in "ab")
            measured.imported.append(asyncio.run(import_into(first)))
            rows = read_sqlite(Path(folder, "a.db"))
            asyncio.run(migrate(second))
            measured.ceiling.append(fill_sqlite(Path(folder, "b.db"), rows))
    return measured.summary()


def measure_postgres(rounds: int) -> dict[str, Any]:
    """Both ways, interleaved, each on a fresh database of one server."""
    measured = Measured("postgres")
    with servers.start() as server:
        for number in range(rounds):
            asyncio.run(measure_postgres_round(server, number, measured))
    return measured.summary()


async def measure_postgres_round(server: Server, number: int, measured: Measured) -> None:
    """Once each."""
    first, second = f"a{number}", f"b{number}"
    await server.create(first)
    await server.create(second)
    keys = Path(server.folder) / "guanxi.keys"
    mine = Settings(database_url=server.app_url(first), owner_url=server.owner_url(first), key_file=keys)
    measured.imported.append(await import_into(mine))
    rows = await read_postgres(server, first)
    await migrate(Settings(database_url=server.app_url(second), owner_url=server.owner_url(second)))
    measured.ceiling.append(await fill_postgres(server, second, rows))


async def migrate(settings: Settings) -> None:
    """Make the tables."""
    db = Database(settings, APPS, role="owner")
    await db.open()
    try:
        await migrations.migrate(db)
    finally:
        await db.close()


async def import_into(settings: Settings) -> float:
    """Purchases per second of the product's own import."""
    await migrate(settings)
    db = Database(settings, APPS)
    await db.open()
    rights = frozenset({IMPORT_INTERACTIONS, READ_CUSTOMERS, WRITE_CUSTOMERS})
    platform: Any = Platform(db)
    ctx = Context(Principal(MERCHANT, Actor("system", "bench", rights)), platform, "bench")
    try:
        with db.bound(), acting_for(MERCHANT.id):
            start = time.perf_counter()
            done = await service.import_file(ctx, db, cdnow(), "cdnow")
            return done.rows_done / (time.perf_counter() - start)
    finally:
        await db.close()


def cdnow() -> Path:
    """The real file, found without importing the package."""
    spec = find_spec("lifetimes")
    if spec is None:
        raise SystemExit("run: pip install lifetimes==0.11.3 --no-deps")
    return Path(next(iter(spec.submodule_search_locations or ()))) / "datasets" / "CDNOW_master.txt"


def read_sqlite(path: Path) -> Rows:
    """The final rows of each table."""
    found: Rows = {}
    with closing(sqlite3.connect(path)) as db:
        for table in TABLES:
            cursor = db.execute(f'SELECT * FROM "{table}" ORDER BY id')
            found[table] = ([one[0] for one in cursor.description], cursor.fetchall())
    return found


def fill_sqlite(path: Path, rows: Rows) -> float:
    """Purchases per second of the driver alone."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for pragma in PRAGMAS:
            db.execute(f"PRAGMA {pragma}")
        start = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        for sql, values in statements_of(rows, "?"):
            db.executemany(sql, values)
        db.execute("COMMIT")
        return len(rows["interaction"][1]) / (time.perf_counter() - start)


async def read_postgres(server: Server, name: str) -> Rows:
    """The final rows of each table."""
    found: Rows = {}
    connection = await connect(server, name)
    for table in TABLES:
        records = await connection.fetch(f'SELECT * FROM "{table}" ORDER BY id')
        found[table] = (list(records[0].keys()), [tuple(record) for record in records])
    await connection.close()
    return found


async def fill_postgres(server: Server, name: str, rows: Rows) -> float:
    """Purchases per second of the driver alone."""
    connection = await connect(server, name)
    start = time.perf_counter()
    async with connection.transaction():
        for sql, values in statements_of(rows, "$"):
            await connection.executemany(sql, values)
    seconds = time.perf_counter() - start
    await connection.close()
    return len(rows["interaction"][1]) / seconds


async def connect(server: Server, name: str) -> Any:
    """The merchant's own connection: row security is on, as for the application."""
    connection = await asyncpg.connect(host=server.folder, port=server.port, user=OWNER, database=name)
    await connection.execute(f"SET app.merchant_id = '{MERCHANT.id}'")
    return connection


def statements_of(rows: Rows, sign: str) -> Iterator[tuple[str, Sequence[tuple[Any, ...]]]]:
    """One INSERT for each table."""
    for table, (columns, values) in rows.items():
        names = ", ".join(f'"{column}"' for column in columns)
        places = ", ".join(f"{sign}{number}" for number in range(1, len(columns) + 1))
        yield f'INSERT INTO "{table}" ({names}) VALUES ({places})', values


if __name__ == "__main__":
    raise SystemExit(main())
