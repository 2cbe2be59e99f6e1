from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Merchant",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("slug", fields.CharField(unique=True, max_length=40)),
                ("name", fields.CharField(max_length=80)),
                ("timezone", fields.CharField(default="Asia/Shanghai", max_length=64)),
                ("currency", fields.CharField(default="CNY", max_length=3)),
                ("locale", fields.CharField(default="zh-CN", max_length=35)),
                ("document_mode", fields.CharField(default="limited", max_length=10)),
                ("allowed_origins", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("epoch", fields.BigIntField(default=1)),
                ("created_at", UtcField(auto_now=False, auto_now_add=False)),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "merchant",
                "app": "merchants",
                "pk_attr": "id",
                "table_description": "One shop. Every row of a ``MerchantModel`` carries the id of one.",
            },
            bases=["PlatformModel"],
        ),
    ]
