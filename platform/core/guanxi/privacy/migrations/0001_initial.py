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
    dependencies = [('customers', '0002_owner_post')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Consent',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('customer', fields.ForeignKeyField('customers.Customer', source_field='customer_id', db_constraint=True, to_field='id', related_name='consents', on_delete=OnDelete.RESTRICT)),
                ('channel', fields.CharField(description='The channel that it is about; any for uses without one.', max_length=16)),
                ('purpose', fields.CharField(description='What for.', max_length=24)),
                ('state', fields.CharField(description='Given or withdrawn.', max_length=10)),
                ('notice_version', fields.CharField(null=True, description='Which notice the customer had read.', max_length=60)),
                ('source', fields.CharField(description='Where it was said: a form, a call, a shop.', max_length=60)),
                ('since', UtcField(description='When the customer said so.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'consent', 'app': 'privacy', 'unique_together': (('merchant_id', 'customer_id', 'channel', 'purpose'),), 'indexes': [Index(fields=['merchant_id', 'channel', 'purpose', 'state'])], 'pk_attr': 'id', 'table_description': 'What the ledger says now, one row for each channel and purpose. No row is a refusal.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='ConsentEntry',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('customer', fields.ForeignKeyField('customers.Customer', source_field='customer_id', db_constraint=True, to_field='id', related_name='consent_entries', on_delete=OnDelete.RESTRICT)),
                ('channel', fields.CharField(description='The channel that it is about; any for uses without one.', max_length=16)),
                ('purpose', fields.CharField(description='What for.', max_length=24)),
                ('state', fields.CharField(description='Given or withdrawn.', max_length=10)),
                ('notice_version', fields.CharField(null=True, description='Which notice the customer had read.', max_length=60)),
                ('source', fields.CharField(description='Where it was said: a form, a call, a shop.', max_length=60)),
                ('evidence', fields.TextField(null=True, description='What proves it.', unique=False)),
                ('said_at', UtcField(description='When the customer said so.', auto_now=False, auto_now_add=False)),
                ('recorded_at', UtcField(description='When it was recorded here.', auto_now=False, auto_now_add=False)),
                ('actor', fields.CharField(description='Who recorded it, as kind:id.', max_length=120)),
            ],
            options={'table': 'consent_entry', 'app': 'privacy', 'indexes': [Index(fields=['merchant_id', 'customer_id', 'id'])], 'pk_attr': 'id', 'table_description': 'One line of the ledger: somebody agreed, or took it back. Never changed, never deleted.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='Erasure',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('customer', fields.OneToOneField('customers.Customer', source_field='customer_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('erased_at', UtcField(description='When it was erased.', auto_now=False, auto_now_add=False)),
                ('erased_by', fields.CharField(description='Who erased it, as kind:id.', max_length=120)),
                ('tables', fields.JSONField(description='Rows deleted and cleared, by table.', encoder=JSON_DUMPS, decoder=loads)),
                ('plugins', fields.JSONField(description='What each plugin said to it.', encoder=JSON_DUMPS, decoder=loads)),
                ('digest', fields.CharField(description='SHA-256 of all of the above.', max_length=64)),
            ],
            options={'table': 'privacy_erasure', 'app': 'privacy', 'pk_attr': 'id', 'table_description': "The proof that a customer's personal data was erased: what was done to which table, and a digest of it."},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='LegalHold',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('customer', fields.ForeignKeyField('customers.Customer', source_field='customer_id', db_constraint=True, to_field='id', related_name='legal_holds', on_delete=OnDelete.RESTRICT)),
                ('reason', fields.CharField(description='Why the data must be kept.', max_length=500)),
                ('placed_at', UtcField(description='When it was placed.', auto_now=False, auto_now_add=False)),
                ('placed_by', fields.CharField(description='Who placed it, as kind:id.', max_length=120)),
                ('lifted_at', UtcField(null=True, description='When it was lifted; null while it stands.', auto_now=False, auto_now_add=False)),
                ('lifted_by', fields.CharField(null=True, description='Who lifted it, as kind:id.', max_length=120)),
            ],
            options={'table': 'legal_hold', 'app': 'privacy', 'indexes': [Index(fields=['merchant_id', 'customer_id', 'lifted_at'])], 'pk_attr': 'id', 'table_description': "A reason of law to keep a customer's data: nothing is erased while one stands."},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='PrivacyRequest',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('customer', fields.ForeignKeyField('customers.Customer', source_field='customer_id', db_constraint=True, to_field='id', related_name='privacy_requests', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(description='What was asked for.', max_length=16)),
                ('state', fields.CharField(description='Open, done or refused.', max_length=10)),
                ('received_at', UtcField(description='When it came in.', auto_now=False, auto_now_add=False)),
                ('due_on', fields.DateField(description='The last day to answer it.')),
                ('closed_at', UtcField(null=True, description='When it was answered.', auto_now=False, auto_now_add=False)),
                ('note', fields.CharField(null=True, description='What the customer wrote, or why it was refused.', max_length=500)),
                ('version', fields.IntField(default=1, description='Rises with every change.')),
            ],
            options={'table': 'privacy_request', 'app': 'privacy', 'indexes': [Index(fields=['merchant_id', 'state', 'due_on', 'id']), Index(fields=['merchant_id', 'customer_id', 'id'])], 'pk_attr': 'id', 'table_description': 'What a customer asked for about his data, and by when it is due.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('privacy_class', fields.CharField(description='The class of the columns.', max_length=20)),
                ('keep_days', fields.IntField(description='So many days after the row was made, or the fact happened.')),
                ('updated_at', UtcField(description='When the rule last changed.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Rises with every change.')),
            ],
            options={'table': 'retention_rule', 'app': 'privacy', 'unique_together': (('merchant_id', 'privacy_class'),), 'pk_attr': 'id', 'table_description': 'How long columns of one privacy class are kept.'},
            bases=['MerchantModel'],
        ),
    ]
