"""Answers of keyed mutations, kept with what they did."""

from tortoise import fields

from guanxi.db.fields import UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy


class IdempotencyRecord(MerchantModel):
    """One key of one principal: what was asked under it, and what was answered."""

    principal = fields.CharField(120, description="Who sent the key: kind and id of the actor.")
    key = fields.CharField(255, description="The client's key.")
    digest = fields.CharField(64, description="SHA-256 of the document, the operation's name and its variables.")
    body = fields.BinaryField(null=True, description="The answer; null only inside the transaction that makes it.")
    created_at = UtcField(description="When it ran; after a day the key is free again.")

    privacy = Privacy(
        erase="body",
        internal="principal key digest",
    )

    class Meta:
        table = "execution_idempotency_record"
        unique_together = (("merchant_id", "principal", "key"),)
        indexes = (("merchant_id", "created_at"),)
