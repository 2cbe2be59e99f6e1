from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('customers', '0002_owner_post'), ('staff', '0001_initial'), ('staff', '0002_organisation')]

    initial = True

    operations = [
        ops.CreateModel(
            name='KpiTarget',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('post', fields.ForeignKeyField('staff.Post', source_field='post_id', description='The post.', db_constraint=True, to_field='id', related_name='kpi_targets', on_delete=OnDelete.RESTRICT)),
                ('metric', fields.CharField(description="The name of a fact, summed up over the post's customers.", max_length=80)),
                ('period', fields.CharField(description='A month as 2026-11, or a quarter as 2026-Q4.', max_length=7)),
                ('target', fields.BigIntField(description="What is to be reached, in the fact's unit.")),
                ('weight_bp', fields.IntField(description='Its weight in the score, in hundredths of a percent.')),
                ('value', fields.FloatField(null=True, description='What was reached, once the period is closed.')),
                ('person', fields.ForeignKeyField('staff.StaffMember', source_field='person_id', null=True, description='Who held the post at the end of the period, once that is closed.', db_constraint=True, to_field='id', related_name='kpi_targets', on_delete=OnDelete.RESTRICT)),
                ('closed_at', UtcField(null=True, description='When the period was closed for the post.', auto_now=False, auto_now_add=False)),
                ('created_at', UtcField(description='When it was set first.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Send it back as expectedVersion.')),
            ],
            options={'table': 'kpi_target', 'app': 'teamwork', 'unique_together': (('merchant_id', 'post_id', 'period', 'metric'),), 'indexes': [Index(fields=['merchant_id', 'person_id', 'period'])], 'pk_attr': 'id', 'table_description': 'What a post is to reach in a period, of one metric.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='Note',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('subject_ref', fields.CharField(description='The global id of what it is about.', max_length=41)),
                ('customer', fields.ForeignKeyField('customers.Customer', source_field='customer_id', null=True, description='The customer that it is about; whoever sees the customer sees it.', db_constraint=True, to_field='id', related_name='notes', on_delete=OnDelete.CASCADE)),
                ('body', fields.TextField(description='What it says.', unique=False)),
                ('author', fields.CharField(description='Who wrote it, as kind:id.', max_length=120)),
                ('created_at', UtcField(description='When it was written.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'note', 'app': 'teamwork', 'indexes': [Index(fields=['merchant_id', 'subject_ref', 'id']), Index(fields=['merchant_id', 'customer_id', 'id'])], 'pk_attr': 'id', 'table_description': 'What staff tell each other about anything. Never shown to shoppers.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='Task',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('title', fields.CharField(description='What is to be done.', max_length=200)),
                ('customer', fields.ForeignKeyField('customers.Customer', source_field='customer_id', null=True, description='The customer that it is about.', db_constraint=True, to_field='id', related_name='tasks', on_delete=OnDelete.CASCADE)),
                ('subject_ref', fields.CharField(null=True, description='The global id of what it is about.', max_length=41)),
                ('assignee_post', fields.ForeignKeyField('staff.Post', source_field='assignee_post_id', description='The post that is to do it.', db_constraint=True, to_field='id', related_name='tasks', on_delete=OnDelete.RESTRICT)),
                ('due_at', UtcField(null=True, description='By when; null where it has time.', auto_now=False, auto_now_add=False)),
                ('state', fields.CharField(default='open', description='open or done.', max_length=10)),
                ('created_by', fields.CharField(description='Who created it, as kind:id.', max_length=120)),
                ('created_at', UtcField(description='When it was created.', auto_now=False, auto_now_add=False)),
                ('completed_by', fields.ForeignKeyField('staff.StaffMember', source_field='completed_by_id', null=True, description='The person who completed it; null where a token did.', db_constraint=True, to_field='id', related_name='completed_tasks', on_delete=OnDelete.RESTRICT)),
                ('completed_at', UtcField(null=True, description='When it was completed.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Send it back as expectedVersion.')),
            ],
            options={'table': 'task', 'app': 'teamwork', 'indexes': [Index(fields=['merchant_id', 'assignee_post_id', 'state', 'due_at', 'id']), Index(fields=['merchant_id', 'customer_id', 'id']), Index(fields=['merchant_id', 'due_at', 'id'])], 'pk_attr': 'id', 'table_description': 'Something that a post has to do, whoever holds it; it moves with a handover.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='Notification',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('person', fields.ForeignKeyField('staff.StaffMember', source_field='person_id', description='Who is told.', db_constraint=True, to_field='id', related_name='notifications', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharField(description='Why: task_assigned or mentioned.', max_length=20)),
                ('task', fields.ForeignKeyField('teamwork.Task', source_field='task_id', null=True, description='The task.', db_constraint=True, to_field='id', related_name='notifications', on_delete=OnDelete.CASCADE)),
                ('note', fields.ForeignKeyField('teamwork.Note', source_field='note_id', null=True, description='The note.', db_constraint=True, to_field='id', related_name='notifications', on_delete=OnDelete.CASCADE)),
                ('created_at', UtcField(description='When it was made.', auto_now=False, auto_now_add=False)),
                ('read_at', UtcField(null=True, description='When it was read.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'notification', 'app': 'teamwork', 'indexes': [Index(fields=['merchant_id', 'person_id', 'id']), Index(fields=['merchant_id', 'task_id']), Index(fields=['merchant_id', 'note_id'])], 'pk_attr': 'id', 'table_description': 'Something new for one person.'},
            bases=['MerchantModel'],
        ),
    ]
