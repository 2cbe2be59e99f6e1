"""Tables of the audit chain: its entries, and the signed head of each merchant's chain."""

from typing import Any

from tortoise import fields

from guanxi.db.fields import UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy


class AuditEntry(MerchantModel):
    """One deed. Written without a place in the chain; the sealer gives it one, and nothing else ever changes."""

    at = UtcField(description="When it was done.")
    actor = fields.CharField(max_length=120, description="Who did it, as kind:id.")
    action = fields.CharField(max_length=80, description="What was done: part.thing.verb, in the past.")
    subject = fields.CharField(max_length=120, null=True, description="What it was done to, by its id.")
    details: "fields.Field[dict[str, Any]]" = fields.JSONField(default=dict, description="More, by references only.")
    request_id = fields.CharField(max_length=80, description="The request that did it.")
    mark = fields.BinaryField(description="Proves that the installation wrote it.")
    position = fields.BigIntField(
        null=True, description="Its place in the merchant's chain, from 1; null until sealed."
    )
    link = fields.BinaryField(null=True, description="SHA-256 over the link before and this entry.")

    privacy = Privacy(internal="at actor action subject details request_id mark position link")

    class Meta:
        table = "audit_entry"
        unique_together = (("merchant_id", "position"),)
        indexes = (("merchant_id", "at", "id"), ("merchant_id", "subject", "id"))


class AuditHead(MerchantModel):
    """How far a merchant's chain reaches: one row."""

    slot = fields.SmallIntField(default=1, description="1: a merchant has one chain.")
    position = fields.BigIntField(description="The last entry's place.")
    link = fields.BinaryField(description="The last entry's link.")
    key_id = fields.CharField(max_length=8, description="The master key that it is signed with.")
    signature = fields.BinaryField(description="Ed25519 over merchant, position and link.")
    sealed_at = UtcField(description="When it was signed.")

    privacy = Privacy(internal="slot position link key_id signature sealed_at")

    class Meta:
        table = "audit_head"
        unique_together = (("merchant_id", "slot"),)
