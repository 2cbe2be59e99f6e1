"""Tables of audiences: segments, who is in them, and who came and went."""

from typing import Any
from uuid import UUID

from tortoise import fields

from guanxi.customers.models import Customer
from guanxi.db.fields import IdField, UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy


class Segment(MerchantModel):
    """An audience under a name. Static: whom it was saved with; dynamic: who matches at each refresh."""

    name = fields.CharField(max_length=80, description="What staff call it.")
    description = fields.CharField(max_length=500, null=True, description="What it is for.")
    kind = fields.CharField(max_length=10, description="static or dynamic.")
    audience: "fields.Field[dict[str, Any]]" = fields.JSONField(description="The condition.")
    member_count = fields.BigIntField(default=0, description="How many customers are in it.")
    refresh_number = fields.IntField(default=0, description="Rises with each refresh that moved anybody.")
    refreshed_at = UtcField(null=True, description="When its members were found last.")
    archived_at = UtcField(null=True, description="When it was archived; null while in use.")
    version = fields.IntField(default=1, description="Rises with each change of what it says.")
    created_at = UtcField(description="When it was saved first.")
    updated_at = UtcField(description="When it last changed.")

    privacy = Privacy(
        internal="name description kind audience member_count refresh_number refreshed_at archived_at"
        " created_at updated_at"
    )

    @property
    def is_archived(self) -> bool:
        """Whether it was put away."""
        return bool(self.archived_at)

    class Meta:
        table = "segment"
        unique_together = (("merchant_id", "name"),)
        indexes = (("merchant_id", "created_at", "id"),)


class SegmentMember(MerchantModel):
    """One customer in one segment."""

    segment: fields.ForeignKeyRelation[Segment] = fields.ForeignKeyField(
        "audiences.Segment", related_name="members", on_delete=fields.CASCADE, description="The segment."
    )
    segment_id: UUID
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name="segment_members", on_delete=fields.CASCADE, description="The customer."
    )
    customer_id: UUID
    entered_at = UtcField(description="When the customer came in.")

    privacy = Privacy(export="entered_at")

    class Meta:
        table = "segment_member"
        unique_together = (("merchant_id", "segment_id", "customer_id"),)
        indexes = (("merchant_id", "customer_id", "segment_id"),)


class SegmentChange(MerchantModel):
    """A customer entered or left a segment."""

    segment: fields.ForeignKeyRelation[Segment] = fields.ForeignKeyField(
        "audiences.Segment", related_name="changes", on_delete=fields.CASCADE, description="The segment."
    )
    segment_id: UUID
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name="segment_changes", on_delete=fields.CASCADE, description="The customer."
    )
    customer_id: UUID
    refresh_number = fields.IntField(description="The refresh that found it.")
    has_entered = fields.BooleanField(description="Entered; else left.")
    merge_id = IdField(null=True, description="The merge that moved the customer; null for a refresh.")
    changed_at = UtcField(description="When it was found.")

    privacy = Privacy(export="has_entered changed_at", internal="refresh_number merge_id")

    class Meta:
        table = "segment_change"
        unique_together = (("merchant_id", "segment_id", "refresh_number", "customer_id"),)
        indexes = (("merchant_id", "customer_id"), ("merchant_id", "merge_id"))
