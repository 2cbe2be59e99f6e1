"""Tables of interactions, their items, and the runs that import them from files."""

from typing import Any
from uuid import UUID

from tortoise import fields

from guanxi.customers.models import Customer
from guanxi.db.fields import UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy


class Interaction(MerchantModel):
    """One fact on a customer's timeline. Never changed but for ``voided_by``, never deleted."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name="interactions", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    kind = fields.CharField(max_length=40, description="What happened.")
    occurred_at = UtcField(description="When it happened.")
    recorded_at = UtcField(description="When it was recorded here.")
    channel = fields.CharField(max_length=40, description="Where it happened.")
    source = fields.CharField(max_length=60, description="Who calls it by the external id; the channel if nobody said.")
    external_id = fields.CharField(max_length=200, null=True, description="What the source calls it, for ever.")
    order_ref = fields.CharField(max_length=120, null=True, description="The order that it belongs to.")
    amount_minor = fields.BigIntField(null=True, description="The amount, in the currency's smallest unit.")
    currency = fields.CharField(max_length=3, description="The currency of its amounts, ISO 4217.")
    tax_minor = fields.BigIntField(null=True, description="The tax within the amount.")
    shipping_minor = fields.BigIntField(null=True, description="The shipping within the amount.")
    discount_minor = fields.BigIntField(null=True, description="The discount already taken off the amount.")
    refund_of: fields.ForeignKeyNullableRelation["Interaction"] = fields.ForeignKeyField(
        "interactions.Interaction", related_name="refunds", null=True, on_delete=fields.RESTRICT
    )
    refund_of_id: UUID | None
    # Once only, by the unique external id of what voids: an index of its own would be nearly all NULL, and SQLite
    # takes "IS NULL" in a unique index for a single row.
    voids: fields.ForeignKeyNullableRelation["Interaction"] = fields.ForeignKeyField(
        "interactions.Interaction", related_name="voiding", null=True, on_delete=fields.RESTRICT
    )
    voids_id: UUID | None
    voided_by: fields.ForeignKeyNullableRelation["Interaction"] = fields.ForeignKeyField(
        "interactions.Interaction", related_name="voided", null=True, on_delete=fields.RESTRICT
    )
    voided_by_id: UUID | None
    subject = fields.CharField(max_length=200, null=True, description="What it is about, in one line.")
    body = fields.TextField(null=True, description="What was said or written.")
    actor = fields.CharField(max_length=120, description="Who recorded it, as kind:id.")
    attributes: "fields.Field[dict[str, Any]]" = fields.JSONField(default=dict)
    mode = fields.CharField(max_length=16, description="LIVE, or HISTORICAL where it was no news when recorded.")

    privacy = Privacy(
        searchable="subject body",
        export="attributes",
        retain=(
            "kind occurred_at recorded_at channel source external_id order_ref amount_minor currency "
            "tax_minor shipping_minor discount_minor mode"
        ),
        internal="actor",
    )

    class Meta:
        table = "interaction"
        unique_together = (("merchant_id", "source", "external_id"),)
        indexes = (
            ("merchant_id", "customer_id", "occurred_at", "id"),
            ("merchant_id", "occurred_at", "id"),
            ("merchant_id", "order_ref"),
            # Covers statistics by kind, with customers in order.
            (
                "merchant_id",
                "kind",
                "customer_id",
                "currency",
                "occurred_at",
                "amount_minor",
                "voids_id",
                "voided_by_id",
            ),
        )


class InteractionItem(MerchantModel):
    """One article of a sale or a return."""

    interaction: fields.ForeignKeyRelation[Interaction] = fields.ForeignKeyField(
        "interactions.Interaction", related_name="items", on_delete=fields.RESTRICT
    )
    interaction_id: UUID
    position = fields.IntField(description="Its place in the list, from 0.")
    sku = fields.CharField(max_length=120, description="The merchant's number of the article.")
    category = fields.CharField(max_length=120, null=True, description="What sort of article it is.")
    qty = fields.IntField(description="How many.")
    amount_minor = fields.BigIntField(null=True, description="The amount of the line, in the smallest unit.")

    privacy = Privacy(retain="position sku category qty amount_minor")

    class Meta:
        table = "interaction_item"
        unique_together = (("merchant_id", "interaction_id", "position"),)
        indexes = (("merchant_id", "sku"),)


class ImportRun(MerchantModel):
    """How far the import of a file has come; moved forward in the transaction of each page."""

    file_hash = fields.CharField(max_length=64, description="SHA-256 of the file.")
    file_name = fields.CharField(max_length=1024, description="Where the file was when the import began.")
    preset = fields.CharField(max_length=40, description="The file's format.")
    state = fields.CharField(max_length=16, description="running, done or failed.")
    problem_count = fields.BigIntField(default=0, description="How many values made lines be passed over.")
    offset_bytes = fields.BigIntField(default=0, description="The file is imported up to here.")
    lines_done = fields.BigIntField(default=0, description="How many lines that is, the header included.")
    rows_done = fields.BigIntField(default=0, description="How many of them were facts.")
    customers_created = fields.BigIntField(default=0, description="How many customers were new.")
    interactions_created = fields.BigIntField(default=0, description="How many facts were recorded.")
    error = fields.CharField(max_length=500, null=True, description="Why it failed.")
    started_at = UtcField(description="When it began.")
    finished_at = UtcField(null=True, description="When the last page was recorded.")
    version = fields.IntField(default=1, description="Rises with every page.")

    privacy = Privacy(
        internal=(
            "file_hash file_name preset state problem_count offset_bytes lines_done rows_done "
            "customers_created interactions_created error started_at finished_at"
        ),
    )

    class Meta:
        table = "import_run"
        unique_together = (("merchant_id", "file_hash", "preset"),)
        indexes = (("merchant_id", "started_at", "id"),)
