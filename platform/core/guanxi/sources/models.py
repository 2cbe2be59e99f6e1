"""Tables of sources, the batches that came, and the rows that could not be taken."""

from typing import Any
from uuid import UUID

from tortoise import fields

from guanxi.db.fields import UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy


class Source(MerchantModel):
    """Another system that sends batches."""

    name = fields.CharField(max_length=40, description="Its name in the address, and as source of its facts.")
    title = fields.CharField(max_length=80, description="What staff call it.")
    mapping: "fields.Field[dict[str, Any]]" = fields.JSONField(description="How its rows are read.")
    mode = fields.CharField(max_length=16, default="LIVE", description="Whether its facts are news: LIVE, HISTORICAL.")
    is_enabled = fields.BooleanField(default=True, description="Whether its batches are taken.")
    salt = fields.CharField(max_length=64, description="Makes the secret, with the installation's own key.")
    old_salt = fields.CharField(max_length=64, null=True, description="Of the secret before; it works for a while.")
    old_until = UtcField(null=True, description="From then on the secret before is refused.")
    received_at = UtcField(null=True, description="When a batch came last.")
    version = fields.IntField(default=1, description="Rises with each change.")
    created_at = UtcField(description="When it was created.")
    updated_at = UtcField(description="When it last changed.")

    privacy = Privacy(
        internal="name title mapping mode is_enabled salt old_salt old_until received_at created_at updated_at"
    )

    class Meta:
        table = "source"
        unique_together = (("merchant_id", "name"),)


class SourceBatch(MerchantModel):
    """A batch that was taken, so that the same one again is not."""

    source: fields.ForeignKeyRelation[Source] = fields.ForeignKeyField(
        "sources.Source", related_name="batches", on_delete=fields.CASCADE, description="Who sent it."
    )
    source_id: UUID
    message_id = fields.CharField(max_length=120, description="What the sender calls it.")
    digest = fields.CharField(max_length=64, description="SHA-256 of its body.")
    rows = fields.IntField(description="How many rows it had.")
    taken = fields.IntField(description="How many of them were taken.")
    received_at = UtcField(description="When it came.")

    privacy = Privacy(internal="message_id digest rows taken received_at")

    class Meta:
        table = "source_batch"
        unique_together = (("merchant_id", "source_id", "message_id"),)


class DeadLetter(MerchantModel):
    """A row that could not be taken, whole, with the reason; gone when a retry takes it."""

    source: fields.ForeignKeyRelation[Source] = fields.ForeignKeyField(
        "sources.Source", related_name="dead_letters", on_delete=fields.CASCADE, description="Who sent it."
    )
    source_id: UUID
    message_id = fields.CharField(max_length=120, description="The batch that it came in.")
    position = fields.IntField(description="Its place in the batch, from 0.")
    row: "fields.Field[Any]" = fields.JSONField(description="The row as it came.")
    code = fields.CharField(max_length=40, description="The code of the refusal.")
    path = fields.CharField(max_length=200, description="The place in the mapping or in what was read.")
    reason = fields.CharField(max_length=500, description="Why, and the cure, in the merchant's language.")
    tries = fields.IntField(default=1, description="How often it was tried.")
    created_at = UtcField(description="When it came.")

    privacy = Privacy(erase="row", internal="message_id position code path reason tries")

    class Meta:
        table = "dead_letter"
        unique_together = (("merchant_id", "source_id", "message_id", "position"),)
        indexes = (("merchant_id", "source_id", "id"),)
