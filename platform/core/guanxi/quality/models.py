"""Tables of data quality: the search index, duplicates, merges and what they moved."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.fields.base import Field

from guanxi.customers.models import Customer
from guanxi.db.fields import IdField, TokenField, UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy


class SearchToken(MerchantModel):
    """One way to find a customer: an end of a name, how it is read, or the tail of a phone."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name=False, on_delete=fields.CASCADE
    )
    customer_id: UUID
    token: "Field[bytes]" = TokenField(description="What is found, as UTF-8.")

    privacy = Privacy(erase="token", internal="customer_id")

    class Meta:
        table = "search_token"
        indexes = (("merchant_id", "token", "customer_id"), ("merchant_id", "customer_id"))


class CustomerMerge(MerchantModel):
    """One customer merged into another, and perhaps taken apart again."""

    survivor: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name=False, on_delete=fields.CASCADE
    )
    survivor_id: UUID
    absorbed: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name=False, on_delete=fields.CASCADE
    )
    absorbed_id: UUID
    was_archived_at = UtcField(null=True, description="When the absorbed customer had been archived before.")
    merged_at = UtcField(description="When they were merged.")
    merged_by = fields.CharField(max_length=120, description="Who merged them, as kind:id.")
    unmerged_at = UtcField(null=True, description="When they were taken apart; null while they are one.")
    unmerged_by = fields.CharField(max_length=120, null=True, description="Who took them apart.")

    privacy = Privacy(
        retain="survivor_id absorbed_id was_archived_at merged_at unmerged_at", internal="merged_by unmerged_by"
    )

    class Meta:
        table = "customer_merge"
        indexes = (("merchant_id", "survivor_id", "id"), ("merchant_id", "absorbed_id", "id"))


class Absorption(MerchantModel):
    """Where a customer went that is merged into another now. It can be merged once only."""

    customer: "fields.OneToOneRelation[Customer]" = fields.OneToOneField(
        "customers.Customer", related_name=False, on_delete=fields.CASCADE
    )
    customer_id: UUID
    survivor: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name=False, on_delete=fields.CASCADE
    )
    survivor_id: UUID
    merge: "fields.OneToOneRelation[CustomerMerge]" = fields.OneToOneField(
        "quality.CustomerMerge", related_name=False, on_delete=fields.CASCADE
    )
    merge_id: UUID

    privacy = Privacy(retain="customer_id survivor_id merge_id")

    class Meta:
        table = "customer_absorption"
        indexes = (("merchant_id", "survivor_id", "id"),)


class MovedRow(MerchantModel):
    """A row that a merge gave to the survivor: what goes back when they are taken apart."""

    merge: fields.ForeignKeyRelation[CustomerMerge] = fields.ForeignKeyField(
        "quality.CustomerMerge", related_name=False, on_delete=fields.CASCADE
    )
    merge_id: UUID
    part = fields.CharField(max_length=20, description="Which table it stands in.")
    row_id = IdField(description="The row.")
    was_preferred = fields.BooleanField(default=False, description="A contact point that was the first of its kind.")

    privacy = Privacy(internal="merge_id part row_id was_preferred")

    class Meta:
        table = "customer_moved_row"
        unique_together = (("merchant_id", "merge_id", "part", "row_id"),)


class DuplicatePair(MerchantModel):
    """Two customers who may be the same person; ``customer`` has the lower id."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name=False, on_delete=fields.CASCADE
    )
    customer_id: UUID
    other: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name=False, on_delete=fields.CASCADE
    )
    other_id: UUID
    score = fields.IntField(description="How sure it is, from 1 to 100.")
    reasons: "Field[list[Any]]" = fields.JSONField(description="Why, the strongest first.")
    found_at = UtcField(description="When it was found.")

    privacy = Privacy(erase="customer_id other_id score reasons", internal="found_at")

    class Meta:
        table = "duplicate_pair"
        unique_together = (("merchant_id", "customer_id", "other_id"),)
        indexes = (("merchant_id", "score", "id"), ("merchant_id", "other_id"))


class DismissedPair(MerchantModel):
    """Two customers of whom somebody said that they are not the same person."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name=False, on_delete=fields.CASCADE
    )
    customer_id: UUID
    other: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name=False, on_delete=fields.CASCADE
    )
    other_id: UUID
    dismissed_at = UtcField(description="When it was said.")
    dismissed_by = fields.CharField(max_length=120, description="Who said it, as kind:id.")

    privacy = Privacy(erase="customer_id other_id", internal="dismissed_at dismissed_by")

    class Meta:
        table = "dismissed_pair"
        unique_together = (("merchant_id", "customer_id", "other_id"),)
        indexes = (("merchant_id", "other_id"),)
