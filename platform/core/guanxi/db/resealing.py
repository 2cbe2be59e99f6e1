"""Seals what stands in the database anew, a page at a time: with a new key, or for the first time."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from tortoise import BaseDBAsyncClient, Model

from guanxi import crypto
from guanxi.crypto import Cell, KeyRing
from guanxi.db import sealing
from guanxi.db.database import Database
from guanxi.db.fields import IdField
from guanxi.db.merchant import acting_for, current_merchant

PAGE: Final = 200  # rows of one transaction, so that nobody waits long for it
KEY_ID: Final = 'substr("{column}", 2, 4)'


@dataclass(frozen=True)
class SealedTable:
    """What is sealed in a table: columns, the blind indexes made of columns, and whether customers' keys seal it."""

    name: str
    columns: tuple[str, ...]
    indexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_owner: bool = True

    @classmethod
    def of(cls, model: type[Model]) -> "SealedTable | None":
        """The sealed columns of a model; None where it has none."""
        columns = sealing.encrypted_columns(model)
        if not columns:
            return None
        has_owner = sealing.OWNER in model._meta.fields_db_projection
        return cls(model._meta.db_table, columns, sealing.blind_indexes(model), has_owner)

    @property
    def all_columns(self) -> list[str]:
        """Everything that has to be read of a row."""
        made_of = [name for of in self.indexes.values() for name in of]
        owner = [sealing.OWNER] if self.has_owner else []
        return list(dict.fromkeys(["id", *owner, *self.columns, *made_of]))

    def is_old(self) -> str:
        """SQL: one of the columns is sealed with another key than ``?2``."""
        return " OR ".join(f"{KEY_ID.format(column=column)} <> ?2" for column in self.columns)


def sealed_tables(db: Database) -> list[SealedTable]:
    """Every table of the installation with sealed columns."""
    models = [model for models in db.known_apps.values() for model in models.values()]
    found = [SealedTable.of(model) for model in models]
    return [one for one in found if one is not None]


async def reseal_merchant(db: Database) -> int:
    """Seal everything of the bound merchant with the newest key; how many rows were sealed anew.

    Each page is a transaction of its own: it may be stopped, or killed, at any time and called again. Reads and
    writes go on meanwhile: a row that somebody is writing is passed over, its writer seals it with the newest key.
    """
    count = await _rewrap(db)
    for table in sealed_tables(db):
        last: UUID | None = None
        while True:
            async with db.transaction():
                rows = await _old_rows(db, table, last)
                await write_anew(db.client, table, rows)
            count += len(rows)
            if len(rows) < PAGE:
                break
            last = rows[-1]["id"]
    return count


async def count_old(db: Database) -> int:
    """How many rows of the bound merchant are not sealed with the newest key."""
    current = bytes.fromhex(sealing.current_ring().current.id)
    params = [current_merchant(), current]
    counts = [f'SELECT count(*) AS n FROM "{sealing.KEYS}" WHERE "merchant_id" = ?1 AND substr("wrapped", 2, 4) <> ?2']
    counts += [
        f'SELECT count(*) AS n FROM "{table.name}" WHERE "merchant_id" = ?1 AND ({table.is_old()})'
        for table in sealed_tables(db)
    ]
    return sum([int((await db.fetch(sql, params))[0]["n"]) for sql in counts])


async def write_anew(client: BaseDBAsyncClient, table: SealedTable, rows: Sequence[dict[str, Any]]) -> None:
    """Seal rows of the bound merchant, whatever they were sealed with; clear bytes too.

    Args:
        client: inside a transaction.
        table: what is sealed.
        rows: with ``table.all_columns`` as they are stored; changed.
    """
    if not rows:
        return
    ring, merchant_id, to_id = sealing.current_ring(), current_merchant(), IdField().to_python_value
    sealed = [{name for name in table.columns if row[name] is not None} for row in rows]
    await sealing.open_cells(client, table.name, [(row, name, row["id"]) for row in rows for name in table.columns])
    # What was lost with its customer's key stays as it is.
    rows = [row for row, names in zip(rows, sealed, strict=True) if all(row[name] is not None for name in names)]
    owners = {to_id(row[sealing.OWNER]) for row in rows} if table.has_owner else set()
    keys = await sealing.keys_of_customers(client, ring, {one for one in owners if one})
    changed = []
    for row in rows:
        owner = to_id(row[sealing.OWNER]) if table.has_owner else None
        key = keys.get(owner) if owner else None
        cells = [Cell(merchant_id, table.name, name, row["id"]) for name in table.columns]
        texts = [row[cell.column] for cell in cells]
        values = [
            None if text is None else crypto.seal(ring, cell, text.encode(), key)
            for cell, text in zip(cells, texts, strict=True)
        ]
        changed.append([*values, *(_index(ring, merchant_id, table, one, row) for one in table.indexes), row["id"]])
    await _update(client, table.name, [*table.columns, *table.indexes], changed)


def _index(ring: KeyRing, merchant_id: UUID, table: SealedTable, index: str, row: Mapping[str, Any]) -> bytes | None:
    parts = [row[name] for name in table.indexes[index]]
    if any(part is None for part in parts):
        return None
    return crypto.index_of(ring, merchant_id, f"{table.name}.{index}", "\0".join(map(str, parts)))


async def _update(client: BaseDBAsyncClient, table: str, columns: Sequence[str], rows: list[list[Any]]) -> None:
    values = ", ".join(f'"{column}" = ?{place}' for place, column in enumerate(columns, 1))
    keys = f'"id" = ?{len(columns) + 1} AND "merchant_id" = ?{len(columns) + 2}'
    sql = sealing.text_for(client, f'UPDATE "{table}" SET {values} WHERE {keys}')
    await client.execute_many(sql, [[*row, current_merchant()] for row in rows])


async def _old_rows(db: Database, table: SealedTable, after: UUID | None) -> list[dict[str, Any]]:
    current = bytes.fromhex(sealing.current_ring().current.id)
    names = ", ".join(f'"{name}"' for name in table.all_columns)
    beyond = ' AND "id" > ?3' if after else ""
    skip = " FOR UPDATE SKIP LOCKED" if db.dialect == "postgres" else ""
    sql = (
        f'SELECT {names} FROM "{table.name}" WHERE "merchant_id" = ?1 AND ({table.is_old()}){beyond}'
        f' ORDER BY "id" LIMIT {PAGE}{skip}'
    )
    rows = await db.fetch(sql, [current_merchant(), current, *([after] if after else [])])
    return [{**row, "id": IdField().to_python_value(row["id"])} for row in rows]


async def _rewrap(db: Database) -> int:
    """The customers' keys themselves."""
    table, count = SealedTable(sealing.KEYS, ("wrapped",), has_owner=False), 0
    while True:
        async with db.transaction():
            rows = await _old_rows(db, table, None)
            ring, merchant_id = sealing.current_ring(), current_merchant()
            keys = [crypto.unwrap(ring, merchant_id, row["id"], bytes(row["wrapped"])) for row in rows]
            changed = [[crypto.wrap(ring, merchant_id, key), key.id] for key in keys]
            if changed:
                await _update(db.client, table.name, table.columns, changed)
        count += len(rows)
        if len(rows) < PAGE:
            return count


async def seal_clear_rows(client: BaseDBAsyncClient, table: SealedTable) -> None:
    """For migrations, in their transaction: seal columns that were texts and are clear bytes now, of every merchant."""
    async for rows in _every_row(client, table):
        for row in rows:
            row.update({name: bytes(row[name]).decode() for name in table.columns if row[name] is not None})
        await write_anew(client, table, rows)


async def open_all_rows(client: BaseDBAsyncClient, table: SealedTable) -> None:
    """For the way back: clear bytes again."""
    async for rows in _every_row(client, table):
        await sealing.open_cells(client, table.name, [(row, name, row["id"]) for row in rows for name in table.columns])
        texts = [[row[name] for name in table.columns] for row in rows]
        changed = [
            [*(None if text is None else text.encode() for text in said), row["id"]]
            for said, row in zip(texts, rows, strict=True)
        ]
        await _update(client, table.name, table.columns, changed)


async def _every_row(client: BaseDBAsyncClient, table: SealedTable) -> AsyncIterator[list[dict[str, Any]]]:
    """Pages of rows, each of one merchant, which is bound meanwhile."""
    to_id, names = IdField().to_python_value, ", ".join(f'"{name}"' for name in table.all_columns)
    for one in await client.execute_query_dict(f'SELECT DISTINCT "merchant_id" FROM "{table.name}"'):
        merchant_id, last = to_id(one["merchant_id"]), UUID(int=0)
        assert merchant_id is not None
        sql = f'SELECT {names} FROM "{table.name}" WHERE "merchant_id" = ?1 AND "id" > ?2 ORDER BY "id" LIMIT {PAGE}'
        with acting_for(merchant_id):
            while rows := await client.execute_query_dict(sealing.text_for(client, sql), [merchant_id, last]):
                for row in rows:
                    row["id"] = last = to_id(row["id"]) or last
                yield rows
