from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db import resealing
from guanxi.db.fields import BlindIndexField, EncryptedField
from tortoise.indexes import Index

TABLE = resealing.SealedTable(
    "contact_point", ("value", "normalised", "street"), {"value_index": ("kind", "normalised")}
)


async def seal(apps, schema_editor):
    """Texts are clear bytes by now."""
    await resealing.seal_clear_rows(schema_editor.client, TABLE)


async def unseal(apps, schema_editor):
    await resealing.open_all_rows(schema_editor.client, TABLE)


class Migration(migrations.Migration):
    dependencies = [('customers', '0003_customer_keys')]

    initial = False

    operations = [
        ops.RemoveIndex(
            model_name='ContactPoint',
            name=None,
            fields=['merchant_id', 'kind', 'normalised'],
        ),
        ops.AlterField(
            model_name='ContactPoint',
            name='normalised',
            field=EncryptedField(null=True, description='What equality compares; null when invalid.', generated=False, unique=False),
        ),
        ops.AlterField(
            model_name='ContactPoint',
            name='street',
            field=EncryptedField(null=True, description='Street, building and door of an address.', generated=False, unique=False),
        ),
        ops.AlterField(
            model_name='ContactPoint',
            name='value',
            field=EncryptedField(description='As it was given.', generated=False, null=False, unique=False),
        ),
        ops.AddField(
            model_name='ContactPoint',
            name='value_index',
            field=BlindIndexField(null=True, description='Finds the contact points that are equal.', of=('kind', 'normalised')),
        ),
        ops.AddIndex(
            model_name='ContactPoint',
            index=Index(fields=['merchant_id', 'value_index']),
        ),
        ops.RunPython(seal, unseal),
    ]
