from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('execution', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='RegisteredDocument',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('document_id', fields.CharField(description='sha256: and the digest of the text, in hexadecimal digits.', max_length=71)),
                ('name', fields.CharField(description='What people call it.', max_length=200)),
                ('text', fields.TextField(description='The document.', unique=False)),
                ('plugins', fields.JSONField(default=list, description='Ids of plugins that it needs.', encoder=JSON_DUMPS, decoder=loads)),
                ('registered_by', fields.CharField(description='Who registered it, as kind:id.', max_length=120)),
                ('created_at', UtcField(description='When it was registered.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'execution_registered_document', 'app': 'execution', 'unique_together': (('merchant_id', 'document_id'),), 'indexes': [Index(fields=['merchant_id', 'created_at', 'id'])], 'pk_attr': 'id', 'table_description': "A document that a merchant's clients run by its id. Its text never changes: another text has another id."},
            bases=['MerchantModel'],
        ),
    ]
