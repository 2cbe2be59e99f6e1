"""Tables of teamwork: tasks, notes, mentions, notifications, targets of posts and what was reached."""

from uuid import UUID

from tortoise import fields

from guanxi.customers.models import Customer
from guanxi.db.fields import UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy
from guanxi.db.scoping import EVERYBODY
from guanxi.staff.models import Post, StaffMember


class Task(MerchantModel):
    """Something that a post has to do, whoever holds it; it moves with a handover."""

    title = fields.CharField(max_length=200, description="What is to be done.")
    customer: fields.ForeignKeyNullableRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer",
        related_name="tasks",
        null=True,
        on_delete=fields.CASCADE,
        description="The customer that it is about.",
    )
    customer_id: UUID | None
    subject_ref = fields.CharField(max_length=41, null=True, description="The global id of what it is about.")
    assignee_post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "staff.Post", related_name="tasks", on_delete=fields.RESTRICT, description="The post that is to do it."
    )
    assignee_post_id: UUID
    due_at = UtcField(null=True, description="By when; null where it has time.")
    state = fields.CharField(max_length=10, default="open", description="open or done.")
    created_by = fields.CharField(max_length=120, description="Who created it, as kind:id.")
    created_at = UtcField(description="When it was created.")
    completed_by: fields.ForeignKeyNullableRelation[StaffMember] = fields.ForeignKeyField(
        "staff.StaffMember",
        related_name="completed_tasks",
        null=True,
        on_delete=fields.RESTRICT,
        description="The person who completed it; null where a token did.",
    )
    completed_by_id: UUID | None
    completed_at = UtcField(null=True, description="When it was completed.")
    version = fields.IntField(default=1, description="Send it back as expectedVersion.")

    privacy = Privacy(
        export="title", internal="subject_ref assignee_post_id due_at state created_by completed_by_id completed_at"
    )
    scoped_by = "assignee_post"
    handed_over = ("assignee_post",)

    class Meta:
        table = "task"
        indexes = (
            ("merchant_id", "assignee_post_id", "state", "due_at", "id"),
            ("merchant_id", "customer_id", "id"),
            ("merchant_id", "due_at", "id"),
        )


class Note(MerchantModel):
    """What staff tell each other about anything. Never shown to shoppers."""

    subject_ref = fields.CharField(max_length=41, description="The global id of what it is about.")
    customer: fields.ForeignKeyNullableRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer",
        related_name="notes",
        null=True,
        on_delete=fields.CASCADE,
        description="The customer that it is about; whoever sees the customer sees it.",
    )
    customer_id: UUID | None
    body = fields.TextField(description="What it says.")
    author = fields.CharField(max_length=120, description="Who wrote it, as kind:id.")
    created_at = UtcField(description="When it was written.")

    privacy = Privacy(searchable="body", internal="subject_ref author")
    scoped_by = "customer"

    class Meta:
        table = "note"
        indexes = (("merchant_id", "subject_ref", "id"), ("merchant_id", "customer_id", "id"))


class Notification(MerchantModel):
    """Something new for one person."""

    person: fields.ForeignKeyRelation[StaffMember] = fields.ForeignKeyField(
        "staff.StaffMember", related_name="notifications", on_delete=fields.CASCADE, description="Who is told."
    )
    person_id: UUID
    kind = fields.CharField(max_length=20, description="Why: task_assigned or mentioned.")
    task: fields.ForeignKeyNullableRelation[Task] = fields.ForeignKeyField(
        "teamwork.Task", related_name="notifications", null=True, on_delete=fields.CASCADE, description="The task."
    )
    task_id: UUID | None
    note: fields.ForeignKeyNullableRelation[Note] = fields.ForeignKeyField(
        "teamwork.Note", related_name="notifications", null=True, on_delete=fields.CASCADE, description="The note."
    )
    note_id: UUID | None
    created_at = UtcField(description="When it was made.")
    read_at = UtcField(null=True, description="When it was read.")

    privacy = Privacy(internal="person_id kind task_id note_id read_at")
    scoped_by = EVERYBODY  # each person's own: the service asks for it by the person

    class Meta:
        table = "notification"
        indexes = (("merchant_id", "person_id", "id"), ("merchant_id", "task_id"), ("merchant_id", "note_id"))


class KpiTarget(MerchantModel):
    """What a post is to reach in a period, of one metric."""

    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "staff.Post", related_name="kpi_targets", on_delete=fields.RESTRICT, description="The post."
    )
    post_id: UUID
    metric = fields.CharField(max_length=80, description="The name of a fact, summed up over the post's customers.")
    period = fields.CharField(max_length=7, description="A month as 2026-11, or a quarter as 2026-Q4.")
    target = fields.BigIntField(description="What is to be reached, in the fact's unit.")
    weight_bp = fields.IntField(description="Its weight in the score, in hundredths of a percent.")
    value = fields.FloatField(null=True, description="What was reached, once the period is closed.")
    person: fields.ForeignKeyNullableRelation[StaffMember] = fields.ForeignKeyField(
        "staff.StaffMember",
        related_name="kpi_targets",
        null=True,
        on_delete=fields.RESTRICT,
        description="Who held the post at the end of the period, once that is closed.",
    )
    person_id: UUID | None
    closed_at = UtcField(null=True, description="When the period was closed for the post.")
    created_at = UtcField(description="When it was set first.")
    version = fields.IntField(default=1, description="Send it back as expectedVersion.")

    privacy = Privacy(internal="post_id metric period target weight_bp value person_id closed_at")
    scoped_by = "post"
    handed_over = ()  # appraisal stays with the post that it is of

    class Meta:
        table = "kpi_target"
        unique_together = (("merchant_id", "post_id", "period", "metric"),)
        indexes = (("merchant_id", "person_id", "period"),)
