"""What every merchant's table carries on both databases: composite keys, declared rules, values for new columns."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise import Model
from tortoise.fields.base import Field, OnDelete
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint


@dataclass(frozen=True, slots=True)
class Reference:
    """A column of one merchant's table that points to another."""

    table: str
    column: str
    target: str
    on_delete: OnDelete

    def key(self, *, postgres: bool) -> str:
        """A foreign key that a row of another merchant cannot satisfy, as a line of CREATE TABLE."""
        action = f" ON DELETE {self.on_delete}"
        if self.on_delete == OnDelete.SET_NULL:
            # Of the two columns only one may become null; SQLite cannot say so and keeps a key of one column for it.
            action = f'{action} ("{self.column}")' if postgres else ""
        return (
            f'CONSTRAINT "ref_{self.table}_{self.column}" FOREIGN KEY ("merchant_id", "{self.column}")'
            f' REFERENCES "{self.target}" ("merchant_id", "id"){action}'
        )

    def index(self, *, postgres: bool) -> str:
        """Without an index each deleted parent would cost a scan of the children."""
        columns, where = f'"merchant_id", "{self.column}"', ""
        if self.on_delete == OnDelete.SET_NULL and not postgres:
            columns, where = f'"{self.column}"', f' WHERE "{self.column}" IS NOT NULL'
        return f'CREATE INDEX "ref_{self.table}_{self.column}" ON "{self.table}" ({columns}){where};'


def is_tenant(model: type[Model]) -> bool:
    """By columns, not by class: the migration state knows models without their Python bases."""
    return "merchant_id" in model._meta.fields_map


def reference_of(model: type[Model], field: Any) -> Reference | None:
    """The reference that a foreign key field is; None where one of both tables is no merchant's."""
    if field is None or not is_tenant(model) or not is_tenant(field.related_model):
        return None
    return Reference(
        model._meta.db_table, key_column(model, field), field.related_model._meta.db_table, field.on_delete
    )


def references_of(model: type[Model]) -> Iterator[Reference]:
    """Each reference from a merchant's table to another."""
    for name in sorted(model._meta.fk_fields | model._meta.o2o_fields):
        reference = reference_of(model, model._meta.fields_map[name])
        if reference is not None:
            yield reference


def key_column(model: type[Model], field: Any) -> str:
    """The column of a foreign key."""
    key: str = field.source_field or f"{field.model_field_name}_id"
    return model._meta.fields_db_projection.get(key, key)


def reference_indexes(model: type[Model], *, postgres: bool) -> list[str]:
    """CREATE INDEX for references that no declared index or unique key finds."""
    return [
        reference.index(postgres=postgres)
        for reference in references_of(model)
        if not any(_finds(columns, reference, postgres=postgres) for columns in _declared_keys(model))
    ]


def _finds(columns: list[str], reference: Reference, *, postgres: bool) -> bool:
    if reference.on_delete == OnDelete.SET_NULL and not postgres:
        return columns[:1] == [reference.column]
    return columns[:1] == [reference.column] or columns[:2] == ["merchant_id", reference.column]


def _declared_keys(model: type[Model]) -> Iterator[list[str]]:
    meta = model._meta
    for name, column in meta.fields_db_projection.items():
        if meta.fields_map[name].unique or meta.fields_map[name].index:
            yield [column]
    unconditional = (rule for rule in meta.constraints if isinstance(rule, UniqueConstraint) and not rule.condition)
    groups = [*meta.unique_together, *(rule.fields for rule in unconditional)]
    groups += [tuple(one.field_names) if isinstance(one, Index) else tuple(one) for one in meta.indexes]
    for group in groups:
        yield [_column(model, name) for name in group]


def _column(model: type[Model], name: str) -> str:
    field = model._meta.fields_map.get(name)
    if field is None:
        return name
    if name in model._meta.fk_fields | model._meta.o2o_fields:
        return key_column(model, field)
    return field.source_field or name


def declared_rules(model: type[Model]) -> list[str]:
    """Lines of CREATE TABLE for the constraints that the model, or its migrations, declare."""
    lines = []
    for rule in model._meta.constraints:
        if isinstance(rule, CheckConstraint):
            lines.append(f'CONSTRAINT "{rule.name}" CHECK ({rule.check})')
        elif isinstance(rule, UniqueConstraint) and not rule.condition:
            lines.append(f'CONSTRAINT "{_unique_name(model, rule)}" UNIQUE ({_columns(model, rule)})')
    return lines


def partial_uniques(model: type[Model]) -> list[str]:
    """CREATE UNIQUE INDEX for the constraints with a condition."""
    return [
        f'CREATE UNIQUE INDEX "{_unique_name(model, rule)}" ON "{model._meta.db_table}"'
        f" ({_columns(model, rule)}) WHERE {rule.condition};"
        for rule in model._meta.constraints
        if isinstance(rule, UniqueConstraint) and rule.condition
    ]


def _columns(model: type[Model], rule: UniqueConstraint) -> str:
    return ", ".join(f'"{_column(model, name)}"' for name in rule.fields)


def _unique_name(model: type[Model], rule: UniqueConstraint) -> str:
    return rule.name or "_".join(["uid", model._meta.db_table, *rule.fields])


def forget_rule(model: type[Model], rule: UniqueConstraint | CheckConstraint) -> None:
    """Take a rule out of a model of the migration state."""
    meta = model._meta
    meta.constraints = tuple(one for one in meta.constraints if one != rule)
    if isinstance(rule, UniqueConstraint):
        meta.unique_together = tuple(one for one in meta.unique_together if tuple(one) != tuple(rule.fields))


def forget_field(model: type[Model], field: Any) -> str:
    """Take a field out of a model of the migration state; its column."""
    meta = model._meta
    if field.model_field_name in meta.fk_fields | meta.o2o_fields:
        column = key_column(model, field)
        meta.fk_fields.discard(field.model_field_name)
        meta.o2o_fields.discard(field.model_field_name)
        meta.fields_db_projection.pop(field.source_field or f"{field.model_field_name}_id", None)
        return column
    return meta.fields_db_projection.pop(field.model_field_name, field.source_field or field.model_field_name)


def filling(model: type[Model], field: Field[Any], *, postgres: bool) -> str | None:
    """SQL for the value that existing rows get in a column that becomes NOT NULL; None where there is no such value."""
    if field.null or field.default is None or field.has_db_default():
        return None
    value = field.default
    if value in (list, dict):
        value = value()
    return None if callable(value) else literal(field.to_db_value(value, model), postgres=postgres)


def literal(value: Any, *, postgres: bool) -> str:
    """A Python value as SQL text."""
    if isinstance(value, bool):
        return str(value).upper() if postgres else str(int(value))
    if isinstance(value, int | float | Decimal):
        return str(value) if postgres or not isinstance(value, Decimal) else f"'{value}'"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea" if postgres else f"X'{value.hex()}'"
    if isinstance(value, UUID):
        return f"'{value}'" if postgres else f"X'{value.hex}'"
    if isinstance(value, datetime):
        value = value.isoformat(" ", "microseconds")
    elif isinstance(value, date):
        value = value.isoformat()
    text = value if isinstance(value, str) else json.dumps(value)
    return "'" + text.replace("'", "''") + "'"
