"""Compares orders of the primary key on SQLite: insert, page and point read, child list and file size.

Run it with ``python benchmarks/keys.py [ROWS]``; docs/adr/0002-primary-key-order.md holds what it printed.
"""

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from guanxi.db.fields import uuid7

Read = Callable[[sqlite3.Connection, list[bytes], int], None]

MERCHANTS = [UUID(int=number + 10).bytes for number in range(20)]
CHILDREN = 50
PAGE = 50
ROUNDS = 5
COLUMNS = "merchant_id BLOB NOT NULL, parent_id BLOB NOT NULL, kind TEXT NOT NULL, note TEXT"
NOTE = "a note of some length, as an interaction has one " * 3


@dataclass(frozen=True)
class Layout:
    """One way to lay out a merchant's table."""

    name: str
    key: str
    tail: str

    def create(self) -> str:
        primary = "" if "PRIMARY" in self.key else " PRIMARY KEY"
        return f"CREATE TABLE t (id BLOB NOT NULL{primary}, {COLUMNS}, {self.key}) STRICT{self.tail}"


LAYOUTS = (
    Layout("id, UNIQUE (merchant_id, id)", "UNIQUE (merchant_id, id)", ""),
    Layout("(merchant_id, id) WITHOUT ROWID", "PRIMARY KEY (merchant_id, id)", ", WITHOUT ROWID"),
    Layout("… and UNIQUE (id)", "UNIQUE (id), PRIMARY KEY (merchant_id, id)", ", WITHOUT ROWID"),
    Layout("(merchant_id, id) with rowid, UNIQUE (id)", "UNIQUE (id), PRIMARY KEY (merchant_id, id)", ""),
)


@contextmanager
def filled(layout: Layout, ids: list[bytes]) -> Iterator[tuple[sqlite3.Connection, float, int]]:
    """The table with a row per id, the merchants' rows mixed as they come in; seconds it took; bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "keys.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute(layout.create())
            db.execute("CREATE INDEX children ON t (merchant_id, parent_id, id)")
            start = time.perf_counter()
            for first in range(0, len(ids), 1_000):
                rows = [row_of(ids, number) for number in range(first, min(first + 1_000, len(ids)))]
                db.execute("BEGIN IMMEDIATE")
                db.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", rows)
                db.execute("COMMIT")
            seconds = time.perf_counter() - start
            db.execute("PRAGMA wal_checkpoint (TRUNCATE)")
            db.execute("ANALYZE")
            yield db, seconds, path.stat().st_size


def row_of(ids: list[bytes], number: int) -> tuple[bytes, bytes, bytes, str, str]:
    """Row ``number``: of one merchant in turn; ``CHILDREN`` rows of a merchant share a parent."""
    merchant = number % len(MERCHANTS)
    parent = number // (CHILDREN * len(MERCHANTS)) * CHILDREN * len(MERCHANTS) + merchant
    return ids[number], MERCHANTS[merchant], ids[parent], "VISIT", NOTE


def page(db: sqlite3.Connection, ids: list[bytes], number: int) -> None:
    """A page of a merchant's rows after a cursor."""
    sql = f"SELECT id, kind, note FROM t WHERE merchant_id = ? AND id > ? ORDER BY id LIMIT {PAGE}"
    db.execute(sql, (MERCHANTS[number % 20], ids[number])).fetchall()


def point(db: sqlite3.Connection, ids: list[bytes], number: int) -> None:
    """One row by its id, as the scope asks for it."""
    sql = "SELECT id, kind, note FROM t WHERE merchant_id = ? AND id = ?"
    db.execute(sql, (MERCHANTS[number % 20], ids[number])).fetchall()


def children(db: sqlite3.Connection, ids: list[bytes], number: int) -> None:
    """The newest rows of one parent, through the secondary index."""
    sql = "SELECT id, kind, note FROM t WHERE merchant_id = ? AND parent_id = ? ORDER BY id DESC LIMIT 20"
    db.execute(sql, (MERCHANTS[number % 20], row_of(ids, number)[2])).fetchall()


def best_of(work: Read, db: sqlite3.Connection, ids: list[bytes]) -> float:
    """Seconds for 2000 calls, the best of some rounds."""
    rng = random.Random(1)
    numbers = [rng.randrange(len(ids) * 9 // 10) for _ in range(2_000)]
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for number in numbers:
            work(db, ids, number)
        found.append(time.perf_counter() - start)
    return min(found)


def measure(layout: Layout, ids: list[bytes]) -> dict[str, float]:
    """Seconds by kind of work, and the size of the file."""
    with filled(layout, ids) as (db, seconds, size):
        reads = {work.__name__: best_of(work, db, ids) for work in (page, point, children)}
    return {"insert": seconds, **reads, "size": size}


def main(rows: int = 100_000) -> None:
    """Print a Markdown table: each layout's times as ratios of the first one's."""
    ids = [uuid7().bytes for _ in range(rows)]
    results = {layout.name: min_of(measure(layout, ids), measure(layout, ids)) for layout in LAYOUTS}
    base = next(iter(results.values()))
    print(f"{rows:,} rows of {len(MERCHANTS)} merchants, SQLite {sqlite3.sqlite_version}\n")
    print("| primary key | " + " | ".join(base) + " |")
    print("|---|" + "---|" * len(base))
    for name, found in results.items():
        print(f"| {name} | " + " | ".join(f"{found[kind] / base[kind]:.2f}" for kind in base) + " |")


def min_of(first: dict[str, float], second: dict[str, float]) -> dict[str, float]:
    """The better of two runs, kind by kind."""
    return {kind: min(first[kind], second[kind]) for kind in first}


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
