"""Where events are sent, and what became of each."""

from uuid import UUID

from tortoise import fields

from guanxi.db.fields import IdField, UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy


class Webhook(MerchantModel):
    """An endpoint of the merchant's own. Its secrets follow from the installation's key: none is stored."""

    url = fields.CharField(max_length=2048, description="Where it is sent.")
    topics: "fields.Field[list[str]]" = fields.JSONField(description="Names of the events that are sent.")
    document = fields.TextField(null=True, description="What is sent: a query; null for the event's own fields.")
    permissions: "fields.Field[list[str]]" = fields.JSONField(description="What the query may read.")
    is_enabled = fields.BooleanField(default=True, description="Whether events are sent.")
    disabled_reason = fields.CharField(max_length=100, null=True, description="Why it was switched off by itself.")
    generation = fields.IntField(default=1, description="Which secret signs.")
    rotated_at = UtcField(null=True, description="When the secret was changed; both sign for a day.")
    failures = fields.IntField(default=0, description="How often sending failed in a row.")
    paused_until = UtcField(null=True, description="Nothing is sent until then: it failed too often.")
    created_at = UtcField(description="When it was set up.")
    version = fields.IntField(default=1, description="Send it back as expectedVersion.")

    privacy = Privacy(
        internal=(
            "url topics document permissions is_enabled disabled_reason generation rotated_at failures paused_until"
        )
    )

    class Meta:
        table = "webhook"


class WebhookDelivery(MerchantModel):
    """One event on its way to one endpoint."""

    webhook: fields.ForeignKeyRelation[Webhook] = fields.ForeignKeyField(
        "webhooks.Webhook", related_name="deliveries", on_delete=fields.CASCADE, description="Where it goes."
    )
    webhook_id: UUID
    topic = fields.CharField(max_length=64, description="The event's name.")
    event_id = IdField(description="The event.")
    subject = fields.CharField(max_length=64, description="Deliveries about one subject arrive in their order.")
    variables: "fields.Field[dict[str, object]]" = fields.JSONField(description="The event's own fields.")
    body = fields.TextField(null=True, description="What is sent, while it is on its way: every try sends the same.")
    state = fields.CharField(max_length=10, description="new, pending, delivered or dead.")
    attempts = fields.IntField(default=0, description="How often it was tried.")
    status_code = fields.IntField(null=True, description="What the endpoint answered last.")
    error = fields.CharField(max_length=100, null=True, description="Why the last try failed.")
    occurred_at = UtcField(description="When the event happened.")
    created_at = UtcField(description="When it was recorded, or replayed last: it is given up 72 hours later.")
    due_at = UtcField(description="When it is tried next.")
    ended_at = UtcField(null=True, description="When it was delivered, or given up.")

    privacy = Privacy(
        erase="body",
        internal=("topic event_id subject variables state attempts status_code error occurred_at due_at ended_at"),
    )

    class Meta:
        table = "webhook_delivery"
        unique_together = (("merchant_id", "webhook_id", "event_id"),)
        indexes = (("merchant_id", "webhook_id", "state", "id"), ("merchant_id", "state", "ended_at"))
