"""Tables of membership."""

from uuid import UUID

from tortoise import fields

from guanxi import CustomerRow, IdField, MerchantModel, Privacy, UtcField


class Program(MerchantModel):
    """A membership program; one of a merchant's may be active."""

    name = fields.CharField(max_length=80, description="What members call it.")
    currency = fields.CharField(max_length=3, description="Of every amount in it, ISO 4217.")
    status = fields.CharField(max_length=10, description="draft, active, paused or closed.")
    active_slot = fields.SmallIntField(null=True, description="1 while active, else empty: the slot is unique.")
    created_at = UtcField(description="When it was created.")
    version = fields.IntField(default=1, description="Rises with each change; send it as expectedVersion.")

    privacy = Privacy(internal="name currency status active_slot")

    class Meta:
        table = "membership_program"
        unique_together = (("merchant_id", "active_slot"),)


class Tier(MerchantModel):
    """One rung of a program's ladder; rank 0 is where everybody starts."""

    program: "fields.ForeignKeyRelation[Program]" = fields.ForeignKeyField(
        "membership.Program", related_name="tiers", on_delete=fields.CASCADE
    )
    program_id: UUID
    rank = fields.IntField(description="0 for the first, one more for each above.")
    name = fields.CharField(max_length=40, description="What members call it.")
    threshold_minor = fields.BigIntField(description="Net spend from which it is reached, smallest unit.")
    version = fields.IntField(default=1, description="Rises with each change; send it as expectedVersion.")

    privacy = Privacy(internal="rank name threshold_minor")

    class Meta:
        table = "membership_tier"
        unique_together = (("merchant_id", "program_id", "rank"),)


class Account(MerchantModel):
    """A customer's membership of a program."""

    customer: "fields.OneToOneRelation[CustomerRow]" = fields.OneToOneField(
        "customers.Customer", related_name=False, on_delete=fields.CASCADE
    )
    customer_id: UUID
    program: "fields.ForeignKeyRelation[Program]" = fields.ForeignKeyField(
        "membership.Program", related_name="accounts", on_delete=fields.CASCADE
    )
    program_id: UUID
    tier: "fields.ForeignKeyRelation[Tier]" = fields.ForeignKeyField(
        "membership.Tier", related_name="accounts", on_delete=fields.RESTRICT
    )
    tier_id: UUID
    spend_minor = fields.BigIntField(default=0, description="Net spend that counts for the tier, smallest unit.")
    enrolled_at = UtcField(description="When the customer joined.")
    tier_since = UtcField(description="When the tier was reached.")
    version = fields.IntField(default=1, description="Rises with each change.")
    merged_into: "fields.ForeignKeyNullableRelation[Account]" = fields.ForeignKeyField(
        "membership.Account", related_name=False, null=True, on_delete=fields.CASCADE
    )
    merged_into_id: UUID | None

    privacy = Privacy(retain="spend_minor enrolled_at tier_since")

    class Meta:
        table = "membership_account"
        indexes = (("merchant_id", "program_id", "id"),)


class MergedSpend(MerchantModel):
    """What a merge of two customers moved between their accounts; ``moved_minor`` goes back when it is undone."""

    merge_id = IdField(description="The merge.")
    survivor: "fields.ForeignKeyNullableRelation[Account]" = fields.ForeignKeyField(
        "membership.Account", related_name=False, null=True, on_delete=fields.CASCADE
    )
    survivor_id: UUID | None
    absorbed: "fields.ForeignKeyNullableRelation[Account]" = fields.ForeignKeyField(
        "membership.Account", related_name=False, null=True, on_delete=fields.CASCADE
    )
    absorbed_id: UUID | None
    moved_minor = fields.BigIntField(default=0, description="Net spend that was moved, smallest unit.")
    is_undone = fields.BooleanField(default=False, description="Whether the merge was taken back.")

    scoped_by = "survivor"
    privacy = Privacy(internal="merge_id is_undone", retain="survivor_id absorbed_id moved_minor")

    class Meta:
        table = "membership_merged_spend"
        unique_together = (("merchant_id", "merge_id"),)
        indexes = (("merchant_id", "absorbed_id"),)
