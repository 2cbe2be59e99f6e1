from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Credential",
            fields=[
                ("public_id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=8)),
                ("secret_hash", fields.BinaryField()),
                ("home_id", IdField(null=True, generated=False, unique=False)),
                ("expires_at", UtcField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", UtcField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "credential",
                "app": "staff",
                "pk_attr": "public_id",
                "table_description": "Read before a merchant is bound, so it is no merchant's table: ``home_id`` names the merchant.",
            },
            bases=["PlatformModel"],
        ),
        ops.CreateModel(
            name="Role",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("merchant_id", IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ("name", fields.CharField(description="Unique within the merchant.", max_length=80)),
                ("permissions", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                (
                    "is_builtin",
                    fields.BooleanField(
                        default=False, description="Follows a rule of the platform, cannot be changed."
                    ),
                ),
                ("created_at", UtcField(description="When it was created.", auto_now=False, auto_now_add=False)),
                ("version", fields.IntField(default=1, description="Send it back as expectedVersion.")),
            ],
            options={
                "table": "role",
                "app": "staff",
                "unique_together": (("merchant_id", "name"),),
                "pk_attr": "id",
                "table_description": "A named set of permissions. A built-in role stores none: they follow from its rule.",
            },
            bases=["MerchantModel"],
        ),
        ops.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("merchant_id", IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ("name", fields.CharField(description="What it is for.", max_length=80)),
                (
                    "public_id",
                    fields.CharField(unique=True, description="The part of its text that is no secret.", max_length=8),
                ),
                (
                    "role",
                    fields.ForeignKeyField(
                        "staff.Role",
                        source_field="role_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tokens",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("scopes", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                (
                    "expires_at",
                    UtcField(
                        null=True,
                        description="From this moment on it is refused; empty: never.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "last_used_at",
                    UtcField(
                        null=True,
                        description="When it was last used, to the minute.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "revoked_at",
                    UtcField(null=True, description="Since when it is revoked.", auto_now=False, auto_now_add=False),
                ),
                (
                    "replaced_by",
                    fields.ForeignKeyField(
                        "staff.ApiToken",
                        source_field="replaced_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="replaces",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_by", fields.CharField(description="Who created it, as kind:id.", max_length=80)),
                ("created_at", UtcField(description="When it was created.", auto_now=False, auto_now_add=False)),
                ("version", fields.IntField(default=1, description="Rises with every change.")),
            ],
            options={
                "table": "api_token",
                "app": "staff",
                "pk_attr": "id",
                "table_description": "What a merchant knows of a token. Its secret's hash is in ``Credential``.",
            },
            bases=["MerchantModel"],
        ),
    ]
