"""What both schema editors do alike: a merchant's references go through composite keys, declared rules into tables."""

from typing import Any, ClassVar

from tortoise import Model
from tortoise.fields.base import OnDelete
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_editor.data import ModelSqlData

from guanxi.db import tables


class TenantEditor(BaseSchemaEditor):
    """Mixin, before the editor of the dialect."""

    is_postgres: ClassVar[bool]
    _model: type[Model] | None = None  # the one whose table is being written

    def _get_model_sql_data(self, model: type[Model]) -> ModelSqlData:
        self._model = model
        try:
            made = super()._get_model_sql_data(model)
        finally:
            self._model = None
        indexes = [*tables.partial_uniques(model), *tables.reference_indexes(model, postgres=self.is_postgres)]
        made.table_sql = "\n".join([made.table_sql, *indexes])
        return made

    def _get_inner_statements(self) -> list[str]:
        model = self._model
        if model is None:
            return []
        key = [self._tenant_key()] if tables.is_tenant(model) else []
        references = [reference.key(postgres=self.is_postgres) for reference in tables.references_of(model)]
        return [*key, *references, *tables.declared_rules(model)]

    def _tenant_key(self) -> str:
        return 'UNIQUE ("merchant_id", "id")'

    def _get_fk_field_definition(self, model: type[Model], key_field_name: str) -> str:
        """The column; between merchants' tables without a key of its own: the composite one is enough."""
        key: Any = model._meta.fields_map[key_field_name]
        reference = tables.reference_of(model, key.reference)
        if reference is None or (reference.on_delete == OnDelete.SET_NULL and not self.is_postgres):
            return super()._get_fk_field_definition(model, key_field_name)
        comment, table = key.reference.description, self._qualify_table_name(reference.table, model._meta.schema)
        return self._get_field_sql(
            db_field=reference.column,
            field_type=key.get_for_dialect(self.DIALECT, "SQL_TYPE"),
            nullable=key.null,
            unique=key.unique,
            is_pk=key.pk,
            comment=self._get_column_comment_sql(table, reference.column, comment) if comment else "",
        )
