"""Switches the application's own merchant filter off, so that the walls of the database stand alone."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from guanxi.db import models
from guanxi.db.database import Database

# The predicate that every read in SQL begins with, in all spellings of the column.
PREDICATE = re.compile(r'(?:\b\w+\.)?"?merchant_id"? = (\?\d+)')
TABLE = re.compile(r'\b(FROM|JOIN) ("\w+")')


@dataclass
class Rewritten:
    """How many statements lost their predicate."""

    count: int = 0


@contextmanager
def unfiltered(db: Database, *, schema: str = "") -> Iterator[Rewritten]:
    """The ORM adds no merchant, and ``merchant_id = ?`` in SQL is true of every row.

    ``schema`` goes before each table's name in SQL: ``main.`` passes by the walls of SQLite.
    """
    rewritten, plain = Rewritten(), db.fetch
    always = r"(\1::uuid IS NOT NULL)" if db.dialect == "postgres" else r"(\1 IS NOT NULL)"

    async def fetch(sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        text, times = PREDICATE.subn(always, sql)
        rewritten.count += bool(times)
        return await plain(TABLE.sub(rf"\1 {schema}\2", text) if schema else text, params)

    before, models.FILTER = models.FILTER, False
    vars(db)["fetch"] = fetch
    try:
        yield rewritten
    finally:
        models.FILTER = before
        del vars(db)["fetch"]
