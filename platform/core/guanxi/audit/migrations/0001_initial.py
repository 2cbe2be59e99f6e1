from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('at', UtcField(description='When it was done.', auto_now=False, auto_now_add=False)),
                ('actor', fields.CharField(description='Who did it, as kind:id.', max_length=120)),
                ('action', fields.CharField(description='What was done: part.thing.verb, in the past.', max_length=80)),
                ('subject', fields.CharField(null=True, description='What it was done to, by its id.', max_length=120)),
                ('details', fields.JSONField(default=dict, description='More, by references only.', encoder=JSON_DUMPS, decoder=loads)),
                ('request_id', fields.CharField(description='The request that did it.', max_length=80)),
                ('mark', fields.BinaryField(description='Proves that the installation wrote it.')),
                ('position', fields.BigIntField(null=True, description="Its place in the merchant's chain, from 1; null until sealed.")),
                ('link', fields.BinaryField(null=True, description='SHA-256 over the link before and this entry.')),
            ],
            options={'table': 'audit_entry', 'app': 'audit', 'unique_together': (('merchant_id', 'position'),), 'indexes': [Index(fields=['merchant_id', 'at', 'id']), Index(fields=['merchant_id', 'subject', 'id'])], 'pk_attr': 'id', 'table_description': 'One deed. Written without a place in the chain; the sealer gives it one, and nothing else ever changes.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='AuditHead',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('slot', fields.SmallIntField(default=1, description='1: a merchant has one chain.')),
                ('position', fields.BigIntField(description="The last entry's place.")),
                ('link', fields.BinaryField(description="The last entry's link.")),
                ('key_id', fields.CharField(description='The master key that it is signed with.', max_length=8)),
                ('signature', fields.BinaryField(description='Ed25519 over merchant, position and link.')),
                ('sealed_at', UtcField(description='When it was signed.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'audit_head', 'app': 'audit', 'unique_together': (('merchant_id', 'slot'),), 'pk_attr': 'id', 'table_description': "How far a merchant's chain reaches: one row."},
            bases=['MerchantModel'],
        ),
    ]
