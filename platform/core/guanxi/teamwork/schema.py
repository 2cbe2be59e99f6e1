"""GraphQL of tasks, notes, notifications and appraisals."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from guanxi.context import Context
from guanxi.execution import rows
from guanxi.permissions import SIGNED_IN
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.ids import Id, encode
from guanxi.schema.roots import Query
from guanxi.staff.types import PERSON, POST
from guanxi.teamwork import loaders, models, permissions, service, types
from guanxi.teamwork.events import NotificationMade

schema = types.schema
schema.add(
    Query,
    "tasks",
    Connection[types.Task] | None,
    page(
        models.Task,
        where=types.TaskFilter,
        order_by=types.TaskOrder,
        order="-id",
        permission=permissions.READ_TASKS,
        description="Tasks of the posts that the actor sees, newest first.",
    ),
)

Subject = Annotated[Id, strawberry.argument(description="Anything that you may see.")]
First = Annotated[int, strawberry.argument(description="How many at most, up to 100.")]
Unread = Annotated[bool, strawberry.argument(description="Only those that were not read.")]
OfPost = Annotated[Id, strawberry.argument(description="The post.")]
Period = Annotated[str, strawberry.argument(description="A month as 2026-11, or a quarter as 2026-Q4.")]


@schema.query(permission=permissions.READ_NOTES)
async def notes(ctx: Context, subject: Subject, first: First = 20) -> list[types.Note]:
    """What staff wrote about something, newest first; nothing where the actor does not see it."""
    ids = await service.list_notes(ctx, encode(subject.tag, subject), first=first)
    return [one for one in await rows.rows_of(ctx, types.Note, ids) if one is not None]


@schema.query(permission=SIGNED_IN)
async def notifications(ctx: Context, first: First = 20, is_unread: Unread = False) -> list[types.Notification]:
    """What is new for the acting staff member, newest first."""
    found = await service.list_notifications(ctx, first=first, is_unread=is_unread)
    return [loaders.to_notification(row) for row in found]


@schema.query(permission=permissions.READ_APPRAISALS)
async def post_score(ctx: Context, post: OfPost, period: Period) -> types.PostScore | None:
    """How a post did: as it was when the period was closed, else as it stands."""
    return loaders.to_score(await service.post_score(ctx, post.of(POST), period))


@schema.mutation(permission=permissions.WRITE_TASKS)
async def create_task(ctx: Context, values: types.CreateTaskInput) -> types.CreateTaskPayload | None:
    """Give a post something to do, and tell its holder."""
    task = await service.create_task(ctx, await loaders.to_new_task(ctx, values))
    return types.CreateTaskPayload(task_id=task.id)


@schema.mutation(permission=permissions.WRITE_TASKS)
async def complete_task(ctx: Context, values: types.CompleteTaskInput) -> types.CompleteTaskPayload | None:
    """Note that a task is done."""
    task = await service.complete_task(ctx, values.id.of(types.TASK), expected_version=values.expected_version)
    return types.CompleteTaskPayload(task_id=task.id)


@schema.mutation(permission=permissions.WRITE_NOTES)
async def add_note(ctx: Context, values: types.AddNoteInput) -> types.AddNotePayload | None:
    """Write a note about anything that you may see, and tell whom it names."""
    ref, customer_id = await loaders.seen_subject(ctx, values.subject)
    mentions = [one.of(PERSON) for one in values.mentions]
    note = await service.add_note(ctx, subject_ref=ref, customer_id=customer_id, body=values.body, mentions=mentions)
    return types.AddNotePayload(note_id=note.id)


@schema.mutation(permission=SIGNED_IN)
async def mark_notifications_read(
    ctx: Context, values: types.MarkNotificationsReadInput
) -> types.MarkNotificationsReadPayload | None:
    """Mark one's own notifications as read."""
    ids = [one.of(types.NOTIFICATION) for one in values.ids] if values.ids is not None else None
    return types.MarkNotificationsReadPayload(count=await service.mark_read(ctx, ids))


@schema.mutation(permission=permissions.MANAGE_APPRAISALS)
async def set_kpi_target(ctx: Context, values: types.SetKpiTargetInput) -> types.SetKpiTargetPayload | None:
    """Set what a post is to reach of a fact in a period."""
    row = await service.set_target(ctx, loaders.to_new_target(values), expected_version=values.expected_version)
    return types.SetKpiTargetPayload(version=row.version)


@schema.mutation(permission=permissions.MANAGE_APPRAISALS)
async def close_kpi_period(ctx: Context, values: types.CloseKpiPeriodInput) -> types.CloseKpiPeriodPayload | None:
    """Keep what a post has reached in a period that is over, with whoever held it at the end."""
    found = await service.close_period(ctx, values.post.of(POST), values.period)
    return types.CloseKpiPeriodPayload(score=loaders.to_score(found))


@schema.subscription(permission=SIGNED_IN)
async def notification_received(ctx: Context) -> AsyncGenerator[types.Notification, None]:
    """Each new notification of the acting staff member."""
    async for event in ctx.platform.follow(ctx):
        if isinstance(event, NotificationMade) and event.person_id == ctx.actor.person_id:
            found = await service.find_notification(ctx, event.notification_id)
            if found is not None:
                yield loaders.to_notification(found)
