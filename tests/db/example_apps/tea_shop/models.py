"""A core domain as the tests of the data layer know it: a shop, its customers and what they did."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.models import Check, MerchantModel, PlatformModel


class Kind(StrEnum):
    """What a customer did."""

    PURCHASE = "PURCHASE"
    VISIT = "VISIT"


class Note(PlatformModel):
    """Belongs to no merchant."""

    id = IdField(primary_key=True, default=uuid7)
    text = fields.CharField(max_length=80)
    number = fields.BigIntField(default=0)
    checks = (Check("number_is_not_negative", "number >= 0"),)

    class Meta:
        table = "note"


class Customer(MerchantModel):
    """A parent table."""

    name = fields.CharField(max_length=80)
    phone = fields.CharField(max_length=40, null=True)

    class Meta:
        table = "customer"
        unique_together = (("merchant_id", "phone"),)


class Interaction(MerchantModel):
    """A child table with every kind of reference."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "shop.Customer", related_name="interactions", on_delete=fields.CASCADE
    )
    customer_id: UUID
    referrer: fields.ForeignKeyNullableRelation[Customer] = fields.ForeignKeyField(
        "shop.Customer", related_name="referred", null=True, on_delete=fields.SET_NULL
    )
    referrer_id: UUID | None
    kind = fields.CharEnumField(Kind, max_length=40)
    happened_at = UtcField()
    facts: "fields.Field[dict[str, object]]" = fields.JSONField(default=dict)

    class Meta:
        table = "interaction"
        indexes = (("merchant_id", "customer_id", "id"),)
