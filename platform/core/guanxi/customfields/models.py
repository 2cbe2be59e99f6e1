"""Tables of custom fields and of their values."""

from uuid import UUID

from tortoise import fields

from guanxi.customers.models import Customer
from guanxi.db.fields import UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy


class CustomField(MerchantModel):
    """One field that the merchant has defined. Key and kind never change."""

    key = fields.CharField(max_length=40, description="What programs call it.")
    label = fields.CharField(max_length=80, description="What people call it.")
    kind = fields.CharField(max_length=16, description="What its values are.")
    options: "fields.Field[list[str]]" = fields.JSONField(default=list, description="What an ENUM's value may be.")
    archived_at = UtcField(null=True, description="When it was archived; null while in use.")
    version = fields.IntField(default=1, description="Rises with every change.")
    created_at = UtcField(description="When it was defined.")
    updated_at = UtcField(description="When it last changed.")

    privacy = Privacy(internal="key label kind options archived_at")

    class Meta:
        table = "custom_field"
        unique_together = (("merchant_id", "key"),)
        indexes = (("merchant_id", "created_at", "id"),)


class CustomValue(MerchantModel):
    """What one field says of one customer; only the columns of its kind are filled."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name="custom_values", on_delete=fields.CASCADE, description="The customer."
    )
    customer_id: UUID
    field: fields.ForeignKeyRelation[CustomField] = fields.ForeignKeyField(
        "customfields.CustomField", related_name="values", on_delete=fields.RESTRICT, description="The field."
    )
    field_id: UUID
    text = fields.CharField(max_length=500, null=True, description="Of a TEXT.")
    number = fields.FloatField(null=True, description="Of a NUMBER.")
    amount_minor = fields.BigIntField(null=True, description="Of a MONEY: the amount, in the smallest unit.")
    currency = fields.CharField(max_length=3, null=True, description="Of a MONEY: the currency, ISO 4217.")
    day = fields.DateField(null=True, description="Of a DATE.")
    choice = fields.CharField(max_length=80, null=True, description="Of an ENUM: one of the field's options.")
    flag = fields.BooleanField(null=True, description="Of a BOOL.")
    reference: fields.ForeignKeyNullableRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer",
        related_name="referring_values",
        null=True,
        on_delete=fields.RESTRICT,
        description="Of a REFERENCE: another customer.",
    )
    reference_id: UUID | None
    source = fields.CharField(max_length=60, null=True, description="Where it came from.")
    collected = fields.CharField(max_length=16, description="From the customer directly, or indirectly.")
    collected_at = UtcField(description="When it became known.")

    privacy = Privacy(
        searchable="text choice day",
        export="number amount_minor currency flag source collected collected_at",
    )

    class Meta:
        table = "custom_value"
        unique_together = (("merchant_id", "customer_id", "field_id"),)
        indexes = (
            ("merchant_id", "field_id", "text"),
            ("merchant_id", "field_id", "number"),
            ("merchant_id", "field_id", "amount_minor"),
            ("merchant_id", "field_id", "day"),
            ("merchant_id", "field_id", "choice"),
        )
