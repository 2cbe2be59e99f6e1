"""The table of files: what was received or written, and where it is kept."""

from tortoise import fields

from guanxi.db.fields import UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy


class File(MerchantModel):
    """One file. It never changes once its content is there."""

    name = fields.CharField(max_length=200, description="What whoever sent it calls it.")
    purpose = fields.CharField(max_length=20, description="What it is for: an attachment, an import …")
    state = fields.CharField(max_length=16, description="waiting for its content, or ready.")
    media_type = fields.CharField(max_length=100, null=True, description="What its content is; null while waiting.")
    size = fields.BigIntField(null=True, description="Its length in bytes; null while waiting.")
    sha256 = fields.CharField(max_length=64, null=True, description="SHA-256 of its content, in hex digits.")
    place = fields.CharField(max_length=120, null=True, description="Where the storage keeps it.")
    created_by = fields.CharField(max_length=120, description="Who uploaded or asked for it, as kind:id.")
    created_at = UtcField(description="When it was uploaded or asked for.")
    expires_at = UtcField(null=True, description="When it is removed; null once something holds on to it.")
    version = fields.IntField(default=1, description="Rises with every change.")

    privacy = Privacy(
        export="name",
        internal="purpose state media_type size sha256 place created_by expires_at",
    )

    class Meta:
        table = "file"
        indexes = (("merchant_id", "expires_at", "id"), ("merchant_id", "created_at", "id"))
