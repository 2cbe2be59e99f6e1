from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("merchant_id", IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ("display_name", fields.CharField(description="The name to show.", max_length=120)),
                ("given_name", fields.CharField(null=True, description="The given name.", max_length=120)),
                ("family_name", fields.CharField(null=True, description="The family name.", max_length=120)),
                ("gender", fields.CharField(null=True, description="The gender; null where unknown.", max_length=16)),
                ("birthday", fields.DateField(null=True, description="The day of birth in the solar calendar.")),
                (
                    "is_lunar_birthday",
                    fields.BooleanField(default=False, description="Whether it is celebrated by the lunar calendar."),
                ),
                ("locale", fields.CharField(null=True, description="The preferred language, BCP 47.", max_length=35)),
                ("timezone", fields.CharField(null=True, description="The time zone, IANA.", max_length=64)),
                ("lifecycle", fields.CharField(default="lead", description="How near to the shop.", max_length=40)),
                ("source", fields.CharField(null=True, description="Where the customer came from.", max_length=60)),
                (
                    "archived_at",
                    UtcField(
                        null=True,
                        description="When the customer was archived; null while in use.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("version", fields.IntField(default=1, description="Rises with every change.")),
                (
                    "created_at",
                    UtcField(description="When the customer became known.", auto_now=False, auto_now_add=False),
                ),
                (
                    "updated_at",
                    UtcField(description="When the customer last changed.", auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "customer",
                "app": "customers",
                "indexes": [
                    Index(fields=["merchant_id", "created_at", "id"]),
                    Index(fields=["merchant_id", "updated_at", "id"]),
                    Index(fields=["merchant_id", "display_name", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "A person who buys from the merchant, or may.",
            },
            bases=["MerchantModel"],
        ),
        ops.CreateModel(
            name="ContactPoint",
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
                        related_name="contact_points",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharField(description="What it is: a phone, an address …", max_length=16)),
                ("value", fields.CharField(description="As it was given.", max_length=500)),
                (
                    "normalised",
                    fields.CharField(
                        null=True, description="What equality compares; null when invalid.", max_length=500
                    ),
                ),
                ("is_valid", fields.BooleanField(description="Whether it has the form of its kind.")),
                ("invalid_reason", fields.CharField(null=True, description="Why it is invalid.", max_length=40)),
                (
                    "is_verified",
                    fields.BooleanField(default=False, description="Whether the customer proved to hold it."),
                ),
                (
                    "is_preferred",
                    fields.BooleanField(default=False, description="The first choice among those of its kind."),
                ),
                (
                    "is_service_number",
                    fields.BooleanField(default=False, description="A hotline such as 95588, nobody's own number."),
                ),
                ("province", fields.CharField(null=True, description="Province of an address.", max_length=120)),
                ("city", fields.CharField(null=True, description="City of an address.", max_length=120)),
                ("district", fields.CharField(null=True, description="District of an address.", max_length=120)),
                (
                    "street",
                    fields.CharField(null=True, description="Street, building and door of an address.", max_length=300),
                ),
                ("postcode", fields.CharField(null=True, description="Postcode of an address.", max_length=20)),
                ("source", fields.CharField(null=True, description="Where it came from.", max_length=60)),
                (
                    "collected",
                    fields.CharField(description="From the customer directly, or indirectly.", max_length=16),
                ),
                ("created_at", UtcField(description="When it was added.", auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "contact_point",
                "app": "customers",
                "indexes": [
                    Index(fields=["merchant_id", "kind", "normalised"]),
                    Index(fields=["merchant_id", "customer_id", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "One way to reach a customer, as it was given and as it is compared.",
            },
            bases=["MerchantModel"],
        ),
        ops.CreateModel(
            name="CustomerTag",
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
                        related_name="tags",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(description="The tag as it is shown.", max_length=40)),
                ("folded", fields.CharField(description="The tag as it is compared: without case.", max_length=120)),
                (
                    "created_at",
                    UtcField(description="When the customer was tagged.", auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "customer_tag",
                "app": "customers",
                "unique_together": (("merchant_id", "customer_id", "folded"),),
                "indexes": [Index(fields=["merchant_id", "name", "customer_id"])],
                "pk_attr": "id",
                "table_description": "One tag on one customer.",
            },
            bases=["MerchantModel"],
        ),
        ops.CreateModel(
            name="ExternalIdentity",
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
                        related_name="identities",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("system", fields.CharField(description="The other system.", max_length=40)),
                ("external_id", fields.CharField(description="The customer's id there.", max_length=200)),
                ("created_at", UtcField(description="When it was linked.", auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "external_identity",
                "app": "customers",
                "unique_together": (("merchant_id", "system", "external_id"),),
                "indexes": [Index(fields=["merchant_id", "customer_id", "id"])],
                "pk_attr": "id",
                "table_description": "What another system calls a customer.",
            },
            bases=["MerchantModel"],
        ),
    ]
