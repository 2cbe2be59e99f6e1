"""Tables of privacy: the ledger of consent, requests, legal holds, how long data is kept, proofs of erasure."""

from typing import Any
from uuid import UUID

from tortoise import fields

from guanxi.customers.models import Customer
from guanxi.db.fields import UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy


class ConsentEntry(MerchantModel):
    """One line of the ledger: somebody agreed, or took it back. Never changed, never deleted."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name="consent_entries", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    channel = fields.CharField(max_length=16, description="The channel that it is about; any for uses without one.")
    purpose = fields.CharField(max_length=24, description="What for.")
    state = fields.CharField(max_length=10, description="Given or withdrawn.")
    notice_version = fields.CharField(max_length=60, null=True, description="Which notice the customer had read.")
    source = fields.CharField(max_length=60, description="Where it was said: a form, a call, a shop.")
    evidence = fields.TextField(null=True, description="What proves it.")
    said_at = UtcField(description="When the customer said so.")
    recorded_at = UtcField(description="When it was recorded here.")
    actor = fields.CharField(max_length=120, description="Who recorded it, as kind:id.")

    privacy = Privacy(
        export="evidence",
        retain="channel purpose state notice_version source said_at recorded_at",
        internal="actor",
    )

    class Meta:
        table = "consent_entry"
        indexes = (("merchant_id", "customer_id", "id"),)


class Consent(MerchantModel):
    """What the ledger says now, one row for each channel and purpose. No row is a refusal."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name="consents", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    channel = fields.CharField(max_length=16, description="The channel that it is about; any for uses without one.")
    purpose = fields.CharField(max_length=24, description="What for.")
    state = fields.CharField(max_length=10, description="Given or withdrawn.")
    notice_version = fields.CharField(max_length=60, null=True, description="Which notice the customer had read.")
    source = fields.CharField(max_length=60, description="Where it was said: a form, a call, a shop.")
    since = UtcField(description="When the customer said so.")

    privacy = Privacy(export="channel purpose state notice_version source since")

    class Meta:
        table = "consent"
        unique_together = (("merchant_id", "customer_id", "channel", "purpose"),)
        indexes = (("merchant_id", "channel", "purpose", "state"),)


class PrivacyRequest(MerchantModel):
    """What a customer asked for about his data, and by when it is due."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name="privacy_requests", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    kind = fields.CharField(max_length=16, description="What was asked for.")
    state = fields.CharField(max_length=10, description="Open, done or refused.")
    received_at = UtcField(description="When it came in.")
    due_on = fields.DateField(description="The last day to answer it.")
    closed_at = UtcField(null=True, description="When it was answered.")
    note = fields.CharField(max_length=500, null=True, description="What the customer wrote, or why it was refused.")
    version = fields.IntField(default=1, description="Rises with every change.")

    privacy = Privacy(export="note", retain="kind state received_at due_on closed_at")

    class Meta:
        table = "privacy_request"
        indexes = (("merchant_id", "state", "due_on", "id"), ("merchant_id", "customer_id", "id"))


class LegalHold(MerchantModel):
    """A reason of law to keep a customer's data: nothing is erased while one stands."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name="legal_holds", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    reason = fields.CharField(max_length=500, description="Why the data must be kept.")
    placed_at = UtcField(description="When it was placed.")
    placed_by = fields.CharField(max_length=120, description="Who placed it, as kind:id.")
    lifted_at = UtcField(null=True, description="When it was lifted; null while it stands.")
    lifted_by = fields.CharField(max_length=120, null=True, description="Who lifted it, as kind:id.")

    privacy = Privacy(export="reason", retain="placed_at lifted_at", internal="placed_by lifted_by")

    class Meta:
        table = "legal_hold"
        indexes = (("merchant_id", "customer_id", "lifted_at"),)


class RetentionRule(MerchantModel):
    """How long columns of one privacy class are kept."""

    privacy_class = fields.CharField(max_length=20, description="The class of the columns.")
    keep_days = fields.IntField(description="So many days after the row was made, or the fact happened.")
    updated_at = UtcField(description="When the rule last changed.")
    version = fields.IntField(default=1, description="Rises with every change.")

    privacy = Privacy(internal="privacy_class keep_days")

    class Meta:
        table = "retention_rule"
        unique_together = (("merchant_id", "privacy_class"),)


class Erasure(MerchantModel):
    """The proof that a customer's personal data was erased: what was done to which table, and a digest of it."""

    customer: "fields.OneToOneRelation[Customer]" = fields.OneToOneField(
        "customers.Customer", related_name=False, on_delete=fields.RESTRICT
    )
    customer_id: UUID
    erased_at = UtcField(description="When it was erased.")
    erased_by = fields.CharField(max_length=120, description="Who erased it, as kind:id.")
    tables: "fields.Field[dict[str, Any]]" = fields.JSONField(description="Rows deleted and cleared, by table.")
    plugins: "fields.Field[dict[str, Any]]" = fields.JSONField(description="What each plugin said to it.")
    digest = fields.CharField(max_length=64, description="SHA-256 of all of the above.")

    privacy = Privacy(retain="erased_at", internal="erased_by tables plugins digest")

    class Meta:
        table = "privacy_erasure"
