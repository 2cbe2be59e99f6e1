from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    initial = True

    operations = [
        ops.CreateModel(
            name="Program",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("merchant_id", IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ("name", fields.CharField(description="What members call it.", max_length=80)),
                ("currency", fields.CharField(description="Of every amount in it, ISO 4217.", max_length=3)),
                ("status", fields.CharField(description="draft, active, paused or closed.", max_length=10)),
                (
                    "active_slot",
                    fields.SmallIntField(null=True, description="1 while active, else empty: the slot is unique."),
                ),
                ("created_at", UtcField(description="When it was created.", auto_now=False, auto_now_add=False)),
                (
                    "version",
                    fields.IntField(default=1, description="Rises with each change; send it as expectedVersion."),
                ),
            ],
            options={
                "table": "membership_program",
                "app": "membership",
                "unique_together": (("merchant_id", "active_slot"),),
                "pk_attr": "id",
                "table_description": "A membership program; one of a merchant's may be active.",
            },
            bases=["MerchantModel"],
        ),
        ops.CreateModel(
            name="Tier",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("merchant_id", IdField(default=current_merchant, generated=False, null=False, unique=False)),
                (
                    "program",
                    fields.ForeignKeyField(
                        "membership.Program",
                        source_field="program_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tiers",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("rank", fields.IntField(description="0 for the first, one more for each above.")),
                ("name", fields.CharField(description="What members call it.", max_length=40)),
                (
                    "threshold_minor",
                    fields.BigIntField(description="Net spend from which it is reached, smallest unit."),
                ),
                (
                    "version",
                    fields.IntField(default=1, description="Rises with each change; send it as expectedVersion."),
                ),
            ],
            options={
                "table": "membership_tier",
                "app": "membership",
                "unique_together": (("merchant_id", "program_id", "rank"),),
                "pk_attr": "id",
                "table_description": "One rung of a program's ladder; rank 0 is where everybody starts.",
            },
            bases=["MerchantModel"],
        ),
        ops.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("merchant_id", IdField(default=current_merchant, generated=False, null=False, unique=False)),
                (
                    "customer",
                    fields.OneToOneField(
                        "customers.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "program",
                    fields.ForeignKeyField(
                        "membership.Program",
                        source_field="program_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="accounts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "tier",
                    fields.ForeignKeyField(
                        "membership.Tier",
                        source_field="tier_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="accounts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "spend_minor",
                    fields.BigIntField(default=0, description="Net spend that counts for the tier, smallest unit."),
                ),
                ("enrolled_at", UtcField(description="When the customer joined.", auto_now=False, auto_now_add=False)),
                ("tier_since", UtcField(description="When the tier was reached.", auto_now=False, auto_now_add=False)),
                ("version", fields.IntField(default=1, description="Rises with each change.")),
            ],
            options={
                "table": "membership_account",
                "app": "membership",
                "indexes": [Index(fields=["merchant_id", "program_id", "id"])],
                "pk_attr": "id",
                "table_description": "A customer's membership of a program.",
            },
            bases=["MerchantModel"],
        ),
    ]
