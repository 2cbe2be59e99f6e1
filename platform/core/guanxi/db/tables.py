"""What every merchant's table carries on both databases: composite keys, declared rules, values for new columns."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise import Model
from tortoise.fields.base import Field
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint


def is_tenant(model: type[Model]) -> bool:
    """By columns, not by class: the migration state knows models without their Python bases."""
    return "merchant_id" in model._meta.fields_map


def tenant_references(model: type[Model]) -> Iterator[tuple[str, str]]:
    """Column and target table of each reference from a merchant's table to another."""
    for name in sorted(model._meta.fk_fields | model._meta.o2o_fields):
        field: Any = model._meta.fields_map[name]
        if is_tenant(field.related_model):
            yield key_column(model, field), field.related_model._meta.db_table


def key_column(model: type[Model], field: Any) -> str:
    """The column of a foreign key."""
    key: str = field.source_field or f"{field.model_field_name}_id"
    return model._meta.fields_db_projection.get(key, key)


def composite_key(column: str, table: str) -> str:
    """A foreign key that a row of another merchant cannot satisfy."""
    # Tortoise's own single-column key keeps the ON DELETE action. This one only forbids: SET NULL on it
    # would null merchant_id too.
    return f'FOREIGN KEY ("merchant_id", "{column}") REFERENCES "{table}" ("merchant_id", "id")'


def composite_keys(model: type[Model]) -> list[str]:
    """Lines of CREATE TABLE."""
    return [composite_key(*reference) for reference in tenant_references(model)] if is_tenant(model) else []


def declared_rules(model: type[Model]) -> list[str]:
    """Lines of CREATE TABLE for the constraints that the model, or its migrations, declare."""
    lines = []
    for rule in model._meta.constraints:
        if isinstance(rule, CheckConstraint):
            lines.append(f'CONSTRAINT "{rule.name}" CHECK ({rule.check})')
        elif isinstance(rule, UniqueConstraint) and not rule.condition:
            lines.append(f'CONSTRAINT "{rule.name or _unique_name(model, rule)}" UNIQUE ({columns_of(model, rule)})')
    return lines


def partial_uniques(model: type[Model]) -> list[str]:
    """CREATE UNIQUE INDEX for the constraints with a condition."""
    return [
        f'CREATE UNIQUE INDEX "{rule.name or _unique_name(model, rule)}" ON "{model._meta.db_table}"'
        f" ({columns_of(model, rule)}) WHERE {rule.condition};"
        for rule in model._meta.constraints
        if isinstance(rule, UniqueConstraint) and rule.condition
    ]


def columns_of(model: type[Model], rule: UniqueConstraint) -> str:
    """The quoted columns of a rule that names fields."""
    found = [model._meta.fields_map[name] for name in rule.fields]
    return ", ".join(f'"{field.source_field or field.model_field_name}"' for field in found)


def _unique_name(model: type[Model], rule: UniqueConstraint) -> str:
    return "_".join(["uid", model._meta.db_table, *rule.fields])


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
