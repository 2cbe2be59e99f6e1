"""The table of merchants: a platform table, because a merchant is found before it is bound."""

from tortoise import fields

from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.models import PlatformModel
from guanxi.db.privacy import Privacy


class Merchant(PlatformModel):
    """One shop. Every row of a ``MerchantModel`` carries the id of one."""

    id = IdField(primary_key=True, default=uuid7)
    slug = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=80)
    timezone = fields.CharField(max_length=64, default="Asia/Shanghai")
    currency = fields.CharField(max_length=3, default="CNY")
    locale = fields.CharField(max_length=35, default="zh-CN")
    document_mode = fields.CharField(max_length=10, default="limited")
    allowed_origins: "fields.Field[list[str]]" = fields.JSONField(default=list)
    epoch = fields.BigIntField(default=1)
    created_at = UtcField()
    version = fields.IntField(default=1)

    privacy = Privacy(internal="slug name timezone currency locale document_mode allowed_origins epoch")

    class Meta:
        table = "merchant"
