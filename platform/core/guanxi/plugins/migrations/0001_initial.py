from tortoise import migrations
from tortoise.migrations import operations as ops
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import current_merchant
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("merchant_id", IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ("event_id", IdField(description="The event.", generated=False, null=False, unique=False)),
                ("plugin", fields.CharField(description="Who is to hear of it.", max_length=64)),
                ("state", fields.CharField(description="pending, done or dead.", max_length=10)),
                ("attempts", fields.IntField(default=0, description="How often it failed.")),
                ("due_at", UtcField(description="Not before then.", auto_now=False, auto_now_add=False)),
                ("error", fields.TextField(null=True, description="Why it failed last.", unique=False)),
                ("is_replay", fields.BooleanField(default=False, description="It happened while the plugin was off.")),
            ],
            options={
                "table": "outbox_delivery",
                "app": "plugins",
                "unique_together": (("merchant_id", "event_id", "plugin"),),
                "indexes": [Index(fields=["merchant_id", "state", "due_at"])],
                "pk_attr": "id",
                "table_description": "An event that one plugin has still to hear of, or heard of late. Unique, so that it hears it once.",
            },
            bases=["MerchantModel"],
        ),
        ops.CreateModel(
            name="Enablement",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("merchant_id", IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ("plugin", fields.CharField(description="The plugin's id.", max_length=64)),
                ("state", fields.CharField(description="enabled, disabled or purged.", max_length=10)),
                (
                    "settings",
                    fields.JSONField(
                        default=dict, description="What the merchant set.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("enabled_at", UtcField(description="When it was enabled last.", auto_now=False, auto_now_add=False)),
                (
                    "disabled_at",
                    UtcField(null=True, description="When it was disabled last.", auto_now=False, auto_now_add=False),
                ),
                (
                    "purged_at",
                    UtcField(
                        null=True,
                        description="When its data was deleted last; what it heard before counts no more.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "missed_since",
                    UtcField(
                        null=True,
                        description="It has still to hear of events since then.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "missed_by_occurrence",
                    fields.BooleanField(default=False, description="Since then by when they happened."),
                ),
                (
                    "missed_after",
                    IdField(
                        null=True, description="Events up to this one are scheduled.", generated=False, unique=False
                    ),
                ),
                ("missed_is_replay", fields.BooleanField(default=True, description="They happened while it was off.")),
                (
                    "suspended_at",
                    UtcField(
                        null=True, description="When the running quarantine began.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "suspended_until",
                    UtcField(null=True, description="In quarantine until then.", auto_now=False, auto_now_add=False),
                ),
                (
                    "suspensions",
                    fields.IntField(default=0, description="Quarantines since it last worked for an hour."),
                ),
                (
                    "released_at",
                    UtcField(
                        null=True, description="When the last quarantine ended.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "faults",
                    fields.JSONField(
                        default=list, description="What led to quarantine.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("version", fields.IntField(default=1, description="Rises with each change.")),
            ],
            options={
                "table": "plugin_enablement",
                "app": "plugins",
                "unique_together": (("merchant_id", "plugin"),),
                "pk_attr": "id",
                "table_description": "A plugin that a merchant has, or had, enabled. Disabled ones keep their data.",
            },
            bases=["MerchantModel"],
        ),
        ops.CreateModel(
            name="Installation",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("cursor_key", fields.CharField(description="Signs cursors; hex.", max_length=128)),
            ],
            options={
                "table": "installation",
                "app": "plugins",
                "pk_attr": "id",
                "table_description": "What the whole installation shares: one row.",
            },
            bases=["PlatformModel"],
        ),
        ops.CreateModel(
            name="OutboxEvent",
            fields=[
                (
                    "id",
                    IdField(primary_key=True, default=uuid7, unique=True, db_index=True, generated=False, null=False),
                ),
                ("merchant_id", IdField(default=current_merchant, generated=False, null=False, unique=False)),
                ("name", fields.CharField(description="The event's name.", max_length=64)),
                ("payload", fields.JSONField(description="The event's own fields.", encoder=JSON_DUMPS, decoder=loads)),
                ("occurred_at", UtcField(description="When it happened.", auto_now=False, auto_now_add=False)),
                ("recorded_at", UtcField(description="When it was written.", auto_now=False, auto_now_add=False)),
                (
                    "told",
                    fields.JSONField(
                        default=list, description="Plugins called with it at once.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
            ],
            options={
                "table": "outbox_event",
                "app": "plugins",
                "indexes": [Index(fields=["merchant_id", "recorded_at", "id"])],
                "pk_attr": "id",
                "table_description": "One event, written with the data that it speaks of. Its id is the event's.",
            },
            bases=["MerchantModel"],
        ),
    ]
