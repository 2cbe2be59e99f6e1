"""Tables of access: roles and tokens of a merchant, and the credentials by which a merchant is found."""

from uuid import UUID

from tortoise import fields

from guanxi.db.fields import IdField, UtcField
from guanxi.db.models import MerchantModel, PlatformModel


class Role(MerchantModel):
    """A named set of permissions. A built-in role stores none: they follow from its rule."""

    name = fields.CharField(max_length=80, description="Unique within the merchant.")
    permissions: "fields.Field[list[str]]" = fields.JSONField(default=list)
    is_builtin = fields.BooleanField(default=False, description="Follows a rule of the platform, cannot be changed.")
    created_at = UtcField(description="When it was created.")
    version = fields.IntField(default=1, description="Send it back as expectedVersion.")

    class Meta:
        table = "role"
        unique_together = (("merchant_id", "name"),)


class ApiToken(MerchantModel):
    """What a merchant knows of a token. Its secret's hash is in ``Credential``."""

    name = fields.CharField(max_length=80, description="What it is for.")
    public_id = fields.CharField(max_length=8, unique=True, description="The part of its text that is no secret.")
    role: fields.ForeignKeyRelation[Role] = fields.ForeignKeyField(
        "staff.Role", related_name="tokens", on_delete=fields.RESTRICT
    )
    role_id: UUID
    scopes: "fields.Field[list[str]]" = fields.JSONField(default=list)
    expires_at = UtcField(null=True, description="From this moment on it is refused; empty: never.")
    last_used_at = UtcField(null=True, description="When it was last used, to the minute.")
    revoked_at = UtcField(null=True, description="Since when it is revoked.")
    replaced_by: fields.ForeignKeyNullableRelation["ApiToken"] = fields.ForeignKeyField(
        "staff.ApiToken", related_name="replaces", null=True, on_delete=fields.RESTRICT
    )
    replaced_by_id: UUID | None
    created_by = fields.CharField(max_length=80, description="Who created it, as kind:id.")
    created_at = UtcField(description="When it was created.")
    version = fields.IntField(default=1, description="Rises with every change.")

    class Meta:
        table = "api_token"


class Credential(PlatformModel):
    """Read before a merchant is bound, so it is no merchant's table: ``home_id`` names the merchant.

    ``home_id`` is null for a token of the platform itself.
    """

    public_id = fields.CharField(max_length=8, primary_key=True)
    secret_hash = fields.BinaryField()
    home_id = IdField(null=True)
    expires_at = UtcField(null=True)
    revoked_at = UtcField(null=True)

    class Meta:
        table = "credential"
