"""What each merchant chose, what happened, and what still has to be told to a plugin."""

from tortoise import fields

from guanxi.db.fields import IdField, UtcField
from guanxi.db.models import MerchantModel, PlatformModel


class Enablement(MerchantModel):
    """A plugin that a merchant has, or had, enabled. Disabled ones keep their data."""

    plugin = fields.CharField(max_length=64, description="The plugin's id.")
    state = fields.CharField(max_length=10, description="enabled, disabled or purged.")
    settings: "fields.Field[dict[str, object]]" = fields.JSONField(default=dict, description="What the merchant set.")
    enabled_at = UtcField(description="When it was enabled last.")
    disabled_at = UtcField(null=True, description="When it was disabled last.")
    suspended_until = UtcField(null=True, description="In quarantine until then.")
    suspensions = fields.IntField(default=0, description="Quarantines since it last worked.")
    version = fields.IntField(default=1, description="Rises with each change.")

    class Meta:
        table = "plugin_enablement"
        unique_together = (("merchant_id", "plugin"),)


class OutboxEvent(MerchantModel):
    """One event, written with the data that it speaks of. Its id is the event's."""

    name = fields.CharField(max_length=64)
    payload: "fields.Field[dict[str, object]]" = fields.JSONField()
    occurred_at = UtcField()
    recorded_at = UtcField()

    class Meta:
        table = "outbox_event"
        indexes = (("merchant_id", "recorded_at", "id"),)


class Delivery(MerchantModel):
    """An event that one plugin has still to hear of, or heard of late. Unique, so that it hears it once."""

    event_id = IdField()
    plugin = fields.CharField(max_length=64)
    state = fields.CharField(max_length=10, description="pending, done or dead.")
    attempts = fields.IntField(default=0)
    due_at = UtcField()
    error = fields.TextField(null=True)
    is_replay = fields.BooleanField(default=False)

    class Meta:
        table = "outbox_delivery"
        unique_together = (("merchant_id", "event_id", "plugin"),)
        indexes = (("merchant_id", "state", "due_at"),)


class Installation(PlatformModel):
    """What the whole installation shares: one row."""

    id = fields.IntField(primary_key=True)
    cursor_key = fields.CharField(max_length=128, description="Signs cursors; hex.")

    class Meta:
        table = "installation"
