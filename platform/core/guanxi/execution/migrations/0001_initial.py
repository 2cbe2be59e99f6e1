from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="IdempotencyRecord",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("merchant_id", IdField(default=current_merchant, generated=False, null=False, unique=False)),
                (
                    "principal",
                    fields.CharField(description="Who sent the key: kind and id of the actor.", max_length=120),
                ),
                ("key", fields.CharField(description="The client's key.", max_length=255)),
                (
                    "digest",
                    fields.CharField(
                        description="SHA-256 of the document, the operation's name and its variables.", max_length=64
                    ),
                ),
                (
                    "body",
                    fields.BinaryField(
                        null=True, description="The answer; null only inside the transaction that makes it."
                    ),
                ),
                (
                    "created_at",
                    UtcField(
                        description="When it ran; after a day the key is free again.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "execution_idempotency_record",
                "app": "execution",
                "unique_together": (("merchant_id", "principal", "key"),),
                "indexes": [Index(fields=["merchant_id", "created_at"])],
                "pk_attr": "id",
                "table_description": "One key of one principal: what was asked under it, and what was answered.",
            },
            bases=["MerchantModel"],
        ),
    ]
