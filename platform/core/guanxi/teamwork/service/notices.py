"""Notifications: made in the transaction of what they tell of, read by the one person they are for."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from guanxi.context import Context
from guanxi.db.fields import uuid7
from guanxi.staff.models import PostHolding, StaffMember
from guanxi.teamwork import errors
from guanxi.teamwork.events import NotificationMade
from guanxi.teamwork.models import Note, Notification, Task
from guanxi.teamwork.rules import NotificationKind

MOST = 100


async def tell_post(ctx: Context, task: Task) -> None:
    """Tell whoever holds the task's post, unless that is the actor; nobody while it is vacant."""
    holding = await PostHolding.get_or_none(post_id=task.assignee_post_id, until__isnull=True)
    if holding is not None:
        await _tell(ctx, [holding.person_id], NotificationKind.TASK_ASSIGNED, task_id=task.id)


async def tell_mentioned(ctx: Context, note: Note, person_ids: Sequence[UUID]) -> None:
    """Tell each person that a note names. Raises: NotFoundError where the merchant has no such person."""
    wanted = list(dict.fromkeys(person_ids))
    known = set(await StaffMember.filter(id__in=wanted).values_list("id", flat=True)) if wanted else set()
    if known != set(wanted):
        raise errors.unknown("mentions")
    await _tell(ctx, wanted, NotificationKind.MENTIONED, note_id=note.id)


async def list_notifications(ctx: Context, *, first: int = 20, is_unread: bool = False) -> list[Notification]:
    """The acting person's own, newest first. Raises: ConflictError where no person acts."""
    mine = Notification.filter(person_id=_person(ctx))
    if is_unread:
        mine = mine.filter(read_at__isnull=True)
    return await mine.order_by("-id").limit(max(0, min(first, MOST)))


async def find_notification(ctx: Context, notification_id: UUID) -> Notification | None:
    """One of the acting person's own."""
    return await Notification.get_or_none(id=notification_id, person_id=_person(ctx))


async def mark_read(ctx: Context, ids: Sequence[UUID] | None = None) -> int:
    """Mark some of the acting person's own as read, all where none are named; how many were not. Twice is once.

    Raises:
        ConflictError: no person acts.
    """
    mine = Notification.filter(person_id=_person(ctx), read_at__isnull=True)
    if ids is not None:
        mine = mine.filter(id__in=list(ids))
    async with ctx.transaction():
        return await mine.update(read_at=ctx.now())


async def _tell(
    ctx: Context,
    person_ids: Iterable[UUID],
    kind: NotificationKind,
    *,
    task_id: UUID | None = None,
    note_id: UUID | None = None,
) -> None:
    for person_id in person_ids:
        if person_id == ctx.actor.person_id:
            continue
        made = uuid7()
        await Notification.create(
            id=made, person_id=person_id, kind=kind.value, task_id=task_id, note_id=note_id, created_at=ctx.now()
        )
        await ctx.publish(NotificationMade(occurred_at=ctx.now(), notification_id=made, person_id=person_id))


def _person(ctx: Context) -> UUID:
    if ctx.actor.person_id is None:
        raise errors.not_a_person()
    return ctx.actor.person_id
