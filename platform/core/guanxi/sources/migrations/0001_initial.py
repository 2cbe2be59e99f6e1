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
            name='Source',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('name', fields.CharField(description='Its name in the address, and as source of its facts.', max_length=40)),
                ('title', fields.CharField(description='What staff call it.', max_length=80)),
                ('mapping', fields.JSONField(description='How its rows are read.', encoder=JSON_DUMPS, decoder=loads)),
                ('mode', fields.CharField(default='LIVE', description='Whether its facts are news: LIVE, HISTORICAL.', max_length=16)),
                ('is_enabled', fields.BooleanField(default=True, description='Whether its batches are taken.')),
                ('salt', fields.CharField(description="Makes the secret, with the installation's own key.", max_length=64)),
                ('old_salt', fields.CharField(null=True, description='Of the secret before; it works for a while.', max_length=64)),
                ('old_until', UtcField(null=True, description='From then on the secret before is refused.', auto_now=False, auto_now_add=False)),
                ('received_at', UtcField(null=True, description='When a batch came last.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Rises with each change.')),
                ('created_at', UtcField(description='When it was created.', auto_now=False, auto_now_add=False)),
                ('updated_at', UtcField(description='When it last changed.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'source', 'app': 'sources', 'unique_together': (('merchant_id', 'name'),), 'pk_attr': 'id', 'table_description': 'Another system that sends batches.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='DeadLetter',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('source', fields.ForeignKeyField('sources.Source', source_field='source_id', description='Who sent it.', db_constraint=True, to_field='id', related_name='dead_letters', on_delete=OnDelete.CASCADE)),
                ('message_id', fields.CharField(description='The batch that it came in.', max_length=120)),
                ('position', fields.IntField(description='Its place in the batch, from 0.')),
                ('row', fields.JSONField(description='The row as it came.', encoder=JSON_DUMPS, decoder=loads)),
                ('code', fields.CharField(description='The code of the refusal.', max_length=40)),
                ('path', fields.CharField(description='The place in the mapping or in what was read.', max_length=200)),
                ('reason', fields.CharField(description="Why, and the cure, in the merchant's language.", max_length=500)),
                ('tries', fields.IntField(default=1, description='How often it was tried.')),
                ('created_at', UtcField(description='When it came.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'dead_letter', 'app': 'sources', 'unique_together': (('merchant_id', 'source_id', 'message_id', 'position'),), 'indexes': [Index(fields=['merchant_id', 'source_id', 'id'])], 'pk_attr': 'id', 'table_description': 'A row that could not be taken, whole, with the reason; gone when a retry takes it.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='SourceBatch',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('source', fields.ForeignKeyField('sources.Source', source_field='source_id', description='Who sent it.', db_constraint=True, to_field='id', related_name='batches', on_delete=OnDelete.CASCADE)),
                ('message_id', fields.CharField(description='What the sender calls it.', max_length=120)),
                ('digest', fields.CharField(description='SHA-256 of its body.', max_length=64)),
                ('rows', fields.IntField(description='How many rows it had.')),
                ('taken', fields.IntField(description='How many of them were taken.')),
                ('received_at', UtcField(description='When it came.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'source_batch', 'app': 'sources', 'unique_together': (('merchant_id', 'source_id', 'message_id'),), 'pk_attr': 'id', 'table_description': 'A batch that was taken, so that the same one again is not.'},
            bases=['MerchantModel'],
        ),
    ]
