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
    initial = True

    operations = [
        ops.CreateModel(
            name='Webhook',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('url', fields.CharField(description='Where it is sent.', max_length=2048)),
                ('topics', fields.JSONField(description='Names of the events that are sent.', encoder=JSON_DUMPS, decoder=loads)),
                ('document', fields.TextField(null=True, description="What is sent: a GraphQL query; null for the event's own fields.", unique=False)),
                ('permissions', fields.JSONField(description='What the query may read.', encoder=JSON_DUMPS, decoder=loads)),
                ('is_enabled', fields.BooleanField(default=True, description='Whether events are sent.')),
                ('disabled_reason', fields.CharField(null=True, description='Why it was switched off by itself.', max_length=100)),
                ('generation', fields.IntField(default=1, description='Which secret signs.')),
                ('rotated_at', UtcField(null=True, description='When the secret was changed; both sign for a day.', auto_now=False, auto_now_add=False)),
                ('failures', fields.IntField(default=0, description='How often sending failed in a row.')),
                ('paused_until', UtcField(null=True, description='Nothing is sent until then: it failed too often.', auto_now=False, auto_now_add=False)),
                ('created_at', UtcField(description='When it was set up.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Send it back as expectedVersion.')),
            ],
            options={'table': 'webhook', 'app': 'webhooks', 'pk_attr': 'id', 'table_description': "An endpoint of the merchant's own. Its secrets follow from the installation's key: none is stored."},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('webhook', fields.ForeignKeyField('webhooks.Webhook', source_field='webhook_id', description='Where it goes.', db_constraint=True, to_field='id', related_name='deliveries', on_delete=OnDelete.CASCADE)),
                ('topic', fields.CharField(description="The event's name.", max_length=64)),
                ('event_id', IdField(description='The event.', generated=False, null=False, unique=False)),
                ('subject', fields.CharField(description='Deliveries about one subject arrive in their order.', max_length=64)),
                ('variables', fields.JSONField(description="The event's own fields.", encoder=JSON_DUMPS, decoder=loads)),
                ('body', fields.TextField(null=True, description='What is sent, while it is on its way: every try sends the same.', unique=False)),
                ('state', fields.CharField(description='new, pending, delivered or dead.', max_length=10)),
                ('attempts', fields.IntField(default=0, description='How often it was tried.')),
                ('status_code', fields.IntField(null=True, description='What the endpoint answered last.')),
                ('error', fields.CharField(null=True, description='Why the last try failed.', max_length=100)),
                ('occurred_at', UtcField(description='When the event happened.', auto_now=False, auto_now_add=False)),
                ('created_at', UtcField(description='When it was recorded, or replayed last: it is given up 72 hours later.', auto_now=False, auto_now_add=False)),
                ('due_at', UtcField(description='When it is tried next.', auto_now=False, auto_now_add=False)),
                ('ended_at', UtcField(null=True, description='When it was delivered, or given up.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'webhook_delivery', 'app': 'webhooks', 'unique_together': (('merchant_id', 'webhook_id', 'event_id'),), 'indexes': [Index(fields=['merchant_id', 'webhook_id', 'state', 'id']), Index(fields=['merchant_id', 'state', 'ended_at'])], 'pk_attr': 'id', 'table_description': 'One event on its way to one endpoint.'},
            bases=['MerchantModel'],
        ),
    ]
