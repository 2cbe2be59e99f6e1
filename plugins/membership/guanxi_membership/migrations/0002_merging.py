from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, uuid7
from guanxi.db.merchant import current_merchant
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('customers', '0001_initial'), ('customers', '0002_owner_post'), ('membership', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='MergedSpend',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('merge_id', IdField(description='The merge.', generated=False, null=False, unique=False)),
                ('survivor', fields.ForeignKeyField('membership.Account', source_field='survivor_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('absorbed', fields.ForeignKeyField('membership.Account', source_field='absorbed_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('moved_minor', fields.BigIntField(default=0, description='Net spend that was moved, smallest unit.')),
                ('is_undone', fields.BooleanField(default=False, description='Whether the merge was taken back.')),
            ],
            options={'table': 'membership_merged_spend', 'app': 'membership', 'unique_together': (('merchant_id', 'merge_id'),), 'indexes': [Index(fields=['merchant_id', 'absorbed_id'])], 'pk_attr': 'id', 'table_description': 'What a merge of two customers moved between their accounts; ``moved_minor`` goes back when it is undone.'},
            bases=['MerchantModel'],
        ),
        ops.AddField(
            model_name='Account',
            name='merged_into',
            field=fields.ForeignKeyField('membership.Account', source_field='merged_into_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE),
        ),
    ]
