"""Tables of imports, of what was wrong in them, and of exports."""

from typing import Any
from uuid import UUID

from tortoise import fields

from guanxi.db.fields import IdField, UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy


class FileImport(MerchantModel):
    """One import of one file; moved forward in the transaction of each page."""

    kind = fields.CharField(max_length=20, description="What its rows are: customers.")
    file_id = IdField(description="The file.")
    file_name = fields.CharField(max_length=200, description="What the file was called.")
    file_hash = fields.CharField(max_length=64, description="SHA-256 of the file.")
    options_hash = fields.CharField(max_length=64, description="SHA-256 of how it is taken.")
    options: "fields.Field[dict[str, Any]]" = fields.JSONField(default=dict, description="How it is taken.")
    is_dry_run = fields.BooleanField(description="Whether nothing is imported and all is only looked at.")
    state = fields.CharField(max_length=16, description="How far it is.")
    encoding = fields.CharField(max_length=20, null=True, description="How the text was encoded; null of a workbook.")
    columns: "fields.Field[list[dict[str, Any]]]" = fields.JSONField(default=list, description="What each column is.")
    rows_total = fields.IntField(null=True, description="How many rows stand below the header.")
    rows_done = fields.IntField(default=0, description="How many of them were looked at.")
    last_row = fields.IntField(default=0, description="The number of the last of them in the file.")
    rows_refused = fields.IntField(default=0, description="How many were left out.")
    created_count = fields.IntField(default=0, description="How many customers are new.")
    updated_count = fields.IntField(default=0, description="How many customers changed.")
    unchanged_count = fields.IntField(default=0, description="How many customers were so already.")
    problem_count = fields.IntField(default=0, description="How many values were found wrong.")
    error: "fields.Field[dict[str, Any] | None]" = fields.JSONField(
        null=True, description="Why it failed: code, en and zh."
    )
    report_id = IdField(null=True, description="The file of the rows that were left out.")
    started_by = fields.CharField(max_length=120, description="Who started it, as kind:id.")
    created_at = UtcField(description="When it was started.")
    finished_at = UtcField(null=True, description="When it ended.")
    version = fields.IntField(default=1, description="Rises with every page.")

    privacy = Privacy(
        internal="kind file_id file_name file_hash options_hash options is_dry_run state encoding columns rows_total"
        " rows_done last_row rows_refused created_count updated_count unchanged_count problem_count error report_id"
        " started_by finished_at"
    )

    class Meta:
        table = "file_import"
        unique_together = (("merchant_id", "file_hash", "options_hash"),)
        indexes = (("merchant_id", "created_at", "id"),)


class ImportProblem(MerchantModel):
    """One value that an import could not take as it is; kept as long as the import's report."""

    file_import: fields.ForeignKeyRelation[FileImport] = fields.ForeignKeyField(
        "transfers.FileImport", related_name="problems", on_delete=fields.CASCADE, description="The import."
    )
    file_import_id: UUID
    row = fields.IntField(description="The row's number in the file, from 1.")
    column = fields.CharField(max_length=200, description="What the column is called; empty for the whole row.")
    code = fields.CharField(max_length=40, description="What is wrong.")
    value = fields.CharField(max_length=200, description="What stands there.")
    is_warning = fields.BooleanField(description="Whether the row was taken all the same.")
    near = fields.CharField(max_length=120, null=True, description="What was perhaps meant.")
    said: "fields.Field[dict[str, str]]" = fields.JSONField(null=True, description="The cure, where it depends.")

    privacy = Privacy(erase="value", internal="row column code is_warning near said")

    class Meta:
        table = "import_problem"
        indexes = (("merchant_id", "file_import_id", "row", "id"),)


class FileExport(MerchantModel):
    """One export: what is asked for, and the file once it is whole."""

    kind = fields.CharField(max_length=20, description="What its rows are: customers or interactions.")
    format = fields.CharField(max_length=10, description="csv, xlsx or jsonl.")
    where = fields.TextField(null=True, description="Which rows, as a GraphQL literal; null: all that may be seen.")
    columns: "fields.Field[list[str]]" = fields.JSONField(default=list, description="Which columns, in their order.")
    state = fields.CharField(max_length=16, description="How far it is.")
    rows_done = fields.IntField(default=0, description="How many rows are written.")
    file_id = IdField(null=True, description="The file, once it is whole.")
    error: "fields.Field[dict[str, Any] | None]" = fields.JSONField(
        null=True, description="Why it failed: code, en and zh."
    )
    started_by = fields.CharField(max_length=120, description="Who asked for it, as kind:id.")
    created_at = UtcField(description="When it was asked for.")
    finished_at = UtcField(null=True, description="When it ended.")
    version = fields.IntField(default=1, description="Rises with every change.")

    privacy = Privacy(
        erase="where", internal="kind format columns state rows_done file_id error started_by finished_at"
    )

    class Meta:
        table = "file_export"
        indexes = (("merchant_id", "created_at", "id"),)
