"""What each merchant chose, what happened, and what still has to be told to a plugin."""

from tortoise import fields

from guanxi.db.fields import IdField, UtcField
from guanxi.db.models import MerchantModel, PlatformModel
from guanxi.db.privacy import Privacy


class Enablement(MerchantModel):
    """A plugin that a merchant has, or had, enabled. Disabled ones keep their data."""

    plugin = fields.CharField(max_length=64, description="The plugin's id.")
    state = fields.CharField(max_length=10, description="enabled, disabled or purged.")
    settings: "fields.Field[dict[str, object]]" = fields.JSONField(default=dict, description="What the merchant set.")
    enabled_at = UtcField(description="When it was enabled last.")
    disabled_at = UtcField(null=True, description="When it was disabled last.")
    purged_at = UtcField(null=True, description="When its data was deleted last; what it heard before counts no more.")
    missed_since = UtcField(null=True, description="It has still to hear of events since then.")
    missed_by_occurrence = fields.BooleanField(default=False, description="Since then by when they happened.")
    missed_after = IdField(null=True, description="Events up to this one are scheduled.")
    missed_is_replay = fields.BooleanField(default=True, description="They happened while it was off.")
    suspended_at = UtcField(null=True, description="When the running quarantine began.")
    suspended_until = UtcField(null=True, description="In quarantine until then.")
    suspensions = fields.IntField(default=0, description="Quarantines since it last worked for an hour.")
    released_at = UtcField(null=True, description="When the last quarantine ended.")
    faults: "fields.Field[list[dict[str, str]]]" = fields.JSONField(default=list, description="What led to quarantine.")
    version = fields.IntField(default=1, description="Rises with each change.")

    privacy = Privacy(
        internal=(
            "plugin state settings enabled_at disabled_at purged_at missed_since missed_by_occurrence "
            "missed_after missed_is_replay suspended_at suspended_until suspensions released_at faults"
        ),
    )

    class Meta:
        table = "plugin_enablement"
        unique_together = (("merchant_id", "plugin"),)


class OutboxEvent(MerchantModel):
    """One event, written with the data that it speaks of. Its id is the event's."""

    name = fields.CharField(max_length=64, description="The event's name.")
    payload: "fields.Field[dict[str, object]]" = fields.JSONField(description="The event's own fields.")
    occurred_at = UtcField(description="When it happened.")
    recorded_at = UtcField(description="When it was written.")
    is_replay = fields.BooleanField(default=False, description="It was told late: whoever follows does not hear of it.")
    told: "fields.Field[list[str]]" = fields.JSONField(default=list, description="Plugins called with it at once.")

    privacy = Privacy(internal="name payload occurred_at recorded_at is_replay told")

    class Meta:
        table = "outbox_event"
        indexes = (("merchant_id", "recorded_at", "id"),)


class Delivery(MerchantModel):
    """An event that one plugin has still to hear of, or heard of late. Unique, so that it hears it once."""

    event_id = IdField(description="The event.")
    plugin = fields.CharField(max_length=64, description="Who is to hear of it.")
    state = fields.CharField(max_length=10, description="pending, done or dead.")
    attempts = fields.IntField(default=0, description="How often it failed.")
    due_at = UtcField(description="Not before then.")
    error = fields.TextField(null=True, description="Why it failed last.")
    is_replay = fields.BooleanField(default=False, description="It happened while the plugin was off.")

    privacy = Privacy(internal="event_id plugin state attempts due_at error is_replay")

    class Meta:
        table = "outbox_delivery"
        unique_together = (("merchant_id", "event_id", "plugin"),)
        indexes = (("merchant_id", "state", "due_at"),)


class Installation(PlatformModel):
    """What the whole installation shares: one row."""

    id = fields.IntField(primary_key=True)
    cursor_key = fields.CharField(max_length=128, description="Signs cursors; hex.")

    privacy = Privacy(internal="cursor_key")

    class Meta:
        table = "installation"
