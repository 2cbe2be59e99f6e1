"""A row in every table that hangs on a customer, with a mark in every column, whoever owns the table."""

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg
from tortoise import Model, fields
from tortoise.context import require_context

from guanxi.context import Context
from guanxi.customers.models import Customer, CustomerKey
from guanxi.db import connecting
from guanxi.db.fields import EncryptedField, IdField, UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import PrivacyClass
from guanxi.privacy.models import Erasure, LegalHold
from guanxi.privacy.service import tables
from guanxi.settings import Settings

# Their rows decide what an erasure does, or come with what they seal.
NOT_PLANTED = (Erasure, LegalHold, CustomerKey)


@dataclass
class Planted:
    """Marks by table and column, and the class of each column."""

    ctx: Context
    customer_id: UUID
    prefix: str = "ZC"
    marks: dict[tuple[str, str], str] = field(default_factory=dict)
    classes: dict[tuple[str, str], PrivacyClass] = field(default_factory=dict)
    sealed: set[tuple[str, str]] = field(default_factory=set)
    rows: dict[type[Model], Any] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    def of(self, *classes: PrivacyClass) -> dict[tuple[str, str], str]:
        """The marks in columns of these classes."""
        return {place: mark for place, mark in self.marks.items() if self.classes[place] in classes}


async def plant(ctx: Context, customer_id: UUID, prefix: str = "ZC") -> Planted:
    """Fill every table that hangs on the customer; parents first."""
    planted = Planted(ctx, customer_id, prefix)
    planted.rows[Customer] = await Customer.get(id=customer_id)
    for table in reversed(await tables.hanging_tables(ctx)):
        if table.model not in NOT_PLANTED:
            row = planted.rows.get(table.model) or await _make(planted, table.model)
            await _mark(planted, table, row)
    return planted


async def _make(planted: Planted, model: type[Model]) -> Any:
    """A row of any model, its required parents made before it."""
    if model in planted.rows:
        return planted.rows[model]
    values: dict[str, Any] = {}
    keys = sorted(model._meta.fk_fields | model._meta.o2o_fields)
    for name in keys:
        key, target = model._meta.fields_map[name], model._meta.fields_map[name].related_model
        if target is model or (key.null and not issubclass(target, Customer)):
            continue
        values[f"{name}_id"] = (await _make(planted, target)).id
    for name, one in model._meta.fields_map.items():
        is_column = name in model._meta.db_fields and not one.pk and not one.null
        if is_column and name not in ("merchant_id", *(f"{key}_id" for key in keys)):
            values[name] = _sample(planted, one)
    planted.rows[model] = await model.create(**values)
    return planted.rows[model]


async def _mark(planted: Planted, table: tables.HangingTable, row: Any) -> None:
    for name, privacy_class in table.classes.items():
        one = table.model._meta.fields_map[name]
        if (
            isinstance(one, fields.CharField | fields.TextField | EncryptedField)
            and not one.pk
            and one.field_type is str
        ):
            mark = f"{planted.prefix}{next(planted.numbers):x}q"
            mark = mark if (getattr(one, "max_length", 99) or 99) >= len(mark) else ""
        elif isinstance(one, fields.JSONField):
            mark = f"{planted.prefix}{next(planted.numbers):x}q"
        else:
            continue
        if mark and privacy_class is not PrivacyClass.INTERNAL:
            setattr(row, name, {"mark": mark} if isinstance(one, fields.JSONField) else mark)
            planted.marks[table.name, name] = mark
            planted.sealed |= {(table.name, name)} if isinstance(one, EncryptedField) else set()
            planted.classes[table.name, name] = privacy_class
    await row.save()


def _sample(planted: Planted, one: Any) -> Any:
    """A value that a column of this type takes."""
    number = next(planted.numbers)
    if one.default is not None:
        return one.default() if callable(one.default) else one.default
    if isinstance(one, IdField):
        return UUID(int=number)
    if one.field_type is bytes:
        return b"x"
    for kind, value in (
        (fields.BooleanField, False),
        (UtcField, datetime(2026, 1, 1, tzinfo=UTC)),
        (fields.DateField, date(2026, 1, 1)),
        (fields.JSONField, {}),
        (fields.DecimalField, 1),
        (fields.FloatField, 1.0),
        ((fields.IntField, fields.BigIntField, fields.SmallIntField), number),
        (fields.UUIDField, UUID(int=number)),
    ):
        if isinstance(one, kind):
            return value
    return f"s{number}"[: getattr(one, "max_length", 99) or 99]


def tenant_models() -> list[type[Model]]:
    """Every model of every app."""
    apps = require_context().apps or {}
    return [model for models in apps.values() for model in models.values() if issubclass(model, MerchantModel)]


async def dump(settings: Settings) -> str:
    """All rows of all tables as one text, read past every wall."""
    if settings.database_url.startswith("sqlite://"):
        return _dump_sqlite(settings.database_url.removeprefix("sqlite://"))
    terms = connecting.connection_of(settings, "owner")["credentials"]
    connection = await asyncpg.connect(**{name: value for name, value in terms.items() if "size" not in name})
    try:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return "\n".join([await _dump_table(connection, row["tablename"]) for row in names])
    finally:
        await connection.close()


async def _dump_table(connection: Any, table: str) -> str:
    """Row security binds the owner too, so it is lifted in a transaction that is rolled back."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        rows = await connection.fetch(f'SELECT t::text AS row FROM "{table}" t')
        return "\n".join(row["row"] for row in rows)
    finally:
        await transaction.rollback()


def _dump_sqlite(path: str) -> str:
    connection = sqlite3.connect(path)
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()
