"""Tables of accounts. What is read before a merchant is bound is no merchant's table: ``home_id`` names its own."""

from uuid import UUID

from tortoise import fields

from guanxi.db.fields import IdField, UtcField
from guanxi.db.models import MerchantModel, PlatformModel
from guanxi.db.privacy import Privacy
from guanxi.staff.models import StaffMember


class Account(MerchantModel):
    """A staff member's password, as its hash."""

    person: fields.OneToOneRelation[StaffMember] = fields.OneToOneField(
        "staff.StaffMember", related_name="account", on_delete=fields.CASCADE, description="Whose it is."
    )
    person_id: UUID
    password_hash = fields.CharField(max_length=200, description="Argon2id with its parameters; never the password.")
    changed_at = UtcField(description="When the password was set.")

    privacy = Privacy(internal="person_id password_hash changed_at")

    class Meta:
        table = "account"


class Session(PlatformModel):
    """One browser of one staff member. The id that the browser keeps is stored as its hash alone."""

    key_hash = fields.CharField(
        max_length=64, primary_key=True, description="SHA-256, in hex digits, of the id in the cookie."
    )
    public_id = fields.CharField(max_length=22, unique=True, description="Names the session where it is listed.")
    home_id = IdField(description="The merchant.")
    person_id = IdField(description="The staff member.")
    rights = fields.CharField(
        max_length=64, description="SHA-256, in hex digits, of what the person might do when the id was made."
    )
    agent = fields.CharField(max_length=200, description="What the browser says of itself.")
    address = fields.CharField(max_length=45, description="The network address that it signed in from.")
    signed_in_at = UtcField(description="When the password was typed.")
    seen_at = UtcField(description="When it was last used, to the minute.")
    expires_at = UtcField(description="When it ends, however much it is used.")
    ended_at = UtcField(null=True, description="From when on it is refused: signed out, revoked or replaced.")

    privacy = Privacy(
        internal="key_hash public_id home_id person_id rights agent address signed_in_at seen_at expires_at ended_at"
    )

    class Meta:
        table = "session"
        indexes = (("home_id", "person_id", "signed_in_at"),)


class Invitation(PlatformModel):
    """Lets its holder set a staff member's password, once."""

    public_id = fields.CharField(max_length=8, primary_key=True, description="The part of its text that is no secret.")
    secret_hash = fields.CharField(max_length=64, description="SHA-256, in hex digits, of its text.")
    home_id = IdField(description="The merchant.")
    person_id = IdField(description="The staff member.")
    created_at = UtcField(description="When it was made.")
    expires_at = UtcField(description="From this moment on it is refused.")
    ended_at = UtcField(null=True, description="When it was used or replaced.")

    privacy = Privacy(internal="public_id secret_hash home_id person_id expires_at ended_at")

    class Meta:
        table = "invitation"
        indexes = (("home_id", "person_id"),)


class LoginFailure(PlatformModel):
    """How often signing in has failed lately, for an account or an address, known or not."""

    key_hash = fields.CharField(
        max_length=64, primary_key=True, description="SHA-256, in hex digits, of the account's name or of the address."
    )
    failures = fields.IntField(description="In a row, with less than a day between.")
    failed_at = UtcField(description="When it failed last.")
    locked_until = UtcField(null=True, description="Until when nothing is tried.")

    privacy = Privacy(internal="key_hash failures failed_at locked_until")

    class Meta:
        table = "login_failure"
        indexes = (("failed_at",),)


class ShopperKey(PlatformModel):
    """A merchant's publishable key. Its secrets are derived from the installation's key and stored nowhere."""

    public_id = fields.CharField(max_length=8, primary_key=True, description="The part of its text that names it.")
    home_id = IdField(unique=True, description="The merchant.")
    generation = fields.IntField(default=1, description="Counts the secrets; each makes another one.")
    overlap_until = UtcField(null=True, description="Until when the secret before is good, too.")
    created_at = UtcField(description="When it was made.")
    version = fields.IntField(default=1, description="Send it back as expectedVersion.")

    privacy = Privacy(internal="public_id home_id generation overlap_until")

    class Meta:
        table = "shopper_key"
