"""Tables of the organisation and of access: units, posts, people, roles, tokens, and whom a token stands for."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from guanxi.db.fields import IdField, UtcField
from guanxi.db.models import MerchantModel, PlatformModel
from guanxi.db.privacy import Privacy


class Role(MerchantModel):
    """A named set of permissions. A built-in role stores none: they follow from its rule."""

    name = fields.CharField(max_length=80, description="Unique within the merchant.")
    permissions: "fields.Field[list[str]]" = fields.JSONField(default=list)
    is_builtin = fields.BooleanField(default=False, description="Follows a rule of the platform, cannot be changed.")
    created_at = UtcField(description="When it was created.")
    version = fields.IntField(default=1, description="Send it back as expectedVersion.")

    privacy = Privacy(internal="name permissions is_builtin")

    class Meta:
        table = "role"
        unique_together = (("merchant_id", "name"),)


class OrgUnit(MerchantModel):
    """A department or team; together they are trees."""

    parent: fields.ForeignKeyNullableRelation["OrgUnit"] = fields.ForeignKeyField(
        "staff.OrgUnit",
        related_name="children",
        null=True,
        on_delete=fields.RESTRICT,
        description="The unit above it; null at the top.",
    )
    parent_id: UUID | None
    name = fields.CharField(max_length=80, description="What it is called.")
    archived_at = UtcField(null=True, description="When it was closed; null while in use.")
    created_at = UtcField(description="When it was created.")
    version = fields.IntField(default=1, description="Send it back as expectedVersion.")

    privacy = Privacy(internal="name archived_at")

    class Meta:
        table = "org_unit"
        indexes = (("merchant_id", "parent_id", "id"), ("merchant_id", "name", "id"))


class Post(MerchantModel):
    """A place in the organisation: rights and customers hang on it, whoever holds it."""

    unit: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "staff.OrgUnit", related_name="posts", on_delete=fields.RESTRICT, description="The unit that it belongs to."
    )
    unit_id: UUID
    role: fields.ForeignKeyRelation[Role] = fields.ForeignKeyField(
        "staff.Role", related_name="posts", on_delete=fields.RESTRICT, description="What its holder may do."
    )
    role_id: UUID
    title = fields.CharField(max_length=80, description="What it is called.")
    layer = fields.CharField(max_length=16, description="management or execution.")
    scope = fields.CharField(max_length=16, description="Whose customers it sees: own, unit, subtree or merchant.")
    archived_at = UtcField(null=True, description="When it was closed; null while in use.")
    created_at = UtcField(description="When it was created.")
    version = fields.IntField(default=1, description="Send it back as expectedVersion.")

    privacy = Privacy(internal="title layer scope archived_at")

    class Meta:
        table = "post"
        indexes = (("merchant_id", "unit_id", "id"), ("merchant_id", "role_id", "id"), ("merchant_id", "title", "id"))


class StaffMember(MerchantModel):
    """A person who works for the merchant. How the person signs in stands elsewhere."""

    name = fields.CharField(max_length=80, description="The person's name.")
    email = fields.CharField(max_length=254, description="The e-mail address in small letters, unique in the merchant.")
    state = fields.CharField(max_length=16, description="invited, active or suspended.")
    created_at = UtcField(description="When the person was invited.")
    version = fields.IntField(default=1, description="Send it back as expectedVersion.")

    privacy = Privacy(
        searchable="name email",
        internal="state",
    )

    class Meta:
        table = "staff_member"
        unique_together = (("merchant_id", "email"),)
        indexes = (("merchant_id", "name", "id"),)


class PostHolding(MerchantModel):
    """Who held a post from when to when. Never changed but for its end, never deleted."""

    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "staff.Post", related_name="holdings", on_delete=fields.RESTRICT, description="The post."
    )
    post_id: UUID
    person: fields.ForeignKeyRelation[StaffMember] = fields.ForeignKeyField(
        "staff.StaffMember", related_name="holdings", on_delete=fields.RESTRICT, description="Who holds or held it."
    )
    person_id: UUID
    since = UtcField(description="From when on.")
    until = UtcField(null=True, description="Up to when; null for the present holder.")

    privacy = Privacy(internal="since until")

    class Meta:
        table = "post_holding"
        indexes = (("merchant_id", "post_id", "since"), ("merchant_id", "person_id", "since"))
        constraints = (
            UniqueConstraint(("merchant_id", "post_id"), "post_holding_one_person", '"until" IS NULL'),
            UniqueConstraint(("merchant_id", "person_id"), "post_holding_one_post", '"until" IS NULL'),
        )


class ApiToken(MerchantModel):
    """What a merchant knows of a token. Its secret's hash is in ``Credential``."""

    name = fields.CharField(max_length=80, description="What it is for.")
    public_id = fields.CharField(max_length=8, unique=True, description="The part of its text that is no secret.")
    role: fields.ForeignKeyRelation[Role] = fields.ForeignKeyField(
        "staff.Role", related_name="tokens", on_delete=fields.RESTRICT
    )
    role_id: UUID
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "staff.Post",
        related_name="tokens",
        null=True,
        on_delete=fields.RESTRICT,
        description="The post it acts for; null where it acts for the merchant.",
    )
    post_id: UUID | None
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

    privacy = Privacy(internal="name public_id scopes expires_at last_used_at revoked_at created_by")

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

    privacy = Privacy(internal="secret_hash home_id expires_at revoked_at")

    class Meta:
        table = "credential"
