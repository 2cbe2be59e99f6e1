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
            name='Segment',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('name', fields.CharField(description='What staff call it.', max_length=80)),
                ('description', fields.CharField(null=True, description='What it is for.', max_length=500)),
                ('kind', fields.CharField(description='static or dynamic.', max_length=10)),
                ('audience', fields.JSONField(description='The condition.', encoder=JSON_DUMPS, decoder=loads)),
                ('member_count', fields.BigIntField(default=0, description='How many customers are in it.')),
                ('refresh_number', fields.IntField(default=0, description='Rises with each refresh that moved anybody.')),
                ('refreshed_at', UtcField(null=True, description='When its members were found last.', auto_now=False, auto_now_add=False)),
                ('archived_at', UtcField(null=True, description='When it was archived; null while in use.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Rises with each change of what it says.')),
                ('created_at', UtcField(description='When it was saved first.', auto_now=False, auto_now_add=False)),
                ('updated_at', UtcField(description='When it last changed.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'segment', 'app': 'audiences', 'unique_together': (('merchant_id', 'name'),), 'indexes': [Index(fields=['merchant_id', 'created_at', 'id'])], 'pk_attr': 'id', 'table_description': 'An audience under a name. Static: whom it was saved with; dynamic: who matches at each refresh.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='SegmentChange',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('segment', fields.ForeignKeyField('audiences.Segment', source_field='segment_id', description='The segment.', db_constraint=True, to_field='id', related_name='changes', on_delete=OnDelete.CASCADE)),
                ('customer', fields.ForeignKeyField('customers.Customer', source_field='customer_id', description='The customer.', db_constraint=True, to_field='id', related_name='segment_changes', on_delete=OnDelete.CASCADE)),
                ('refresh_number', fields.IntField(description='The refresh that found it.')),
                ('has_entered', fields.BooleanField(description='Entered; else left.')),
                ('merge_id', IdField(null=True, description='The merge that moved the customer; null for a refresh.', generated=False, unique=False)),
                ('changed_at', UtcField(description='When it was found.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'segment_change', 'app': 'audiences', 'unique_together': (('merchant_id', 'segment_id', 'refresh_number', 'customer_id'),), 'indexes': [Index(fields=['merchant_id', 'customer_id']), Index(fields=['merchant_id', 'merge_id'])], 'pk_attr': 'id', 'table_description': 'A customer entered or left a segment.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='SegmentMember',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('segment', fields.ForeignKeyField('audiences.Segment', source_field='segment_id', description='The segment.', db_constraint=True, to_field='id', related_name='members', on_delete=OnDelete.CASCADE)),
                ('customer', fields.ForeignKeyField('customers.Customer', source_field='customer_id', description='The customer.', db_constraint=True, to_field='id', related_name='segment_members', on_delete=OnDelete.CASCADE)),
                ('entered_at', UtcField(description='When the customer came in.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'segment_member', 'app': 'audiences', 'unique_together': (('merchant_id', 'segment_id', 'customer_id'),), 'indexes': [Index(fields=['merchant_id', 'customer_id', 'segment_id'])], 'pk_attr': 'id', 'table_description': 'One customer in one segment.'},
            bases=['MerchantModel'],
        ),
    ]
