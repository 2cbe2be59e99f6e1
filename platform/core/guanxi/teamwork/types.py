"""GraphQL types of tasks, notes, notifications and appraisals."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from guanxi.customers import models as customer_models
from guanxi.customers.types.outputs import Customer
from guanxi.schema.declare import one
from guanxi.schema.enums import Member, OpenEnum
from guanxi.schema.ids import Id
from guanxi.schema.inputs import IdFilter, SortDirection, TextFilter, TimeFilter
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.scalars import Long
from guanxi.schema.values import Value
from guanxi.staff import models as staff_models
from guanxi.staff.types import Post, StaffMember
from guanxi.teamwork import models, permissions

schema = SchemaPart()
TASK, NOTE, NOTIFICATION = "tsk", "nte", "ntf"


class TaskState(OpenEnum):
    """Whether something is still to be done."""

    unknown = "OPEN"

    OPEN = Member["TaskState"]("Still to be done.")
    DONE = Member["TaskState"]("Done.")


class NotificationKind(OpenEnum):
    """Why somebody is told."""

    unknown = "OTHER"

    TASK_ASSIGNED = Member["NotificationKind"]("The person's post has something new to do.")
    MENTIONED = Member["NotificationKind"]("A note names the person.")
    OTHER = Member["NotificationKind"]("Something else.")


@schema.table(models.Task, tag=TASK, permission=permissions.READ_TASKS, description="Something that a post has to do.")
class Task(Node):
    """It moves with a handover of the post."""

    title: str
    customer: Customer | None = one(
        customer_models.Customer, via="customer_id", description="The customer it is about."
    )
    assignee_post: Post | None = one(
        staff_models.Post, via="assignee_post_id", description="The post that is to do it."
    )
    due_at: datetime | None
    state: TaskState
    created_by: str
    created_at: datetime
    completed_by: StaffMember | None = one(
        staff_models.StaffMember, via="completed_by_id", description="The person who completed it."
    )
    completed_at: datetime | None
    version: int


@schema.table(models.Note, tag=NOTE, permission=permissions.READ_NOTES, description="What staff tell each other.")
class Note(Node):
    """About anything that has an id."""

    body: str
    author: str
    created_at: datetime


@schema.value(description="Something new for the staff member who asks.")
class Notification(Value):
    """Nobody else can read it."""

    id: Id = strawberry.field(description="Names it for markNotificationsRead.")
    kind: NotificationKind = strawberry.field(description="Why.")
    task: Task | None = one(models.Task, via="task_id", description="The task, where it is about one.")
    note: Note | None = one(models.Note, via="note_id", description="The note, where it is about one.")
    created_at: datetime = strawberry.field(description="When it was made.")
    read_at: datetime | None = strawberry.field(description="When it was read; null while it is new.")
    task_id: strawberry.Private[UUID | None] = None
    note_id: strawberry.Private[UUID | None] = None


@schema.value(description="What a post has reached of one target.")
class KpiResult(Value):
    """A part of a score."""

    metric: str = strawberry.field(description="The name of a fact, summed up over the post's customers.")
    target: Long = strawberry.field(description="What was to be reached.")
    weight_bp: int = strawberry.field(description="Its weight, in hundredths of a percent.")
    value: float = strawberry.field(description="What was reached.")


@schema.value(description="How a post did in a period.", permission=permissions.READ_APPRAISALS)
class PostScore(Value):
    """The sum of weight times min(value / target, 1.5)."""

    period: str = strawberry.field(description="A month as 2026-11, or a quarter as 2026-Q4.")
    score: float = strawberry.field(description="1 where every target was met exactly and the weights make a whole.")
    results: list[KpiResult] = strawberry.field(description="Target by target.")
    is_closed: bool = strawberry.field(description="Whether it stays as it is.")
    post: Post | None = one(staff_models.Post, via="post_id", description="The post.")
    person: StaffMember | None = one(
        staff_models.StaffMember, via="person_id", description="Who held the post at the end, once it is closed."
    )
    post_id: strawberry.Private[UUID | None] = None
    person_id: strawberry.Private[UUID | None] = None


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@schema.filter(Task, description="Which tasks; exactly one condition, joined by and, or and not.")
class TaskFilter:
    """Conditions on tasks."""

    and_: list["TaskFilter"] | None = _optional("All of these hold.", "and")
    or_: list["TaskFilter"] | None = _optional("At least one of these holds.", "or")
    not_: "TaskFilter | None" = _optional("This does not hold.", "not")
    title: TextFilter | None = _optional("What is to be done.")
    customer_id: IdFilter | None = _optional("The customer.")
    assignee_post_id: IdFilter | None = _optional("The post that is to do it.")
    due_at: TimeFilter | None = _optional("By when.")
    completed_at: TimeFilter | None = _optional("When it was completed; `isNull: true` for those that are open.")


@schema.order(Task, description="The order of tasks; exactly one key.")
class TaskOrder:
    """Keys of the order."""

    due_at: SortDirection | None = _optional("By when.")


@strawberry.input(description="Something to do.")
class CreateTaskInput:
    """For a post, whoever holds it."""

    title: str = strawberry.field(description="What is to be done, 1 to 200 characters.")
    assignee_post: Id = strawberry.field(description="The post that is to do it.")
    customer: Id | None = strawberry.field(default=None, description="The customer that it is about.")
    subject: Id | None = strawberry.field(default=None, description="Anything else that it is about.")
    due_at: datetime | None = strawberry.field(default=None, description="By when.")


@strawberry.input(description="A task that is done.")
class CompleteTaskInput:
    """Twice is once."""

    id: Id = strawberry.field(description="The task.")
    expected_version: int | None = strawberry.field(default=None, description="The version that you read.")


@strawberry.input(description="A note.")
class AddNoteInput:
    """Seen by staff alone."""

    subject: Id = strawberry.field(description="What it is about: anything that you may see.")
    body: str = strawberry.field(description="What it says, 1 to 10,000 characters.")
    mentions: list[Id] = strawberry.field(default_factory=list, description="Staff members to tell, at most 20.")


@strawberry.input(description="Notifications that were read.")
class MarkNotificationsReadInput:
    """One's own."""

    ids: list[Id] | None = strawberry.field(default=None, description="Which; absent: all.")


@strawberry.input(description="What a post is to reach.")
class SetKpiTargetInput:
    """Until the period is closed."""

    post: Id = strawberry.field(description="The post.")
    metric: str = strawberry.field(description="The name of a fact that is a number, or a yes or no.")
    period: str = strawberry.field(description="A month as 2026-11, or a quarter as 2026-Q4.")
    target: Long = strawberry.field(description="What is to be reached, in the fact's unit.")
    weight_bp: int = strawberry.field(description="Its weight in the score, 1 to 10000 hundredths of a percent.")
    expected_version: int | None = strawberry.field(default=None, description="Of a target that is there already.")


@strawberry.input(description="A period that is over.")
class CloseKpiPeriodInput:
    """What was reached is kept, with whoever held the post at the end."""

    post: Id = strawberry.field(description="The post.")
    period: str = strawberry.field(description="A month as 2026-11, or a quarter as 2026-Q4.")


@schema.value(description="The new task.")
class CreateTaskPayload(Payload):
    """Answer of createTask."""

    task: Task | None = one(models.Task, via="task_id", description="The task.")
    task_id: strawberry.Private[UUID | None] = None


@schema.value(description="The task as it stands.")
class CompleteTaskPayload(Payload):
    """Answer of completeTask."""

    task: Task | None = one(models.Task, via="task_id", description="The task.")
    task_id: strawberry.Private[UUID | None] = None


@schema.value(description="The new note.")
class AddNotePayload(Payload):
    """Answer of addNote."""

    note: Note | None = one(models.Note, via="note_id", description="The note.")
    note_id: strawberry.Private[UUID | None] = None


@schema.value(description="How many were not read before.")
class MarkNotificationsReadPayload(Payload):
    """Answer of markNotificationsRead."""

    count: int | None = strawberry.field(default=None, description="How many were not read before.")


@schema.value(description="The version of the target.")
class SetKpiTargetPayload(Payload):
    """Answer of setKpiTarget."""

    version: int | None = strawberry.field(default=None, description="Send it back as expectedVersion.")


@schema.value(description="What is kept.")
class CloseKpiPeriodPayload(Payload):
    """Answer of closeKpiPeriod."""

    score: PostScore | None = strawberry.field(default=None, description="What is kept.")
