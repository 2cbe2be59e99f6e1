from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('customers', '0001_initial'), ('staff', '0002_organisation')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Customer',
            name='owner_post',
            field=fields.ForeignKeyField('staff.Post', source_field='owner_post_id', null=True, description='The post that looks after the customer; null where nobody does.', db_constraint=True, to_field='id', related_name='customers', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddIndex(
            model_name='Customer',
            index=Index(fields=['merchant_id', 'owner_post_id', 'id']),
        ),
    ]
