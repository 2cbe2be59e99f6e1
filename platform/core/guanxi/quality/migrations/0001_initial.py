from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, TokenField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('customers', '0002_owner_post')]

    initial = True

    operations = [
        ops.CreateModel(
            name='CustomerMerge',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('survivor', fields.ForeignKeyField('customers.Customer', source_field='survivor_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('absorbed', fields.ForeignKeyField('customers.Customer', source_field='absorbed_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('was_archived_at', UtcField(null=True, description='When the absorbed customer had been archived before.', auto_now=False, auto_now_add=False)),
                ('merged_at', UtcField(description='When they were merged.', auto_now=False, auto_now_add=False)),
                ('merged_by', fields.CharField(description='Who merged them, as kind:id.', max_length=120)),
                ('unmerged_at', UtcField(null=True, description='When they were taken apart; null while they are one.', auto_now=False, auto_now_add=False)),
                ('unmerged_by', fields.CharField(null=True, description='Who took them apart.', max_length=120)),
            ],
            options={'table': 'customer_merge', 'app': 'quality', 'indexes': [Index(fields=['merchant_id', 'survivor_id', 'id']), Index(fields=['merchant_id', 'absorbed_id', 'id'])], 'pk_attr': 'id', 'table_description': 'One customer merged into another, and perhaps taken apart again.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='Absorption',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('customer', fields.OneToOneField('customers.Customer', source_field='customer_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('survivor', fields.ForeignKeyField('customers.Customer', source_field='survivor_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('merge', fields.OneToOneField('quality.CustomerMerge', source_field='merge_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'customer_absorption', 'app': 'quality', 'indexes': [Index(fields=['merchant_id', 'survivor_id', 'id'])], 'pk_attr': 'id', 'table_description': 'Where a customer went that is merged into another now. It can be merged once only.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='DismissedPair',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('customer', fields.ForeignKeyField('customers.Customer', source_field='customer_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('other', fields.ForeignKeyField('customers.Customer', source_field='other_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('dismissed_at', UtcField(description='When it was said.', auto_now=False, auto_now_add=False)),
                ('dismissed_by', fields.CharField(description='Who said it, as kind:id.', max_length=120)),
            ],
            options={'table': 'dismissed_pair', 'app': 'quality', 'unique_together': (('merchant_id', 'customer_id', 'other_id'),), 'indexes': [Index(fields=['merchant_id', 'other_id'])], 'pk_attr': 'id', 'table_description': 'Two customers of whom somebody said that they are not the same person.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='DuplicatePair',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('customer', fields.ForeignKeyField('customers.Customer', source_field='customer_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('other', fields.ForeignKeyField('customers.Customer', source_field='other_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('score', fields.IntField(description='How sure it is, from 1 to 100.')),
                ('reasons', fields.JSONField(description='Why, the strongest first.', encoder=JSON_DUMPS, decoder=loads)),
                ('found_at', UtcField(description='When it was found.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'duplicate_pair', 'app': 'quality', 'unique_together': (('merchant_id', 'customer_id', 'other_id'),), 'indexes': [Index(fields=['merchant_id', 'score', 'id']), Index(fields=['merchant_id', 'other_id'])], 'pk_attr': 'id', 'table_description': 'Two customers who may be the same person; ``customer`` has the lower id.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='MovedRow',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('merge', fields.ForeignKeyField('quality.CustomerMerge', source_field='merge_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('part', fields.CharField(description='Which table it stands in.', max_length=20)),
                ('row_id', IdField(description='The row.', generated=False, null=False, unique=False)),
                ('was_preferred', fields.BooleanField(default=False, description='A contact point that was the first of its kind.')),
            ],
            options={'table': 'customer_moved_row', 'app': 'quality', 'unique_together': (('merchant_id', 'merge_id', 'part', 'row_id'),), 'pk_attr': 'id', 'table_description': 'A row that a merge gave to the survivor: what goes back when they are taken apart.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='SearchToken',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('customer', fields.ForeignKeyField('customers.Customer', source_field='customer_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('token', TokenField(description='What is found, as UTF-8.', generated=False, null=False, unique=False)),
            ],
            options={'table': 'search_token', 'app': 'quality', 'indexes': [Index(fields=['merchant_id', 'token', 'customer_id']), Index(fields=['merchant_id', 'customer_id'])], 'pk_attr': 'id', 'table_description': 'One way to find a customer: an end of a name, how it is read, or the tail of a phone.'},
            bases=['MerchantModel'],
        ),
    ]
