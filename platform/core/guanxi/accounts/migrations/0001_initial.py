from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('staff', '0002_organisation')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Account',
            fields=[
                ('id', IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False)),
                ('merchant_id', IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ('person', fields.OneToOneField('staff.StaffMember', source_field='person_id', description='Whose it is.', db_constraint=True, to_field='id', related_name='account', on_delete=OnDelete.CASCADE)),
                ('password_hash', fields.CharField(description='Argon2id with its parameters; never the password.', max_length=200)),
                ('changed_at', UtcField(description='When the password was set.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'account', 'app': 'accounts', 'pk_attr': 'id', 'table_description': "A staff member's password, as its hash."},
            bases=['MerchantModel'],
        ),
        ops.CreateModel(
            name='Invitation',
            fields=[
                ('public_id', fields.CharField(primary_key=True, unique=True, db_index=True, description='The part of its text that is no secret.', max_length=8)),
                ('secret_hash', fields.CharField(description='SHA-256, in hex digits, of its text.', max_length=64)),
                ('home_id', IdField(description='The merchant.', generated=False, null=False, unique=False)),
                ('person_id', IdField(description='The staff member.', generated=False, null=False, unique=False)),
                ('created_at', UtcField(description='When it was made.', auto_now=False, auto_now_add=False)),
                ('expires_at', UtcField(description='From this moment on it is refused.', auto_now=False, auto_now_add=False)),
                ('ended_at', UtcField(null=True, description='When it was used or replaced.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'invitation', 'app': 'accounts', 'indexes': [Index(fields=['home_id', 'person_id'])], 'pk_attr': 'public_id', 'table_description': "Lets its holder set a staff member's password, once."},
            bases=['PlatformModel'],
        ),
        ops.CreateModel(
            name='LoginFailure',
            fields=[
                ('key_hash', fields.CharField(primary_key=True, unique=True, db_index=True, description="SHA-256, in hex digits, of the account's name or of the address.", max_length=64)),
                ('failures', fields.IntField(description='In a row, with less than a day between.')),
                ('failed_at', UtcField(description='When it failed last.', auto_now=False, auto_now_add=False)),
                ('locked_until', UtcField(null=True, description='Until when nothing is tried.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'login_failure', 'app': 'accounts', 'indexes': [Index(fields=['failed_at'])], 'pk_attr': 'key_hash', 'table_description': 'How often signing in has failed lately, for an account or an address, known or not.'},
            bases=['PlatformModel'],
        ),
        ops.CreateModel(
            name='Session',
            fields=[
                ('key_hash', fields.CharField(primary_key=True, unique=True, db_index=True, description='SHA-256, in hex digits, of the id in the cookie.', max_length=64)),
                ('public_id', fields.CharField(unique=True, description='Names the session where it is listed.', max_length=22)),
                ('home_id', IdField(description='The merchant.', generated=False, null=False, unique=False)),
                ('person_id', IdField(description='The staff member.', generated=False, null=False, unique=False)),
                ('rights', fields.CharField(description='SHA-256, in hex digits, of what the person might do when the id was made.', max_length=64)),
                ('agent', fields.CharField(description='What the browser says of itself.', max_length=200)),
                ('address', fields.CharField(description='The network address that it signed in from.', max_length=45)),
                ('signed_in_at', UtcField(description='When the password was typed.', auto_now=False, auto_now_add=False)),
                ('seen_at', UtcField(description='When it was last used, to the minute.', auto_now=False, auto_now_add=False)),
                ('expires_at', UtcField(description='When it ends, however much it is used.', auto_now=False, auto_now_add=False)),
                ('ended_at', UtcField(null=True, description='From when on it is refused: signed out, revoked or replaced.', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'session', 'app': 'accounts', 'indexes': [Index(fields=['home_id', 'person_id', 'signed_in_at'])], 'pk_attr': 'key_hash', 'table_description': 'One browser of one staff member. The id that the browser keeps is stored as its hash alone.'},
            bases=['PlatformModel'],
        ),
        ops.CreateModel(
            name='ShopperKey',
            fields=[
                ('public_id', fields.CharField(primary_key=True, unique=True, db_index=True, description='The part of its text that names it.', max_length=8)),
                ('home_id', IdField(unique=True, description='The merchant.', generated=False, null=False)),
                ('generation', fields.IntField(default=1, description='Counts the secrets; each makes another one.')),
                ('overlap_until', UtcField(null=True, description='Until when the secret before is good, too.', auto_now=False, auto_now_add=False)),
                ('created_at', UtcField(description='When it was made.', auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1, description='Send it back as expectedVersion.')),
            ],
            options={'table': 'shopper_key', 'app': 'accounts', 'pk_attr': 'public_id', 'table_description': "A merchant's publishable key. Its secrets are derived from the installation's key and stored nowhere."},
            bases=['PlatformModel'],
        ),
    ]
