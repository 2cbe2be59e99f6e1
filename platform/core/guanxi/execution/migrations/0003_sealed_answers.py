from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db import resealing
from guanxi.db.fields import EncryptedField

TABLE = resealing.SealedTable("execution_idempotency_record", ("body",), has_owner=False)


async def seal(apps, schema_editor):
    """Answers are clear bytes by now."""
    await resealing.seal_clear_rows(schema_editor.client, TABLE)


async def unseal(apps, schema_editor):
    await resealing.open_all_rows(schema_editor.client, TABLE)


class Reread(ops.AlterField):
    """The column holds bytes before and after: only what they mean changes."""

    async def database_forward(self, app_label, old_state, new_state, state_editor=None):
        pass

    async def database_backward(self, app_label, old_state, new_state, state_editor=None):
        pass


class Migration(migrations.Migration):
    dependencies = [('execution', '0002_registered_documents')]

    initial = False

    operations = [
        Reread(
            model_name='IdempotencyRecord',
            name='body',
            field=EncryptedField(null=True, description='The answer; null only inside the transaction that makes it.', generated=False, unique=False),
        ),
        ops.RunPython(seal, unseal),
    ]
