"""Compares the real database with the walls that it needs: one that misses a wall is not served."""

from collections.abc import Iterable
from typing import Any

from tortoise import Model
from tortoise.exceptions import ConfigurationError

from guanxi.db import tables

Key = tuple[str, str, str]

SQLITE_TABLES = "SELECT name FROM main.sqlite_master WHERE type = 'table'"
SQLITE_KEYS = """
SELECT t.name AS source, f."from" AS col, f."table" AS target
FROM main.sqlite_master t, pragma_foreign_key_list(t.name, 'main') f
WHERE t.type = 'table' AND f."from" <> 'merchant_id' AND EXISTS (
  SELECT 1 FROM pragma_foreign_key_list(t.name, 'main') m WHERE m.id = f.id AND m."from" = 'merchant_id')
"""
POSTGRES_TABLES = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
POSTGRES_KEYS = """
SELECT s.relname AS source, a.attname AS col, t.relname AS target
FROM pg_constraint k JOIN pg_class s ON s.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND a.attname <> 'merchant_id'
WHERE k.contype = 'f' AND cardinality(k.conkey) = 2
"""
POSTGRES_SECURITY = """
SELECT c.relname AS name, relrowsecurity AND relforcerowsecurity AS is_forced,
  pg_has_role(relowner, 'USAGE') AS is_owner,
  (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) AS policies,
  (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid AND polcmd = '*' AND polpermissive
     AND position('app.merchant_id' IN pg_get_expr(polqual, polrelid)) > 0
     AND position('app.merchant_id' IN pg_get_expr(polwithcheck, polrelid)) > 0) AS ours
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'merchant_id' AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
"""
POSTGRES_ROLE = "SELECT rolname AS name, rolsuper OR rolbypassrls AS is_free FROM pg_roles WHERE rolname = current_user"


async def check_walls(client: Any, models: Iterable[type[Model]]) -> None:
    """Look at the tables that exist; those of an app that is not installed yet may be missing.

    Raises:
        ConfigurationError: a merchant's table lacks a composite key or row-level security, or the role is free of it.
    """
    is_sqlite = client.capabilities.dialect == "sqlite"
    if not is_sqlite:
        await _check_row_security(client)
    existing = {row["name"] for row in await _rows(client, SQLITE_TABLES if is_sqlite else POSTGRES_TABLES)}
    rows = await _rows(client, SQLITE_KEYS if is_sqlite else POSTGRES_KEYS)
    found = {(row["source"], row["col"], row["target"]) for row in rows}
    for source, column, target in sorted(_wanted(models, existing) - found):
        raise ConfigurationError(f"{source}.{column}: no composite foreign key to {target} (merchant_id, id)")


def _wanted(models: Iterable[type[Model]], existing: set[str]) -> set[Key]:
    return {
        (reference.table, reference.column, reference.target)
        for model in models
        if model._meta.db_table in existing
        for reference in tables.references_of(model)
    }


async def _check_row_security(client: Any) -> None:
    for row in await _rows(client, POSTGRES_ROLE):
        if row["is_free"]:
            raise ConfigurationError(f"role {row['name']}: row-level security does not bind it; serve as another role")
    for row in await _rows(client, POSTGRES_SECURITY):
        if row["is_owner"]:
            raise ConfigurationError(f"{row['name']}: belongs to the serving role, which could lift the wall")
        if not row["is_forced"] or row["policies"] != 1 or row["ours"] != 1:
            raise ConfigurationError(f"{row['name']}: row-level security is not forced by exactly our policy")


async def _rows(client: Any, sql: str) -> list[Any]:
    rows: list[Any] = (await client.execute_query(sql))[1]
    return rows
