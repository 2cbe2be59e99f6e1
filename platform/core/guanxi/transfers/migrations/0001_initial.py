from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='FileExport',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('kind', fields.CharField(description='What its rows are: customers or interactions.', max_length=20)),
                ('format', fields.CharField(description='csv, xlsx or jsonl.', max_length=10)),
                ('where', fields.TextField(null=True, description='Which rows, as a GraphQL literal; null: all that may be seen.', unique=False)),
                ('columns', fields.JSONField(default=list, description='Which columns, in their order.', encoder=JSON_DUMPS, decoder=loads)),
                ('state', fields.CharField(description='How far it is.', max_length=16)),
                ('rows_done', fields.IntField(default=0, description='How many rows are written.')),
                ('file_id', IdField(null=True, description='The file, once it is whole.', generated=False, unique=False)),
                ('error', fields.JSONField(null=True, description='Why it failed: code, en and zh.', encoder=JSON_DUMPS, decoder=loads)),
                ('started_by', fields.CharField(description='Who asked for it, as kind:id.', max_length=120)),
                ('created_at', UtcField(description='When it was asked for.', auto_now=False, auto_now_add=False)),
                ('finished_at', UtcField(null=True, description='When it ended.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Rises with every change.')),
            ],
            options={'table': 'file_export', 'app': 'transfers', 'indexes': [Index(fields=['merchant_id', 'created_at', 'id'])], 'pk_attr': 'id', 'table_description': 'One export: what is asked for, and the file once it is whole.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='FileImport',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('kind', fields.CharField(description='What its rows are: customers.', max_length=20)),
                ('file_id', IdField(description='The file.', generated=False, null=False, unique=False)),
                ('file_name', fields.CharField(description='What the file was called.', max_length=200)),
                ('file_hash', fields.CharField(description='SHA-256 of the file.', max_length=64)),
                ('options_hash', fields.CharField(description='SHA-256 of how it is taken.', max_length=64)),
                ('options', fields.JSONField(default=dict, description='How it is taken.', encoder=JSON_DUMPS, decoder=loads)),
                ('is_dry_run', fields.BooleanField(description='Whether nothing is imported and all is only looked at.')),
                ('state', fields.CharField(description='How far it is.', max_length=16)),
                ('encoding', fields.CharField(null=True, description='How the text was encoded; null of a workbook.', max_length=20)),
                ('columns', fields.JSONField(default=list, description='What each column is.', encoder=JSON_DUMPS, decoder=loads)),
                ('rows_total', fields.IntField(null=True, description='How many rows stand below the header.')),
                ('rows_done', fields.IntField(default=0, description='How many of them were looked at.')),
                ('last_row', fields.IntField(default=0, description='The number of the last of them in the file.')),
                ('rows_refused', fields.IntField(default=0, description='How many were left out.')),
                ('created_count', fields.IntField(default=0, description='How many customers are new.')),
                ('updated_count', fields.IntField(default=0, description='How many customers changed.')),
                ('unchanged_count', fields.IntField(default=0, description='How many customers were so already.')),
                ('problem_count', fields.IntField(default=0, description='How many values were found wrong.')),
                ('error', fields.JSONField(null=True, description='Why it failed: code, en and zh.', encoder=JSON_DUMPS, decoder=loads)),
                ('report_id', IdField(null=True, description='The file of the rows that were left out.', generated=False, unique=False)),
                ('started_by', fields.CharField(description='Who started it, as kind:id.', max_length=120)),
                ('created_at', UtcField(description='When it was started.', auto_now=False, auto_now_add=False)),
                ('finished_at', UtcField(null=True, description='When it ended.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Rises with every page.')),
            ],
            options={'table': 'file_import', 'app': 'transfers', 'unique_together': (('merchant_id', 'file_hash', 'options_hash'),), 'indexes': [Index(fields=['merchant_id', 'created_at', 'id'])], 'pk_attr': 'id', 'table_description': 'One import of one file; moved forward in the transaction of each page.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='ImportProblem',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('file_import', fields.ForeignKeyField('transfers.FileImport', source_field='file_import_id', description='The import.', db_constraint=True, to_field='id', related_name='problems', on_delete=OnDelete.CASCADE)),
                ('row', fields.IntField(description="The row's number in the file, from 1.")),
                ('column', fields.CharField(description='What the column is called; empty for the whole row.', max_length=200)),
                ('code', fields.CharField(description='What is wrong.', max_length=40)),
                ('value', fields.CharField(description='What stands there.', max_length=200)),
                ('is_warning', fields.BooleanField(description='Whether the row was taken all the same.')),
                ('near', fields.CharField(null=True, description='What was perhaps meant.', max_length=120)),
                ('said', fields.JSONField(null=True, description='The cure, where it depends.', encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'import_problem', 'app': 'transfers', 'indexes': [Index(fields=['merchant_id', 'file_import_id', 'row', 'id'])], 'pk_attr': 'id', 'table_description': "One value that an import could not take as it is; kept as long as the import's report."},
            bases=['MerchantModel'],
        ),
    ]
