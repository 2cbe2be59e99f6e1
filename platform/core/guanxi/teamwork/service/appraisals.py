"""Targets of posts, what is reached of them, and the close of a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from guanxi import audit
from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.errors import Text
from guanxi.schema import scope
from guanxi.schema.ids import encode
from guanxi.staff import rules as staff_rules
from guanxi.staff.models import Post, PostHolding
from guanxi.staff.service import scopes
from guanxi.teamwork import errors, permissions, rules
from guanxi.teamwork.models import KpiTarget
from guanxi.teamwork.rules import Measured

CHUNK = 1_000
LARGEST = 2**53 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTarget:
    """What a post is to reach."""

    post_id: UUID
    metric: str
    period: str
    target: int
    weight_bp: int


@dataclass(frozen=True, slots=True)
class PostScore:
    """What a post has reached in a period. ``person_id``: who held it at the end, once the period is closed."""

    post_id: UUID
    period: str
    score: float
    measured: Sequence[Measured]
    is_closed: bool
    person_id: UUID | None


async def set_target(ctx: Context, new: NewTarget, *, expected_version: int | None = None) -> KpiTarget:
    """Set what a post is to reach of a metric in a period, or change it until the period is closed.

    Raises:
        ForbiddenError: teamwork.appraisal.manage is missing, or the right to read the metric.
        BadUserInputError: the period, the target or the weight is refused; the metric is no number.
        NotFoundError: there is no such post.
        ConflictError: the period is closed, or the target was changed meanwhile.
        PluginDisabledError: the merchant has no such fact.
    """
    ctx.require(permissions.MANAGE_APPRAISALS)
    await _check(ctx, new)
    async with ctx.transaction():
        await _lock_post(ctx, new.post_id)
        of_period = KpiTarget.filter(post_id=new.post_id, period=new.period)
        if await of_period.filter(closed_at__isnull=False).exists():
            raise errors.closed_period()
        row = await of_period.get_or_none(metric=new.metric)
        if row is None:
            return await KpiTarget.create(
                post_id=new.post_id,
                metric=new.metric,
                period=new.period,
                target=new.target,
                weight_bp=new.weight_bp,
                created_at=ctx.now(),
            )
        if expected_version != row.version:
            raise errors.stale(row.version)
        row.target, row.weight_bp, row.version = new.target, new.weight_bp, row.version + 1
        await row.save()
    return row


async def post_score(ctx: Context, post_id: UUID, period: str) -> PostScore:
    """What a post has reached: as it was when the period was closed, else as it is now.

    Raises:
        ForbiddenError: teamwork.appraisal.read is missing, or the right to read one of the metrics.
        BadUserInputError: the period is none.
        PluginDisabledError: a metric's plugin is disabled, and the period is not closed.
    """
    ctx.require(permissions.READ_APPRAISALS)
    rows = await KpiTarget.filter(post_id=post_id, period=rules.checked_period(period)).order_by("metric")
    if len(await scope.seen(ctx, KpiTarget, [row.id for row in rows])) < len(rows):
        raise errors.unknown("post")
    closed = next((row for row in rows if row.closed_at), None)
    if closed is not None:
        measured = [Measured(row.metric, row.target, row.weight_bp, row.value or 0.0) for row in rows]
        return PostScore(post_id, period, rules.score(measured), measured, True, closed.person_id)
    measured = await _measure(ctx, post_id, rows)
    return PostScore(post_id, period, rules.score(measured), measured, False, None)


async def close_period(ctx: Context, post_id: UUID, period: str) -> PostScore:
    """Keep what the post has reached, and who held it when the period ended. Twice is once.

    Raises:
        ForbiddenError: teamwork.appraisal.manage is missing.
        BadUserInputError: the period is none.
        ConflictError: the period is not over.
    """
    ctx.require(permissions.MANAGE_APPRAISALS)
    end = _end_of(ctx, rules.checked_period(period))
    if ctx.now() < end:
        raise errors.running_period()
    async with ctx.transaction():
        await _lock_post(ctx, post_id)  # two who close one period come one after the other
        found = await post_score(ctx, post_id, period)
        if found.is_closed:
            return found
        person_id = await _holder_at(post_id, end)
        for one in found.measured:
            row = KpiTarget.filter(post_id=post_id, period=period, metric=one.metric)
            await row.update(value=one.value, person_id=person_id, closed_at=ctx.now())
        subject = encode(staff_rules.POST, post_id)
        await audit.record(ctx, action="teamwork.period.closed", subject=subject, details={"period": period})
        return await post_score(ctx, post_id, period)


async def _lock_post(ctx: Context, post_id: UUID) -> None:
    """Raises: NotFoundError; ForbiddenError where the post sees more than the actor does."""
    post = await Post.select_for_update(no_key=True).get_or_none(id=post_id)
    if post is None:
        raise errors.unknown("post")
    await scopes.check_post(ctx, post)


async def _check(ctx: Context, new: NewTarget) -> None:
    rules.checked_period(new.period)
    if not 0 < new.target <= LARGEST:
        raise errors.bad_target(
            "target",
            Text("The target is not positive.", "目标值须为正数。"),
            Text("Set 1 or more.", "请填写不小于 1 的值。"),
        )
    if not 0 < new.weight_bp <= rules.WHOLE:
        raise errors.bad_target(
            "weightBp",
            Text("The weight is out of range.", "权重超出范围。"),
            Text("Set 1 to 10000 hundredths of a percent.", "请填写 1 到 10000（万分比）。"),
        )
    fact = await ctx.platform.fact(ctx, new.metric)
    ctx.require(fact.permission)
    if fact.type not in {int, float, bool} or fact.is_many:
        raise errors.bad_target(
            "metric",
            Text("The fact is no number.", "该指标不是数值。"),
            Text("Choose a fact that counts or measures.", "请选择数值类指标。"),
        )


async def _measure(ctx: Context, post_id: UUID, rows: Sequence[KpiTarget]) -> list[Measured]:
    ids: Any = await Customer.filter(owner_post_id=post_id).order_by("id").values_list("id", flat=True) if rows else []
    values = [await _total(ctx, row.metric, ids) for row in rows]
    return [Measured(row.metric, row.target, row.weight_bp, value) for row, value in zip(rows, values, strict=True)]


async def _total(ctx: Context, metric: str, ids: Sequence[UUID]) -> float:
    """Over customers without a value it adds nothing; of a yes or no it counts the yes."""
    found = 0.0
    for start in range(0, len(ids), CHUNK):
        found += sum(float(one) for one in await ctx.facts(metric, ids[start : start + CHUNK]) if one is not None)
    return found


def _end_of(ctx: Context, period: str) -> datetime:
    """Midnight in the shop after the period's last day."""
    return datetime.combine(rules.end_of(period), time(), ZoneInfo(ctx.merchant.timezone)).astimezone(UTC)


async def _holder_at(post_id: UUID, moment: datetime) -> UUID | None:
    """Who held the post just before a moment."""
    holdings = await PostHolding.filter(post_id=post_id, since__lt=moment).order_by("-since").limit(1)
    return next((one.person_id for one in holdings if not one.until or one.until >= moment), None)
