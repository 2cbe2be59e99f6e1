from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('customers', '0002_owner_post'), ('staff', '0001_initial'), ('staff', '0002_organisation')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CustomerKey',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('customer', fields.OneToOneField('customers.Customer', source_field='customer_id', description='Whose key it is.', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('wrapped', fields.BinaryField(description='The key, sealed.')),
                ('created_at', UtcField(description='When it was made.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'customer_key', 'app': 'customers', 'unique_together': (('merchant_id', 'customer_id'),), 'pk_attr': 'id', 'table_description': "The key of what is encrypted of a customer, itself sealed with the merchant's. Without it that is lost."},
            bases=['MerchantModel'],
        ),
    ]
