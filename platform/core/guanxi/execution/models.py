"""Answers of keyed mutations, kept with what they did; documents that a merchant's clients run by their ids."""

from tortoise import fields

from guanxi.db.fields import EncryptedField, UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy


class IdempotencyRecord(MerchantModel):
    """One key of one principal: what was asked under it, and what was answered."""

    principal = fields.CharField(120, description="Who sent the key: kind and id of the actor.")
    key = fields.CharField(255, description="The client's key.")
    digest = fields.CharField(64, description="SHA-256 of the document, the operation's name and its variables.")
    body = EncryptedField(null=True, description="The answer; null only inside the transaction that makes it.")
    created_at = UtcField(description="When it ran; after a day the key is free again.")

    privacy = Privacy(
        erase="body",
        internal="principal key digest",
    )

    class Meta:
        table = "execution_idempotency_record"
        unique_together = (("merchant_id", "principal", "key"),)
        indexes = (("merchant_id", "created_at"),)


class RegisteredDocument(MerchantModel):
    """A document that a merchant's clients run by its id. Its text never changes: another text has another id."""

    document_id = fields.CharField(71, description="sha256: and the digest of the text, in hexadecimal digits.")
    name = fields.CharField(200, description="What people call it.")
    text = fields.TextField(description="The document.")
    plugins: "fields.Field[list[str]]" = fields.JSONField(default=list, description="Ids of plugins that it needs.")
    registered_by = fields.CharField(120, description="Who registered it, as kind:id.")
    created_at = UtcField(description="When it was registered.")

    privacy = Privacy(internal="document_id name text plugins registered_by")

    class Meta:
        table = "execution_registered_document"
        unique_together = (("merchant_id", "document_id"),)
        indexes = (("merchant_id", "created_at", "id"),)
