"""Tasks: created for a post, completed once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.staff.models import Post
from guanxi.teamwork import errors, permissions, rules
from guanxi.teamwork.events import TaskCompleted
from guanxi.teamwork.models import Task
from guanxi.teamwork.rules import TaskState
from guanxi.teamwork.service import notices


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """What is to be done, by which post. ``subject_ref`` is a global id that the actor sees: whoever calls looks."""

    title: str
    assignee_post_id: UUID
    customer_id: UUID | None = None
    subject_ref: str | None = None
    due_at: datetime | None = None


async def create_task(ctx: Context, new: NewTask) -> Task:
    """Give a post something to do, and tell its holder.

    Raises:
        ForbiddenError: teamwork.task.write is missing.
        BadUserInputError: the title is refused.
        NotFoundError: there is no such post in use, or no such customer.
    """
    ctx.require(permissions.WRITE_TASKS)
    title = rules.checked_text(new.title, "title", rules.TITLE)
    async with ctx.transaction():
        # Locked, so that no handover passes between: a task of a post that is being closed would be nobody's.
        posts = Post.filter(id=new.assignee_post_id, archived_at__isnull=True)
        if not await posts.select_for_update(no_key=True).exists():
            raise errors.unknown("assigneePost")
        if new.customer_id is not None and not await Customer.filter(id=new.customer_id).exists():
            raise errors.unknown("customer")
        task = await Task.create(
            title=title,
            customer_id=new.customer_id,
            subject_ref=new.subject_ref,
            assignee_post_id=new.assignee_post_id,
            due_at=new.due_at,
            created_by=f"{ctx.actor.kind}:{ctx.actor.id}"[:120],
            created_at=ctx.now(),
        )
        await notices.tell_post(ctx, task)
    return task


async def complete_task(ctx: Context, task_id: UUID, *, expected_version: int | None = None) -> Task:
    """Note that a task is done. Twice is once, whoever was first stays written.

    Raises:
        ForbiddenError: teamwork.task.write is missing.
        NotFoundError: there is no such task.
        ConflictError: it was changed meanwhile.
    """
    ctx.require(permissions.WRITE_TASKS)
    async with ctx.transaction():
        task = await Task.select_for_update(no_key=True).get_or_none(id=task_id)
        if task is None:
            raise errors.unknown("id")
        if task.state == TaskState.DONE:
            return task
        if expected_version is not None and expected_version != task.version:
            raise errors.stale(task.version)
        task.state, task.completed_at = TaskState.DONE.value, ctx.now()
        task.completed_by_id, task.version = ctx.actor.person_id, task.version + 1
        await task.save()
        await ctx.publish(TaskCompleted(occurred_at=ctx.now(), task_id=task.id))
    return task
