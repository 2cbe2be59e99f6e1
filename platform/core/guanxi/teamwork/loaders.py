"""From rows of teamwork to what the API shows of them."""

from collections.abc import Sequence
from uuid import UUID

from guanxi.context import Context
from guanxi.customers.types.outputs import CUSTOMER
from guanxi.errors import ForbiddenError
from guanxi.execution import nodes
from guanxi.schema.ids import Id, encode
from guanxi.schema.nodes import Node
from guanxi.schema.scalars import Long
from guanxi.staff.types import POST
from guanxi.teamwork import errors, models, service, types
from guanxi.teamwork.permissions import READ_TASKS


@types.schema.batch(types.Task, permission=READ_TASKS, requires=("subject_ref",))
async def subject(tasks: Sequence[types.Task], ctx: Context) -> list[Node | Exception | None]:
    """What it is about, where that is no customer; null where the actor may not see it."""
    return [await _subject_of(ctx, one) for one in tasks]


async def _subject_of(ctx: Context, row: object) -> Node | Exception | None:
    ref = getattr(row, "subject_ref", None)
    try:
        return await nodes.find_node(ctx, Id.parse(ref)) if ref else None
    except ForbiddenError as error:
        return error


async def seen_subject(ctx: Context, subject: Id) -> tuple[str, UUID | None]:
    """The global id of something that the actor sees, and the customer behind it.

    Raises:
        NotFoundError: the actor sees nothing of this id.
        ForbiddenError: the actor may not read its type.
    """
    found = await nodes.find_node(ctx, subject)
    if found is None:
        raise errors.unknown("subject")
    behind = subject if subject.tag == CUSTOMER else getattr(found, "customer_id", None)
    return encode(subject.tag, subject), UUID(int=behind.int) if behind is not None else None


async def to_new_task(ctx: Context, values: types.CreateTaskInput) -> service.NewTask:
    """A task as it was asked for. Raises: as ``seen_subject``."""
    ref, _ = await seen_subject(ctx, values.subject) if values.subject else (None, None)
    return service.NewTask(
        title=values.title,
        assignee_post_id=values.assignee_post.of(POST),
        customer_id=values.customer and values.customer.of(CUSTOMER),
        subject_ref=ref,
        due_at=values.due_at,
    )


def to_new_target(values: types.SetKpiTargetInput) -> service.NewTarget:
    """A target as it was asked for."""
    return service.NewTarget(
        post_id=values.post.of(POST),
        metric=values.metric,
        period=values.period,
        target=int(values.target),
        weight_bp=values.weight_bp,
    )


def to_notification(row: models.Notification) -> types.Notification:
    """One notification."""
    return types.Notification(
        id=Id.parse(encode(types.NOTIFICATION, row.id)),
        kind=types.NotificationKind(row.kind),
        created_at=row.created_at,
        read_at=row.read_at,
        task_id=row.task_id,
        note_id=row.note_id,
    )


def to_score(found: service.PostScore) -> types.PostScore:
    """How a post did."""
    results = [
        types.KpiResult(metric=one.metric, target=Long(one.target), weight_bp=one.weight_bp, value=one.value)
        for one in found.measured
    ]
    return types.PostScore(
        period=found.period,
        score=found.score,
        results=results,
        is_closed=found.is_closed,
        post_id=found.post_id,
        person_id=found.person_id,
    )
