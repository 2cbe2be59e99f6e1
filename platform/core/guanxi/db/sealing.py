"""Seals the encrypted columns of rows on their way into the database, and opens them on their way out.

A model with a ``customer_id`` is sealed with that customer's own key, which stands wrapped in the table of keys:
without that row the values are lost, in every backup too. Its id stands in each value, so rows may change hands.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tortoise import BaseDBAsyncClient, Model

from guanxi import crypto
from guanxi.crypto import Cell, DataKey, KeyRing, KeySource
from guanxi.db.fields import BlindIndexField, EncryptedField, IdField, Sealed, uuid7
from guanxi.db.merchant import current_merchant

Fetch = Callable[[str, Sequence[Any]], Awaitable[list[dict[str, Any]]]]
KEYS = "customer_key"
OWNER = "customer_id"
CHUNK = 5_000  # placeholders of one statement
PLACE = re.compile(r"\?(\d+)")
_encrypted: dict[Any, tuple[str, ...]] = {}  # asked for every row that is read
_source: ContextVar[KeySource | None] = ContextVar("guanxi_keys", default=None)


@contextmanager
def using(source: KeySource) -> Iterator[None]:
    """Bind where keys come from to this task and to those that it starts."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def current_ring() -> KeyRing:
    """The keys of the bound database. Raises: UnusableKeysError; RuntimeError where no database is bound."""
    source = _source.get()
    if source is None:
        raise RuntimeError("no database is bound: use `with db.bound()`")
    return source.ring()


def encrypted_columns(model: Any) -> tuple[str, ...]:
    """The attributes that are ciphertext in the database."""
    if model not in _encrypted:
        known = model._meta.fields_map
        _encrypted[model] = tuple(name for name, field in known.items() if isinstance(field, EncryptedField))
    return _encrypted[model]


def blind_indexes(model: Any) -> Mapping[str, tuple[str, ...]]:
    """The blind indexes of a model, and what each is made of."""
    known = model._meta.fields_map
    return {name: field.of for name, field in known.items() if isinstance(field, BlindIndexField)}


def indexes_of(model: type[Model], index: str, *values: str) -> list[bytes]:
    """What to look for in a blind index where its columns have these values: ``filter(value_index__in=…)``.

    More than one while keys are rotated.
    """
    return crypto.indexes_of(current_ring(), current_merchant(), _purpose(model, index), "\0".join(values))


def also_written(model: type[Model], names: Iterable[str] | None) -> list[str] | None:
    """The columns of an update, with the blind indexes that follow from them."""
    if names is None:
        return None
    wanted = list(names)
    follow = [index for index, of in blind_indexes(model).items() if set(of) & set(wanted) and index not in wanted]
    return [*wanted, *follow]


@asynccontextmanager
async def sealed(client: BaseDBAsyncClient, rows: Sequence[Any]) -> AsyncIterator[None]:
    """While inside, the rows hold ciphertext and their indexes; afterwards their texts again."""
    if not rows or not encrypted_columns(type(rows[0])):
        yield
        return
    ring, model = current_ring(), type(rows[0])
    open_values = [{name: getattr(row, name) for name in encrypted_columns(model)} for row in rows]
    owners = [getattr(row, OWNER, None) for row in rows]
    wanted = {one for one, said in zip(owners, open_values, strict=True) if one and any(map(_is_open, said.values()))}
    keys = await keys_of_customers(client, ring, wanted)
    for row, owner, said in zip(rows, owners, open_values, strict=True):
        _write_indexes(ring, row, said)
        for name, value in said.items():
            if _is_open(value):
                cell = Cell(row.merchant_id, model._meta.db_table, name, row.id)
                setattr(row, name, Sealed(crypto.seal(ring, cell, value.encode(), keys.get(owner) if owner else None)))
    try:
        yield
    finally:
        for row, said in zip(rows, open_values, strict=True):
            for name, value in said.items():
                setattr(row, name, value)


async def open_rows(client: BaseDBAsyncClient, rows: Sequence[Any]) -> None:
    """Turn the ciphertext of rows that were read into texts; one statement for the keys of all of them.

    Raises:
        UnknownKeyError: the ring lacks a key.
        UnreadableError: a value was altered or moved. One whose customer was erased becomes null.
    """
    names = encrypted_columns(type(rows[0])) if rows else ()
    if names:
        cells = [(row.__dict__, name, row.id) for row in rows for name in names]
        await _open(_fetcher(client), type(rows[0])._meta.db_table, cells)


async def open_records(fetch: Fetch, model: type[Model], records: Sequence[dict[str, Any]]) -> None:
    """The same for records of a statement: mappings by column, the row's ``id`` among them, of the bound merchant."""
    columns = [model._meta.fields_db_projection[name] for name in encrypted_columns(model)]
    if columns:
        ids = [IdField().to_python_value(record["id"]) for record in records]
        cells = [(record, name, row_id) for record, row_id in zip(records, ids, strict=True) for name in columns]
        await _open(fetch, model._meta.db_table, cells)


async def open_cells(client: BaseDBAsyncClient, table: str, cells: Sequence[Any]) -> None:
    """The same for single values: (mapping, column, id of the row)."""
    await _open(_fetcher(client), table, cells)


async def _open(fetch: Fetch, table: str, cells: Sequence[tuple[dict[str, Any], str, UUID | None]]) -> None:
    waiting = [cell for cell in cells if isinstance(cell[0].get(cell[1]), bytes | memoryview)]
    if not waiting:
        return
    ring, merchant_id = current_ring(), current_merchant()
    values = [bytes(where[column]) for where, column, _ in waiting]
    key_ids = [crypto.data_key_of(value) for value in values]
    wanted = {key_id for key_id in key_ids if key_id}
    keys = await _keys_by_id(fetch, ring, wanted) if wanted else {}
    for value, key_id, (where, column, row_id) in zip(values, key_ids, waiting, strict=True):
        if row_id is None or (key_id and key_id not in keys):
            where[column] = None  # the customer was erased
        else:
            where[column] = crypto.open_sealed(ring, Cell(merchant_id, table, column, row_id), value, keys).decode()


def _write_indexes(ring: KeyRing, row: Any, said: Mapping[str, Any]) -> None:
    for index, of in blind_indexes(type(row)).items():
        parts = [said[name] if name in said else getattr(row, name) for name in of]
        if any(isinstance(part, Sealed) for part in parts):
            continue
        is_whole = all(part is not None for part in parts)
        purpose = _purpose(type(row), index)
        made = crypto.index_of(ring, row.merchant_id, purpose, "\0".join(map(str, parts))) if is_whole else None
        setattr(row, index, made)


def _purpose(model: type[Model], index: str) -> str:
    return f"{model._meta.db_table}.{index}"


def _is_open(value: Any) -> bool:
    return isinstance(value, str)


async def keys_of_customers(client: BaseDBAsyncClient, ring: KeyRing, customer_ids: set[UUID]) -> dict[UUID, DataKey]:
    """Each customer's key, made where there is none."""
    found = await _read_keys(_fetcher(client), ring, OWNER, customer_ids) if customer_ids else {}
    missing = sorted(customer_ids - found.keys())
    if missing:
        await _make_keys(client, ring, missing)
        found |= await _read_keys(_fetcher(client), ring, OWNER, set(missing))
    return found


async def _keys_by_id(fetch: Fetch, ring: KeyRing, ids: set[UUID]) -> dict[UUID, DataKey]:
    return {key.id: key for key in (await _read_keys(fetch, ring, "id", ids)).values()}


async def _read_keys(fetch: Fetch, ring: KeyRing, column: str, wanted: set[UUID]) -> dict[UUID, DataKey]:
    """Keys by the value of a column."""
    merchant_id, to_id = current_merchant(), IdField().to_python_value
    found: dict[UUID, DataKey] = {}
    ordered = sorted(wanted)
    for start in range(0, len(ordered), CHUNK):
        part = ordered[start : start + CHUNK]
        places = ", ".join(f"?{place}" for place in range(2, len(part) + 2))
        sql = f'SELECT * FROM "{KEYS}" WHERE "merchant_id" = ?1 AND "{column}" IN ({places})'
        for record in await fetch(sql, [merchant_id, *part]):
            key_id, by = to_id(record["id"]), to_id(record[column])
            if key_id and by:
                found[by] = crypto.unwrap(ring, merchant_id, key_id, bytes(record["wrapped"]))
    return found


async def _make_keys(client: BaseDBAsyncClient, ring: KeyRing, customer_ids: Sequence[UUID]) -> None:
    """Whoever is first makes a customer's key."""
    merchant_id, now = current_merchant(), datetime.now(UTC)
    made = [(crypto.new_data_key(uuid7()), customer_id) for customer_id in customer_ids]
    is_postgres = client.capabilities.dialect == "postgres"
    rows = [
        [key.id, merchant_id, customer_id, crypto.wrap(ring, merchant_id, key), _moment(now, is_postgres=is_postgres)]
        for key, customer_id in made
    ]
    sql = (
        f'INSERT INTO "{KEYS}" ("id", "merchant_id", "customer_id", "wrapped", "created_at")'
        " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING"
    )
    await client.execute_many(text_for(client, sql), rows)


def _moment(now: datetime, *, is_postgres: bool) -> Any:
    return now if is_postgres else now.isoformat(" ", "microseconds")


def _fetcher(client: BaseDBAsyncClient) -> Fetch:
    async def fetch(sql: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await client.execute_query_dict(text_for(client, sql), list(params))
        return rows

    return fetch


def text_for(client: BaseDBAsyncClient, sql: str) -> str:
    """A statement with ``?1`` style parameters as the client's driver takes it."""
    return PLACE.sub(r"$\1", sql) if client.capabilities.dialect == "postgres" else sql
