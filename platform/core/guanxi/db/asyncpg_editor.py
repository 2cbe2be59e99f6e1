"""Schema editor for PostgreSQL: composite keys, forced row-level security, rights for the serving role."""

from typing import Any

from tortoise import BaseDBAsyncClient, Model
from tortoise.fields.base import DB_DEFAULT_NOT_SET, Field
from tortoise.fields.db_defaults import SqlDefault
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor

from guanxi.db import tables, walls
from guanxi.db.fields import EncryptedField
from guanxi.db.tenant_editor import TenantEditor


class PostgresEditor(TenantEditor, AsyncpgSchemaEditor):
    """Makes tables that belong to the owner and that the serving role may use, row-level security permitting."""

    is_postgres = True

    def __init__(self, connection: BaseDBAsyncClient, *, serving_role: str, atomic: bool = True) -> None:
        super().__init__(connection, atomic=atomic)
        self.serving_role = serving_role

    async def create_model(self, model: type[Model]) -> None:
        """Create the table, its wall, and the rights on it."""
        await super().create_model(model)
        table = model._meta.db_table
        await self._run_sql(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO "{self.serving_role}"')
        if model._meta.pk.generated:
            sequence = f"{table}_{model._meta.db_pk_column}_seq"
            await self._run_sql(f'GRANT USAGE ON SEQUENCE "{sequence}" TO "{self.serving_role}"')
        if tables.is_tenant(model):
            await self._run_sql(walls.row_security(table))

    async def add_field(self, model: type[Model], field_name: str) -> None:
        """Add a column; rows that exist get the field's default, if that is a constant."""
        field: Any = model._meta.fields_map[field_name]
        table = f'"{model._meta.db_table}"'
        if isinstance(field, ForeignKeyFieldInstance):
            await super().add_field(model, field_name)
            reference = tables.reference_of(model, field)
            if reference is not None:
                await self._run_sql(f"ALTER TABLE {table} ADD {reference.key(postgres=True)}")
                await self._index_reference(model, reference)
            return
        value = tables.filling(model, field, postgres=True)
        if value is None:
            await super().add_field(model, field_name)
            return
        field.db_default = SqlDefault(value)  # of the migration state, for this statement only
        await super().add_field(model, field_name)
        field.db_default = DB_DEFAULT_NOT_SET
        column = model._meta.fields_db_projection[field_name]
        await self._run_sql(f'ALTER TABLE {table} ALTER COLUMN "{column}" DROP DEFAULT')

    async def _alter_field(self, model: type[Model], old_field: Field[Any], new_field: Field[Any]) -> None:
        value = tables.filling(model, new_field, postgres=True) if old_field.null else None
        if value is not None:
            column = f'"{old_field.source_field or old_field.model_field_name}"'
            kind = old_field.get_for_dialect(self.DIALECT, "SQL_TYPE")
            # No UPDATE: forced row-level security would hide the rows from the owner
            change = f"ALTER COLUMN {column} TYPE {kind} USING coalesce({column}, {value})"
            await self._run_sql(f'ALTER TABLE "{model._meta.db_table}" {change}')
        if not await self._convert(model, old_field, new_field):
            await super()._alter_field(model, old_field, new_field)
        await self._alter_reference(model, old_field.reference, new_field.reference)

    async def _convert(self, model: type[Model], old_field: Field[Any], new_field: Field[Any]) -> bool:
        """A text that is to be sealed, as the bytes that a later step of the migration seals; and the way back."""
        becomes = isinstance(new_field, EncryptedField)
        kind = new_field.get_for_dialect(self.DIALECT, "SQL_TYPE")
        if (
            isinstance(old_field, EncryptedField) == becomes
            or old_field.get_for_dialect(self.DIALECT, "SQL_TYPE") == kind
        ):
            return False
        column = f'"{old_field.source_field or old_field.model_field_name}"'
        change = f"TYPE {kind} USING convert_{'to' if becomes else 'from'}({column}, 'UTF8')"
        await self._run_sql(f'ALTER TABLE "{model._meta.db_table}" ALTER COLUMN {column} {change}')
        return True

    async def _alter_reference(self, model: type[Model], old_field: Any, new_field: Any) -> None:
        reference = tables.reference_of(model, new_field)
        if reference is not None and old_field is not None and old_field.on_delete != new_field.on_delete:
            drop = f'DROP CONSTRAINT "ref_{reference.table}_{reference.column}"'
            await self._run_sql(f'ALTER TABLE "{reference.table}" {drop}, ADD {reference.key(postgres=True)}')

    async def _index_reference(self, model: type[Model], reference: tables.Reference) -> None:
        statement = reference.index(postgres=True)
        if statement in tables.reference_indexes(model, postgres=True):
            await self._run_sql(statement)
