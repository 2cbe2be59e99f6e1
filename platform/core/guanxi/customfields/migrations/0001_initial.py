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
    dependencies = [('customers', '0001_initial'), ('customers', '0002_owner_post')]

    initial = True

    operations = [
        ops.CreateModel(
            name='CustomField',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('key', fields.CharField(description='What programs call it.', max_length=40)),
                ('label', fields.CharField(description='What people call it.', max_length=80)),
                ('kind', fields.CharField(description='What its values are.', max_length=16)),
                ('options', fields.JSONField(default=list, description="What an ENUM's value may be.", encoder=JSON_DUMPS, decoder=loads)),
                ('archived_at', UtcField(null=True, description='When it was archived; null while in use.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Rises with every change.')),
                ('created_at', UtcField(description='When it was defined.', auto_now=False, auto_now_add=False)),
                ('updated_at', UtcField(description='When it last changed.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'custom_field', 'app': 'customfields', 'unique_together': (('merchant_id', 'key'),), 'indexes': [Index(fields=['merchant_id', 'created_at', 'id'])], 'pk_attr': 'id', 'table_description': 'One field that the merchant has defined. Key and kind never change.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='CustomValue',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('customer', fields.ForeignKeyField('customers.Customer', source_field='customer_id', description='The customer.', db_constraint=True, to_field='id', related_name='custom_values', on_delete=OnDelete.CASCADE)),
                ('field', fields.ForeignKeyField('customfields.CustomField', source_field='field_id', description='The field.', db_constraint=True, to_field='id', related_name='values', on_delete=OnDelete.RESTRICT)),
                ('text', fields.CharField(null=True, description='Of a TEXT.', max_length=500)),
                ('number', fields.FloatField(null=True, description='Of a NUMBER.')),
                ('amount_minor', fields.BigIntField(null=True, description='Of a MONEY: the amount, in the smallest unit.')),
                ('currency', fields.CharField(null=True, description='Of a MONEY: the currency, ISO 4217.', max_length=3)),
                ('day', fields.DateField(null=True, description='Of a DATE.')),
                ('choice', fields.CharField(null=True, description="Of an ENUM: one of the field's options.", max_length=80)),
                ('flag', fields.BooleanField(null=True, description='Of a BOOL.')),
                ('reference', fields.ForeignKeyField('customers.Customer', source_field='reference_id', null=True, description='Of a REFERENCE: another customer.', db_constraint=True, to_field='id', related_name='referring_values', on_delete=OnDelete.RESTRICT)),
                ('source', fields.CharField(null=True, description='Where it came from.', max_length=60)),
                ('collected', fields.CharField(description='From the customer directly, or indirectly.', max_length=16)),
                ('collected_at', UtcField(description='When it became known.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'custom_value', 'app': 'customfields', 'unique_together': (('merchant_id', 'customer_id', 'field_id'),), 'indexes': [Index(fields=['merchant_id', 'field_id', 'text']), Index(fields=['merchant_id', 'field_id', 'number']), Index(fields=['merchant_id', 'field_id', 'amount_minor']), Index(fields=['merchant_id', 'field_id', 'day']), Index(fields=['merchant_id', 'field_id', 'choice'])], 'pk_attr': 'id', 'table_description': 'What one field says of one customer; only the columns of its kind are filled.'},
            bases=['MerchantModel'],
        ),
    ]
