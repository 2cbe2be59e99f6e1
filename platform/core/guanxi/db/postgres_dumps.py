"""Dumps of a PostgreSQL database through its own connection: COPY of each table in one snapshot, in one archive.

No program of PostgreSQL's is needed, and pg_dump could not do it: row security binds the owner of the tables too.
"""

import hashlib
import json
import tarfile
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg

from guanxi.db import connecting
from guanxi.settings import Settings

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
RECORDS: Final = "tortoise_migrations"
# One row that a server makes by itself when it first starts.
MADE_BY_ITSELF: Final = frozenset({"installation"})
TABLES: Final = """
SELECT c.relname AS name, c.relforcerowsecurity AS is_walled
FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname
"""
COLUMNS: Final = """
SELECT attname AS name FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
KEYS: Final = """
SELECT conrelid::regclass::text AS source, conname AS name, pg_get_constraintdef(oid) AS sql
FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY 1, 2
"""
SERIALS: Final = """
SELECT a.attname AS name, pg_get_serial_sequence(quote_ident(c.relname), a.attname) AS sequence
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.oid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
  AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL
"""


class UnreadableDumpError(Exception):
    """The file is no dump, or it is damaged."""


class UnfitTargetError(Exception):
    """The database has rows already, or other tables than the dump."""


async def dump(settings: Settings, path: Path) -> tuple[dict[str, int], list[str]]:
    """Write one snapshot to ``path``; rows by table, and the applied migrations."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        async with _owner(settings) as owner, owner.transaction(isolation="repeatable_read", readonly=True):
            merchants = [row["id"] for row in await owner.fetch("SELECT id FROM merchant ORDER BY id")]
            tables = [await _dump_table(owner, row, merchants, Path(folder)) for row in await owner.fetch(TABLES)]
            applied = await _applied(owner)
        manifest = {"format": FORMAT, "migrations": applied, "tables": {one["name"]: one for one in tables}}
        (Path(folder) / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        _pack(Path(folder), path, [one["name"] for one in tables])
    return {one["name"]: one["rows"] for one in tables}, applied


async def load(settings: Settings, path: Path) -> tuple[dict[str, int], list[str]]:
    """Bring a dump into tables without a row, all or nothing; rows by table, and the applied migrations.

    Raises: UnreadableDumpError; UnfitTargetError.
    """
    with tempfile.TemporaryDirectory() as folder:
        manifest = _unpack(path, Path(folder))
        async with _owner(settings) as owner, owner.transaction():
            there = {row["name"]: row["is_walled"] for row in await owner.fetch(TABLES)}
            if await _applied(owner) != manifest["migrations"]:
                raise UnfitTargetError("its migrations are others")
            wanted = {name: one for name, one in manifest["tables"].items() if one["rows"] or name in there}
            if missing := sorted(wanted.keys() - there.keys()):
                raise UnfitTargetError(f"there is no table {missing[0]}")
            async with _without_walls(owner, [name for name, is_walled in there.items() if is_walled]):
                await _fill(owner, wanted, Path(folder))
    return {name: one["rows"] for name, one in wanted.items()}, manifest["migrations"]


async def _dump_table(owner: Any, row: Any, merchants: list[Any], folder: Path) -> dict[str, Any]:
    """A table as COPY writes it; one that row security guards merchant by merchant, as the owner sees no other way."""
    name = row["name"]
    columns = [column["name"] for column in await owner.fetch(COLUMNS, f'"{name}"')]
    chosen, digest, count = ", ".join(f'"{one}"' for one in columns), hashlib.sha256(), 0
    with (folder / name).open("wb") as file:

        async def take(chunk: bytes) -> None:
            digest.update(chunk)
            file.write(chunk)

        for merchant in merchants if row["is_walled"] else [None]:
            where = ""
            if merchant is not None:
                await owner.execute(f"SET LOCAL app.merchant_id = '{merchant}'")
                where = f" WHERE merchant_id = '{merchant}'"  # a UUID's own text: nothing to inject
            tag = await owner.copy_from_query(f'SELECT {chosen} FROM "{name}"{where}', output=take)
            count += int(tag.rsplit(" ", 1)[-1])
    return {"name": name, "columns": columns, "rows": count, "sha256": digest.hexdigest()}


async def _fill(owner: Any, wanted: dict[str, Any], folder: Path) -> None:
    async with _without_keys(owner):
        for name, one in wanted.items():
            if name != RECORDS:  # they are what made these tables
                await _fill_table(owner, one, folder / name)


async def _fill_table(owner: Any, one: dict[str, Any], source: Path) -> None:
    name = one["name"]
    if name in MADE_BY_ITSELF:
        await owner.execute(f'DELETE FROM "{name}"')
    if await owner.fetchval(f'SELECT EXISTS (SELECT 1 FROM "{name}")'):
        raise UnfitTargetError(f"the table {name} has rows already")
    tag = await owner.copy_to_table(name, source=source, columns=one["columns"])
    if int(tag.rsplit(" ", 1)[-1]) != one["rows"]:
        raise UnreadableDumpError(f"{name} has lost rows")
    await _set_serials(owner, name)


@asynccontextmanager
async def _without_keys(owner: Any) -> AsyncIterator[None]:
    """Foreign keys are made anew after all rows are there, which checks every one of them."""
    keys = await owner.fetch(KEYS)
    for key in keys:
        await owner.execute(f'ALTER TABLE {key["source"]} DROP CONSTRAINT "{key["name"]}"')
    yield
    for key in keys:
        try:
            await owner.execute(f'ALTER TABLE {key["source"]} ADD CONSTRAINT "{key["name"]}" {key["sql"]}')
        except asyncpg.ForeignKeyViolationError as error:
            raise UnreadableDumpError(f"rows of {key['source']} point nowhere") from error


async def _set_serials(owner: Any, name: str) -> None:
    for one in await owner.fetch(SERIALS, f'"{name}"'):
        last = await owner.fetchval(f'SELECT max("{one["name"]}") FROM "{name}"')
        await owner.execute("SELECT setval($1::regclass, $2, $3)", one["sequence"], last or 1, last is not None)


@asynccontextmanager
async def _without_walls(owner: Any, names: list[str]) -> AsyncIterator[None]:
    """The owner sees all rows inside. A failure rolls the transaction back, and with it this."""
    for name in names:
        await owner.execute(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
    yield
    for name in names:
        await owner.execute(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')


async def _applied(owner: Any) -> list[str]:
    return [f"{row['app']}.{row['name']}" for row in await owner.fetch(f"SELECT app, name FROM {RECORDS} ORDER BY id")]


@asynccontextmanager
async def _owner(settings: Settings) -> AsyncIterator[Any]:
    terms = connecting.connection_of(settings, "owner")["credentials"]
    named = {name: value for name, value in terms.items() if name not in ("minsize", "maxsize")}
    connection = await asyncpg.connect(**named)
    try:
        yield connection
    finally:
        await connection.close()


def _pack(folder: Path, path: Path, names: list[str]) -> None:
    with tarfile.open(path, "w:gz", compresslevel=3) as archive:
        for name in (MANIFEST, *names):
            archive.add(folder / name, arcname=name)


def _unpack(path: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(path, "r:gz") as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        if manifest["format"] != FORMAT:
            raise UnreadableDumpError(f"its format {manifest['format']} is not known here")
        for name, one in manifest["tables"].items():
            if _digest(folder / name) != one["sha256"]:
                raise UnreadableDumpError(f"{name} was changed since")
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise UnreadableDumpError(f"{path}: {error}") from error
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
