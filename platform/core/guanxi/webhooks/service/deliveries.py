"""From an event to its arrival: noted in the event's transaction, sent by jobs, in order, until it arrives."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.expressions import F, Q

from guanxi import jobs
from guanxi.context import Context
from guanxi.events import Event
from guanxi.webhooks import errors, permissions
from guanxi.webhooks.models import Webhook, WebhookDelivery
from guanxi.webhooks.rules import retries, signatures
from guanxi.webhooks.service import documents, events
from guanxi.webhooks.service.sending import Sender, SendError

NEW, PENDING, DELIVERED, DEAD = "new", "pending", "delivered", "dead"
DISPATCH: Final = "webhooks.dispatch"
DELIVER: Final = "webhooks.deliver"
PAGE: Final = 200
OVERLAP: Final = timedelta(days=1)
KEPT: Final = timedelta(days=30)
GONE: Final = 410


async def note_events(ctx: Context, told: Sequence[Event]) -> None:
    """Note what has to be sent of these events, in their transaction. What is replayed is not sent."""
    sent = [event for event in told if event.name not in events.UNSENT]
    if ctx.is_replay or not sent:
        return
    for hook in await Webhook.filter(is_enabled=True):
        wanted = [event for event in sent if event.name in hook.topics]
        if wanted:
            await WebhookDelivery.bulk_create([_delivery(ctx, hook, event) for event in wanted])
            await jobs.enqueue(ctx, DISPATCH, {"webhook": hook.id.hex}, key=hook.id.hex)


def _delivery(ctx: Context, hook: Webhook, event: Event) -> WebhookDelivery:
    return WebhookDelivery(
        webhook_id=hook.id,
        topic=event.name,
        event_id=event.event_id,
        subject=events.subject_of(event),
        variables=events.fields_of(event),
        state=NEW,
        occurred_at=event.occurred_at,
        created_at=ctx.now(),
        due_at=ctx.now(),
    )


async def dispatch(ctx: Context, payload: Mapping[str, Any]) -> None:
    """Give each new delivery of a webhook a job of its own, in the lane of its subject."""
    new = WebhookDelivery.filter(webhook_id=UUID(payload["webhook"]), state=NEW).order_by("id")
    while page := await new.limit(PAGE):
        async with ctx.transaction():
            for one in page:
                if await WebhookDelivery.filter(id=one.id, state=NEW).update(state=PENDING):
                    await _enqueue(ctx, one)


async def _enqueue(ctx: Context, one: WebhookDelivery) -> None:
    lane = f"{one.webhook_id.hex}:{one.subject}"
    await jobs.enqueue(ctx, DELIVER, {"delivery": one.id.hex}, lane=lane)


async def replay_delivery(ctx: Context, delivery_id: UUID) -> WebhookDelivery:
    """Send what arrived, or was given up, once more under its id.

    Raises: ForbiddenError, NotFoundError, ConflictError.
    """
    ctx.require(permissions.MANAGE_WEBHOOKS)
    async with ctx.transaction():
        over = WebhookDelivery.filter(id=delivery_id, state__in=(DELIVERED, DEAD))
        fresh = {"state": PENDING, "attempts": 0, "created_at": ctx.now(), "due_at": ctx.now(), "ended_at": None}
        won = await over.update(**fresh)  # names: those written out above
        one = await WebhookDelivery.get_or_none(id=delivery_id)
        if one is None:
            raise errors.not_found()
        if not won:
            raise errors.on_its_way(one.state)
        await _enqueue(ctx, one)
    return one


async def trim(ctx: Context, payload: Mapping[str, Any] | None = None) -> None:
    """Forget deliveries that ended long ago, page by page."""
    old = Q(state__in=(DELIVERED, DEAD), ended_at__lt=ctx.now() - KEPT)
    while ids := await WebhookDelivery.filter(old).limit(PAGE).values_list("id", flat=True):
        async with ctx.transaction():
            await WebhookDelivery.filter(id__in=list(ids)).delete()


class Deliverer:
    """Sends deliveries through a sender."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender

    async def deliver(self, ctx: Context, payload: Mapping[str, Any]) -> None:
        """One try of one delivery. Raises: AgainError when it has to be tried again later."""
        one = await WebhookDelivery.get_or_none(id=UUID(payload["delivery"]), state=PENDING)
        hook = await Webhook.get_or_none(id=one.webhook_id) if one is not None else None
        if one is None or hook is None:
            return
        if not hook.is_enabled:
            await _end(ctx, one, DEAD, error="the webhook is switched off")
        elif hook.paused_until is not None and hook.paused_until > ctx.now():
            await _put_off(ctx, one, hook.paused_until - ctx.now())
        else:
            await self._try(ctx, hook, one)

    async def _try(self, ctx: Context, hook: Webhook, one: WebhookDelivery) -> None:
        body = one.body if one.body is not None else await _render(ctx, hook, one)
        await WebhookDelivery.filter(id=one.id).update(body=body, attempts=one.attempts + 1)
        secrets = secrets_of(ctx, hook)
        headers = signatures.headers_of(f"msg_{one.id.hex}", int(ctx.now().timestamp()), body.encode(), secrets)
        status, error = None, None
        try:
            status = await self.sender.send(hook.url, headers, body.encode())
        except SendError as failed:
            error = str(failed)
        one.attempts, one.status_code = one.attempts + 1, status
        if status is not None and 200 <= status < 300:
            await _arrive(ctx, hook, one)
        else:
            await _fail(ctx, hook, one, error or f"it answered {status}")


def secrets_of(ctx: Context, hook: Webhook) -> list[bytes]:
    """The secrets that are in force, the newest first."""
    is_overlapping = hook.rotated_at is not None and ctx.now() < hook.rotated_at + OVERLAP
    generations = [hook.generation, *([hook.generation - 1] if is_overlapping else [])]
    return [signatures.secret_of(ctx.platform.cursor_key, hook.id, one) for one in generations]


async def _render(ctx: Context, hook: Webhook, one: WebhookDelivery) -> str:
    content = {"data": one.variables} if hook.document is None else await documents.run(ctx, hook, one.variables)
    head = {"type": one.topic, "timestamp": one.occurred_at.isoformat()}
    return orjson.dumps({**head, **content}).decode()


async def _arrive(ctx: Context, hook: Webhook, one: WebhookDelivery) -> None:
    async with ctx.transaction():
        await _end(ctx, one, DELIVERED)
        if hook.failures:
            await Webhook.filter(id=hook.id).update(failures=0, paused_until=None)


async def _fail(ctx: Context, hook: Webhook, one: WebhookDelivery, error: str) -> None:
    wait = retries.wait_after(one.attempts, one.created_at, ctx.now())
    async with ctx.transaction():
        await Webhook.filter(id=hook.id).update(failures=F("failures") + 1)
        changed = await Webhook.get(id=hook.id)
        until = retries.pause_until(changed.failures, ctx.now())
        is_gone = one.status_code == GONE
        off = {"is_enabled": False, "disabled_reason": "it answered 410 Gone"} if is_gone else {"paused_until": until}
        await Webhook.filter(id=hook.id).update(**off)  # names: those written out above
        if wait is None or is_gone:
            await _end(ctx, one, DEAD, error=error)
            return
        await WebhookDelivery.filter(id=one.id).update(status_code=one.status_code, error=error)
    await _put_off(ctx, one, wait)


async def _put_off(ctx: Context, one: WebhookDelivery, wait: timedelta) -> None:
    """Try again later, unless that would be too late. Raises: AgainError."""
    if ctx.now() + wait - one.created_at > retries.GIVEN_UP:
        await _end(ctx, one, DEAD, error="it could not be sent for 72 hours")
        return
    await WebhookDelivery.filter(id=one.id).update(due_at=ctx.now() + wait)
    raise jobs.AgainError(wait)


async def _end(ctx: Context, one: WebhookDelivery, state: str, error: str | None = None) -> None:
    async with ctx.transaction():
        await WebhookDelivery.filter(id=one.id).update(
            state=state, error=error, status_code=one.status_code, ended_at=ctx.now(), body=None
        )
