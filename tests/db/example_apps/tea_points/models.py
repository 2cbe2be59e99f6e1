"""A plugin's domain as the tests of the data layer know it."""

from uuid import UUID

from tea_shop.models import Customer
from tortoise import fields

from guanxi.db.models import Check, MerchantModel


class Account(MerchantModel):
    """One per customer."""

    customer: fields.OneToOneRelation[Customer] = fields.OneToOneField(
        "shop.Customer", related_name="points", on_delete=fields.CASCADE
    )
    customer_id: UUID
    balance = fields.BigIntField(default=0)
    is_open = fields.BooleanField(default=True)
    checks = (Check("balance_is_not_negative", "balance >= 0"),)

    class Meta:
        table = "points_account"
