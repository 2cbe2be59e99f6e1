from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('staff', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='OrgUnit',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('parent', fields.ForeignKeyField('staff.OrgUnit', source_field='parent_id', null=True, description='The unit above it; null at the top.', db_constraint=True, to_field='id', related_name='children', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(description='What it is called.', max_length=80)),
                ('archived_at', UtcField(null=True, description='When it was closed; null while in use.', auto_now=False, auto_now_add=False)),
                ('created_at', UtcField(description='When it was created.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Send it back as expectedVersion.')),
            ],
            options={'table': 'org_unit', 'app': 'staff', 'indexes': [Index(fields=['merchant_id', 'parent_id', 'id']), Index(fields=['merchant_id', 'name', 'id'])], 'pk_attr': 'id', 'table_description': 'A department or team; together they are trees.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='Post',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('unit', fields.ForeignKeyField('staff.OrgUnit', source_field='unit_id', description='The unit that it belongs to.', db_constraint=True, to_field='id', related_name='posts', on_delete=OnDelete.RESTRICT)),
                ('role', fields.ForeignKeyField('staff.Role', source_field='role_id', description='What its holder may do.', db_constraint=True, to_field='id', related_name='posts', on_delete=OnDelete.RESTRICT)),
                ('title', fields.CharField(description='What it is called.', max_length=80)),
                ('layer', fields.CharField(description='management or execution.', max_length=16)),
                ('scope', fields.CharField(description='Whose customers it sees: own, unit, subtree or merchant.', max_length=16)),
                ('archived_at', UtcField(null=True, description='When it was closed; null while in use.', auto_now=False, auto_now_add=False)),
                ('created_at', UtcField(description='When it was created.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Send it back as expectedVersion.')),
            ],
            options={'table': 'post', 'app': 'staff', 'indexes': [Index(fields=['merchant_id', 'unit_id', 'id']), Index(fields=['merchant_id', 'role_id', 'id']), Index(fields=['merchant_id', 'title', 'id'])], 'pk_attr': 'id', 'table_description': 'A place in the organisation: rights and customers hang on it, whoever holds it.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='StaffMember',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('name', fields.CharField(description="The person's name.", max_length=80)),
                ('email', fields.CharField(description='The e-mail address in small letters, unique in the merchant.', max_length=254)),
                ('state', fields.CharField(description='invited, active or suspended.', max_length=16)),
                ('created_at', UtcField(description='When the person was invited.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Send it back as expectedVersion.')),
            ],
            options={'table': 'staff_member', 'app': 'staff', 'unique_together': (('merchant_id', 'email'),), 'indexes': [Index(fields=['merchant_id', 'name', 'id'])], 'pk_attr': 'id', 'table_description': 'A person who works for the merchant. How the person signs in stands elsewhere.'},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='PostHolding',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('post', fields.ForeignKeyField('staff.Post', source_field='post_id', description='The post.', db_constraint=True, to_field='id', related_name='holdings', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('staff.StaffMember', source_field='person_id', description='Who holds or held it.', db_constraint=True, to_field='id', related_name='holdings', on_delete=OnDelete.RESTRICT)),
                ('since', UtcField(description='From when on.', auto_now=False, auto_now_add=False)),
                ('until', UtcField(null=True, description='Up to when; null for the present holder.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'post_holding', 'app': 'staff', 'constraints': [UniqueConstraint(fields=('merchant_id', 'post_id'), name='post_holding_one_person', condition='"until" IS NULL'), UniqueConstraint(fields=('merchant_id', 'person_id'), name='post_holding_one_post', condition='"until" IS NULL')], 'indexes': [Index(fields=['merchant_id', 'post_id', 'since']), Index(fields=['merchant_id', 'person_id', 'since'])], 'pk_attr': 'id', 'table_description': 'Who held a post from when to when. Never changed but for its end, never deleted.'},
            bases=['MerchantModel'],
        ),
        ops.AddField(
            model_name='ApiToken',
            name='post',
            field=fields.ForeignKeyField('staff.Post', source_field='post_id', null=True, description='The post it acts for; null where it acts for the merchant.', db_constraint=True, to_field='id', related_name='tokens', on_delete=OnDelete.RESTRICT),
        ),
    ]
