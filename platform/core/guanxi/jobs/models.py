"""A job as its merchant sees it, its place in the queue, and when cron comes next."""

from tortoise import fields

from guanxi.db.fields import IdField, UtcField
from guanxi.db.models import MerchantModel, PlatformModel
from guanxi.db.privacy import Privacy


class Job(MerchantModel):
    """Work that is done outside requests, with what it is about. Unfinished ones have a ticket of the same id."""

    kind = fields.CharField(max_length=100, description="What kind of work: plugin.work.")
    payload: "fields.Field[dict[str, object]]" = fields.JSONField(description="What it is about: ids and numbers.")
    lane = fields.CharField(max_length=200, null=True, description="Jobs of a lane run one after the other, in order.")
    state = fields.CharField(max_length=10, description="waiting, running, done or dead.")
    attempts = fields.IntField(default=0, description="How often it was begun.")
    error = fields.TextField(null=True, description="Why the last try failed.")
    progress_done = fields.BigIntField(default=0, description="How much of it is done.")
    progress_total = fields.BigIntField(null=True, description="How much there is to do; null while nobody knows.")
    created_at = UtcField(description="When it was ordered.")
    due_at = UtcField(description="Not before then.")
    started_at = UtcField(null=True, description="When the last try began.")
    ended_at = UtcField(null=True, description="When it was done, or given up.")

    privacy = Privacy(
        internal="kind payload lane state attempts error progress_done progress_total due_at started_at ended_at"
    )

    class Meta:
        table = "job"
        indexes = (("merchant_id", "state", "id"), ("merchant_id", "kind", "id"), ("merchant_id", "ended_at"))


class JobTicket(PlatformModel):
    """The place of an unfinished job in the queue of all merchants: ids and times, nothing of what it is about."""

    id = IdField(primary_key=True)
    home_id = IdField(description="The merchant.")
    kind = fields.CharField(max_length=100, description="What kind of work.")
    key = fields.CharField(max_length=200, null=True, description="One unfinished job of a kind for each key.")
    lane = fields.CharField(max_length=200, null=True, description="Jobs of a lane run one after the other, in order.")
    due_at = UtcField(description="Not before then.")
    leased_until = UtcField(null=True, description="A worker has it until then; null while it waits.")
    worker = fields.CharField(max_length=64, null=True, description="Which worker.")
    fence = fields.BigIntField(default=0, description="Rises with each claim: older holders can no longer commit.")
    attempts = fields.IntField(default=0, description="How often it was begun.")
    is_wanted_again = fields.BooleanField(default=False, description="Ordered again while it ran.")

    privacy = Privacy(internal="home_id kind key lane due_at leased_until worker fence attempts is_wanted_again")

    class Meta:
        table = "job_ticket"
        unique_together = (("home_id", "kind", "key"),)
        indexes = (("home_id", "leased_until", "due_at"), ("leased_until", "due_at"), ("home_id", "lane", "id"))


class JobSchedule(PlatformModel):
    """When a kind with a cron expression comes next in a time zone."""

    name = fields.CharField(max_length=170, primary_key=True, description="The kind and the zone, as kind@zone.")
    kind = fields.CharField(max_length=100, description="What kind of work.")
    timezone = fields.CharField(max_length=64, description="Whose wall clock.")
    cron = fields.CharField(max_length=100, description="The expression that next_at was worked out with.")
    next_at = UtcField(description="When it comes next.")
    leased_until = UtcField(null=True, description="A worker orders the jobs of this time until then.")

    privacy = Privacy(internal="name kind timezone cron next_at leased_until")

    class Meta:
        table = "job_schedule"
        indexes = (("next_at",),)
