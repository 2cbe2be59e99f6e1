"""Schema editor for SQLite: STRICT tables clustered by merchant, with checks that PostgreSQL makes by its types."""

from collections.abc import Mapping
from typing import Any

from tortoise import Model, fields
from tortoise.fields.base import Field
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.schema_editor import SqliteSchemaEditor

from guanxi.db import lanes, tables
from guanxi.db.fields import EncryptedField, IdField
from guanxi.db.tenant_editor import TenantEditor

Rule = UniqueConstraint | CheckConstraint

# STRICT knows five types. Whatever is not named here becomes TEXT.
TYPES: Mapping[str, str] = {
    **dict.fromkeys(("INT", "INTEGER", "BIGINT", "SMALLINT", "BOOL"), "INTEGER"),
    **dict.fromkeys(("REAL", "DOUBLE PRECISION", "FLOAT"), "REAL"),
    **dict.fromkeys(("BLOB", "UUID"), "BLOB"),
}
MOMENT = "????-??-?? ??:??:??.??????+00:00"
OBJECTS = "SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL AND type <> 'table'"


def column_rule(column: str, field: Field[Any]) -> str | None:
    """What a value of the column must satisfy beside its type. NULL always does."""
    rules: tuple[tuple[type, str], ...] = (
        (IdField, f"length({column}) = 16"),
        (fields.BooleanField, f"{column} IN (0, 1)"),
        (fields.DatetimeField, f"{column} GLOB '{MOMENT}'"),
        (fields.DateField, f"{column} GLOB '????-??-??'"),
        (fields.JSONField, f"json_valid(ifnull({column}, 'null'))"),  # older SQLite: json_valid(NULL) is 0
        (fields.CharField, f"length({column}) <= {getattr(field, 'max_length', 0)}"),
        (fields.SmallIntField, f"{column} BETWEEN -32768 AND 32767"),
    )
    if type(field) is fields.IntField:
        return f"{column} BETWEEN -2147483648 AND 2147483647"
    return next((rule for kind, rule in rules if isinstance(field, kind)), None)


class SqliteEditor(TenantEditor, SqliteSchemaEditor):
    """Nearly every change remakes the table from the model, as SQLite itself advises.

    The stock editor's remake forgets unique_together, indexes and checks. Foreign keys must be off meanwhile, or
    DROP TABLE deletes the children by cascade: see executor.py.
    """

    is_postgres = False

    async def _run_sql(self, sql: str) -> None:
        if self.collect_sql:
            self.collected_sql.append(sql)
            return
        for statement in lanes.statements_of(sql if sql.rstrip().endswith(";") else f"{sql};"):
            await self.client.execute_query(statement)

    def _get_table_comment_sql(self, table: str, comment: str) -> str:
        return ""

    def _get_column_comment_sql(self, table: str, column: str, comment: str) -> str:
        return ""

    def _table_generate_extra(self, table: str) -> str:
        clustered = self._model is not None and tables.is_tenant(self._model)
        return " STRICT, WITHOUT ROWID" if clustered else " STRICT"

    def _get_inner_statements(self) -> list[str]:
        rules = _column_rules(self._model) if self._model is not None else []
        return [*super()._get_inner_statements(), *rules]

    def _tenant_key(self) -> str:
        return 'PRIMARY KEY ("merchant_id", "id")'

    def _get_field_sql(
        self, db_field: str, field_type: str, nullable: bool, unique: bool, is_pk: bool, comment: str
    ) -> str:
        is_clustered = is_pk and self._model is not None and tables.is_tenant(self._model)
        return super()._get_field_sql(
            db_field=db_field,
            field_type=TYPES.get(field_type.upper(), "TEXT"),
            nullable=nullable,
            # UNIQUE for the one-column keys of SET NULL; before the primary key, so that the latter is preferred
            unique=unique or is_clustered,
            is_pk=is_pk and not is_clustered,
            comment="",
        )

    async def add_field(self, model: type[Model], field_name: str) -> None:
        """Add a column; rows that exist get the field's default, if that is a constant."""
        field: Any = model._meta.fields_map[field_name]
        if isinstance(field, ForeignKeyFieldInstance):
            await self._remake(model, fresh={tables.key_column(model, field): None})
            return
        column = model._meta.fields_db_projection[field_name]
        await self._remake(model, fresh={column: tables.filling(model, field, postgres=False)})

    async def remove_field(self, model: type[Model], field: Any) -> None:
        """Remove a column with the indexes on it."""
        await self._remake(model, gone=tables.forget_field(model, field))

    async def add_constraint(self, model: type[Model], constraint: Rule) -> None:
        """Add a rule; rows that exist must satisfy it."""
        await self._remake(model)

    async def remove_constraint(self, model: type[Model], constraint: Rule) -> None:
        """Remove a rule."""
        if isinstance(constraint, UniqueConstraint) and constraint.condition and constraint.name:
            await self._run_sql(f'DROP INDEX "{constraint.name}"')
        tables.forget_rule(model, constraint)
        await self._remake(model)

    async def rename_constraint(self, model: type[Model], old_constraint: Rule, new_constraint: Rule) -> None:
        """Rename a rule."""
        if isinstance(old_constraint, UniqueConstraint) and old_constraint.condition and old_constraint.name:
            await self._run_sql(f'DROP INDEX "{old_constraint.name}"')
        await self._remake(model)

    async def _alter_field(self, model: type[Model], old_field: Field[Any], new_field: Field[Any]) -> None:
        old, new = _column(old_field), _column(new_field)
        if old != new:
            await self._run_sql(f'ALTER TABLE "{model._meta.db_table}" RENAME COLUMN "{old}" TO "{new}"')
        if old_field.index and not new_field.index:
            await self.remove_index(model, Index(fields=(new,)))
        if self._definition(old_field) != self._definition(new_field):
            filling = tables.filling(model, new_field, postgres=False) if old_field.null else None
            filled = {new: f'coalesce("{new}", {filling})'} if filling else {}
            await self._remake(model, filled=filled | _converted(new, old_field, new_field))

    def _definition(self, field: Field[Any]) -> tuple[object, ...]:
        reference: Any = getattr(field, "reference", None)
        action = (reference.related_model._meta.db_table, reference.on_delete) if reference else None
        default = str(field.db_default) if field.has_db_default() else None
        kind = field.get_for_dialect(self.DIALECT, "SQL_TYPE")
        return kind, column_rule("x", field), field.null, field.unique, field.index, default, action

    async def _remake(
        self,
        model: type[Model],
        *,
        fresh: Mapping[str, str | None] | None = None,
        filled: Mapping[str, str] | None = None,
        gone: str | None = None,
    ) -> None:
        """Create the new form from the model itself, copy, swap.

        Args:
            model: of the migration state, in its new form.
            fresh: columns that the old table has not, with SQL for their value.
            filled: columns whose values change, with SQL for the new one.
            gone: a column that the new table has not.
        """
        fresh, filled = fresh or {}, filled or {}
        table = model._meta.db_table
        create, *after = lanes.statements_of(self._get_model_sql_data(model).table_sql)
        _, others = await self.client.execute_query(OBJECTS, [table])
        takes = {column: f'"{column}"' for column in model._meta.fields_db_projection.values() if column not in fresh}
        takes |= {column: value for column, value in fresh.items() if value is not None}
        takes |= filled
        await self._run_sql(create.replace(f'CREATE TABLE "{table}"', f'CREATE TABLE "new__{table}"', 1))
        names = ", ".join(f'"{column}"' for column in takes)
        await self._run_sql(f'INSERT INTO "new__{table}" ({names}) SELECT {", ".join(takes.values())} FROM "{table}"')
        await self._run_sql(f'DROP TABLE "{table}"')
        await self._run_sql(f'ALTER TABLE "new__{table}" RENAME TO "{table}"')
        await self._restore(table, after, [row for row in others if gone is None or f'"{gone}"' not in row["sql"]])

    async def _restore(self, table: str, wanted: list[str], others: list[Any]) -> None:
        """The model's indexes, then what a migration made by hand."""
        for statement in wanted:
            await self._run_sql(statement)
        _, rows = await self.client.execute_query(OBJECTS, [table])
        made = {row["name"] for row in rows}
        for row in others:
            if row["name"] not in made and not row["name"].startswith("ref_"):  # those follow from the model
                await self._run_sql(row["sql"])


def _converted(column: str, old_field: Field[Any], new_field: Field[Any]) -> dict[str, str]:
    """A text that is to be sealed, as the bytes that a later step of the migration seals; and the way back."""
    kinds = [TYPES.get(one.get_for_dialect("sqlite", "SQL_TYPE").upper(), "TEXT") for one in (old_field, new_field)]
    is_sealed = isinstance(old_field, EncryptedField) != isinstance(new_field, EncryptedField)
    return {column: f'CAST("{column}" AS {kinds[1]})'} if is_sealed and kinds[0] != kinds[1] else {}


def _column(field: Field[Any]) -> str:
    return field.source_field or field.model_field_name


def _column_rules(model: type[Model]) -> list[str]:
    pairs = [
        (column, column_rule(f'"{column}"', model._meta.fields_map[name]))
        for name, column in model._meta.fields_db_projection.items()
    ]
    return [f'CONSTRAINT "{column}_is_wrong" CHECK ({rule})' for column, rule in pairs if rule]
