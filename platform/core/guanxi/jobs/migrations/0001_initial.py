from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Job',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('kind', fields.CharField(description='What kind of work: plugin.work.', max_length=100)),
                ('payload', fields.JSONField(description='What it is about: ids and numbers.', encoder=JSON_DUMPS, decoder=loads)),
                ('lane', fields.CharField(null=True, description='Jobs of a lane run one after the other, in order.', max_length=200)),
                ('state', fields.CharField(description='waiting, running, done or dead.', max_length=10)),
                ('attempts', fields.IntField(default=0, description='How often it was begun.')),
                ('error', fields.TextField(null=True, description='Why the last try failed.', unique=False)),
                ('progress_done', fields.BigIntField(default=0, description='How much of it is done.')),
                ('progress_total', fields.BigIntField(null=True, description='How much there is to do; null while nobody knows.')),
                ('created_at', UtcField(description='When it was ordered.', auto_now=False, auto_now_add=False)),
                ('due_at', UtcField(description='Not before then.', auto_now=False, auto_now_add=False)),
                ('started_at', UtcField(null=True, description='When the last try began.', auto_now=False, auto_now_add=False)),
                ('ended_at', UtcField(null=True, description='When it was done, or given up.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'job', 'app': 'jobs', 'indexes': [Index(fields=['merchant_id', 'state', 'id']), Index(fields=['merchant_id', 'kind', 'id']), Index(fields=['merchant_id', 'ended_at'])], 'pk_attr': 'id', 'table_description': 'Work that is done outside requests, with what it is about. Unfinished ones have a ticket of the same id.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='JobSchedule',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, description='The kind and the zone, as kind@zone.', max_length=170)),
                ('kind', fields.CharField(description='What kind of work.', max_length=100)),
                ('timezone', fields.CharField(description='Whose wall clock.', max_length=64)),
                ('cron', fields.CharField(description='The expression that next_at was worked out with.', max_length=100)),
                ('next_at', UtcField(description='When it comes next.', auto_now=False, auto_now_add=False)),
                ('leased_until', UtcField(null=True, description='A worker orders the jobs of this time until then.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'job_schedule', 'app': 'jobs', 'indexes': [Index(fields=['next_at'])], 'pk_attr': 'name', 'table_description': 'When a kind with a cron expression comes next in a time zone.'},
            bases=['PlatformModel'],
        ),
        ops.CreateModel(
            name='JobTicket',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True, generated=False, null=False)),
                ('home_id', IdField(description='The merchant.', generated=False, null=False, unique=False)),
                ('kind', fields.CharField(description='What kind of work.', max_length=100)),
                ('key', fields.CharField(null=True, description='One unfinished job of a kind for each key.', max_length=200)),
                ('lane', fields.CharField(null=True, description='Jobs of a lane run one after the other, in order.', max_length=200)),
                ('due_at', UtcField(description='Not before then.', auto_now=False, auto_now_add=False)),
                ('leased_until', UtcField(null=True, description='A worker has it until then; null while it waits.', auto_now=False, auto_now_add=False)),
                ('worker', fields.CharField(null=True, description='Which worker.', max_length=64)),
                ('fence', fields.BigIntField(default=0, description='Rises with each claim: older holders can no longer commit.')),
                ('attempts', fields.IntField(default=0, description='How often it was begun.')),
                ('is_wanted_again', fields.BooleanField(default=False, description='Ordered again while it ran.')),
            ],
            options={'table': 'job_ticket', 'app': 'jobs', 'unique_together': (('home_id', 'kind', 'key'),), 'indexes': [Index(fields=['home_id', 'leased_until', 'due_at']), Index(fields=['leased_until', 'due_at']), Index(fields=['home_id', 'lane', 'id'])], 'pk_attr': 'id', 'table_description': 'The place of an unfinished job in the queue of all merchants: ids and times, nothing of what it is about.'},
            bases=['PlatformModel'],
        ),
    ]
