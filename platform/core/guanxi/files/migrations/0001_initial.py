from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='File',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('name', fields.CharField(description='What whoever sent it calls it.', max_length=200)),
                ('purpose', fields.CharField(description='What it is for: an attachment, an import …', max_length=20)),
                ('state', fields.CharField(description='waiting for its content, or ready.', max_length=16)),
                ('media_type', fields.CharField(null=True, description='What its content is; null while waiting.', max_length=100)),
                ('size', fields.BigIntField(null=True, description='Its length in bytes; null while waiting.')),
                ('sha256', fields.CharField(null=True, description='SHA-256 of its content, in hex digits.', max_length=64)),
                ('place', fields.CharField(null=True, description='Where the storage keeps it.', max_length=120)),
                ('created_by', fields.CharField(description='Who uploaded or asked for it, as kind:id.', max_length=120)),
                ('created_at', UtcField(description='When it was uploaded or asked for.', auto_now=False, auto_now_add=False)),
                ('expires_at', UtcField(null=True, description='When it is removed; null once something holds on to it.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Rises with every change.')),
            ],
            options={'table': 'file', 'app': 'files', 'indexes': [Index(fields=['merchant_id', 'expires_at', 'id']), Index(fields=['merchant_id', 'created_at', 'id'])], 'pk_attr': 'id', 'table_description': 'One file. It never changes once its content is there.'},
            bases=['MerchantModel'],
        ),
    ]
