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
    dependencies = [("customers", "0001_initial")]

    initial = True

    operations = [
        ops.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("merchant_id", IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ("file_hash", fields.CharField(description="SHA-256 of the file.", max_length=64)),
                (
                    "file_name",
                    fields.CharField(description="Where the file was when the import began.", max_length=1024),
                ),
                ("preset", fields.CharField(description="The file's format.", max_length=40)),
                ("state", fields.CharField(description="running, done or failed.", max_length=16)),
                (
                    "problem_count",
                    fields.BigIntField(default=0, description="How many values made lines be passed over."),
                ),
                ("offset_bytes", fields.BigIntField(default=0, description="The file is imported up to here.")),
                (
                    "lines_done",
                    fields.BigIntField(default=0, description="How many lines that is, the header included."),
                ),
                ("rows_done", fields.BigIntField(default=0, description="How many of them were facts.")),
                ("customers_created", fields.BigIntField(default=0, description="How many customers were new.")),
                ("interactions_created", fields.BigIntField(default=0, description="How many facts were recorded.")),
                ("error", fields.CharField(null=True, description="Why it failed.", max_length=500)),
                ("started_at", UtcField(description="When it began.", auto_now=False, auto_now_add=False)),
                (
                    "finished_at",
                    UtcField(
                        null=True, description="When the last page was recorded.", auto_now=False, auto_now_add=False
                    ),
                ),
                ("version", fields.IntField(default=1, description="Rises with every page.")),
            ],
            options={
                "table": "import_run",
                "app": "interactions",
                "unique_together": (("merchant_id", "file_hash", "preset"),),
                "indexes": [Index(fields=["merchant_id", "started_at", "id"])],
                "pk_attr": "id",
                "table_description": "How far the import of a file has come; moved forward in the transaction of each page.",
            },
            bases=["MerchantModel"],
        ),
        ops.CreateModel(
            name="Interaction",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("merchant_id", IdField(default=current_merchant, generated=False, null=False, unique=False)),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "customers.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="interactions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(description="What happened.", max_length=40)),
                ("occurred_at", UtcField(description="When it happened.", auto_now=False, auto_now_add=False)),
                ("recorded_at", UtcField(description="When it was recorded here.", auto_now=False, auto_now_add=False)),
                ("channel", fields.CharField(description="Where it happened.", max_length=40)),
                (
                    "source",
                    fields.CharField(
                        description="Who calls it by the external id; the channel if nobody said.", max_length=60
                    ),
                ),
                (
                    "external_id",
                    fields.CharField(null=True, description="What the source calls it, for ever.", max_length=200),
                ),
                ("order_ref", fields.CharField(null=True, description="The order that it belongs to.", max_length=120)),
                (
                    "amount_minor",
                    fields.BigIntField(null=True, description="The amount, in the currency's smallest unit."),
                ),
                ("currency", fields.CharField(description="The currency of its amounts, ISO 4217.", max_length=3)),
                ("tax_minor", fields.BigIntField(null=True, description="The tax within the amount.")),
                ("shipping_minor", fields.BigIntField(null=True, description="The shipping within the amount.")),
                (
                    "discount_minor",
                    fields.BigIntField(null=True, description="The discount already taken off the amount."),
                ),
                (
                    "refund_of",
                    fields.ForeignKeyField(
                        "interactions.Interaction",
                        source_field="refund_of_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="refunds",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "voids",
                    fields.ForeignKeyField(
                        "interactions.Interaction",
                        source_field="voids_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="voiding",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "voided_by",
                    fields.ForeignKeyField(
                        "interactions.Interaction",
                        source_field="voided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="voided",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("subject", fields.CharField(null=True, description="What it is about, in one line.", max_length=200)),
                ("body", fields.TextField(null=True, description="What was said or written.", unique=False)),
                ("actor", fields.CharField(description="Who recorded it, as kind:id.", max_length=120)),
                ("attributes", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                (
                    "mode",
                    fields.CharField(
                        description="LIVE, or HISTORICAL where it was no news when recorded.", max_length=16
                    ),
                ),
            ],
            options={
                "table": "interaction",
                "app": "interactions",
                "unique_together": (("merchant_id", "source", "external_id"),),
                "indexes": [
                    Index(fields=["merchant_id", "customer_id", "occurred_at", "id"]),
                    Index(fields=["merchant_id", "occurred_at", "id"]),
                    Index(fields=["merchant_id", "order_ref"]),
                    Index(
                        fields=[
                            "merchant_id",
                            "kind",
                            "customer_id",
                            "currency",
                            "occurred_at",
                            "amount_minor",
                            "voids_id",
                            "voided_by_id",
                        ]
                    ),
                ],
                "pk_attr": "id",
                "table_description": "One fact on a customer's timeline. Never changed but for ``voided_by``, never deleted.",
            },
            bases=["MerchantModel"],
        ),
        ops.CreateModel(
            name="InteractionItem",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("merchant_id", IdField(default=current_merchant, generated=False, null=False, unique=False)),
                (
                    "interaction",
                    fields.ForeignKeyField(
                        "interactions.Interaction",
                        source_field="interaction_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="items",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.IntField(description="Its place in the list, from 0.")),
                ("sku", fields.CharField(description="The merchant's number of the article.", max_length=120)),
                ("category", fields.CharField(null=True, description="What sort of article it is.", max_length=120)),
                ("qty", fields.IntField(description="How many.")),
                (
                    "amount_minor",
                    fields.BigIntField(null=True, description="The amount of the line, in the smallest unit."),
                ),
            ],
            options={
                "table": "interaction_item",
                "app": "interactions",
                "unique_together": (("merchant_id", "interaction_id", "position"),),
                "indexes": [Index(fields=["merchant_id", "sku"])],
                "pk_attr": "id",
                "table_description": "One article of a sale or a return.",
            },
            bases=["MerchantModel"],
        ),
    ]
