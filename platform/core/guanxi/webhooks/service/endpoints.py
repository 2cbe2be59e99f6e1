"""Setting webhooks up, changing and removing them, and changing their secrets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict
from uuid import UUID

from tortoise.expressions import F

from guanxi import audit
from guanxi.context import Context
from guanxi.schema.ids import encode
from guanxi.webhooks import errors, permissions
from guanxi.webhooks.models import Webhook
from guanxi.webhooks.rules import addresses, signatures
from guanxi.webhooks.service import deliveries, documents, events

TAG = "whk"


@dataclass(frozen=True, slots=True)
class IssuedWebhook:
    """A webhook and its secret, which is shown now only."""

    webhook: Webhook
    secret: str


class WebhookChanges(TypedDict, total=False):
    """What may change later; an absent key keeps its value."""

    url: str
    topics: list[str]
    document: str | None
    is_enabled: bool


async def create_webhook(
    ctx: Context, *, url: str, topics: Sequence[str], document: str | None = None, rights: Sequence[str] | None = None
) -> IssuedWebhook:
    """Send events of these topics from now on. ``rights`` narrow what the document may read; None: all of the actor's.

    Raises:
        ForbiddenError: MANAGE_WEBHOOKS is missing, a right is not the actor's, or it sees a part of the customers only.
        BadUserInputError: the URL, a topic or the document is refused.
    """
    _require(ctx)
    _require_unkeyed(ctx)
    granted = sorted(ctx.actor.permissions if rights is None else set(rights))
    _check_rights(ctx, granted)
    _check_url(url)
    _check_content(ctx, topics, document, granted)
    async with ctx.transaction():
        hook = await Webhook.create(
            url=url, topics=sorted(set(topics)), document=document, permissions=granted, created_at=ctx.now()
        )
        await _record(ctx, "created", hook)
    return IssuedWebhook(hook, secret_text(ctx, hook))


async def update_webhook(ctx: Context, webhook_id: UUID, changes: WebhookChanges, *, expected_version: int) -> Webhook:
    """Change a webhook; switching it on again closes its circuit.

    Raises: as ``create_webhook``; NotFoundError, ConflictError.
    """
    _require(ctx)
    hook = await get_webhook(ctx, webhook_id)
    _check_rights(ctx, hook.permissions)
    if "url" in changes:
        _check_url(changes["url"])
    if not {"topics", "document"}.isdisjoint(changes):
        _check_content(
            ctx, changes.get("topics", hook.topics), changes.get("document", hook.document), hook.permissions
        )
    values: dict[str, Any] = dict(changes)
    if changes.get("is_enabled"):
        values |= {"disabled_reason": None, "failures": 0, "paused_until": None}
    async with ctx.transaction():
        mine = Webhook.filter(id=webhook_id, version=expected_version)
        won = await mine.update(**values, version=F("version") + 1)  # names: those of WebhookChanges and above
        hook = await get_webhook(ctx, webhook_id)
        if not won:
            raise errors.stale(hook.version)
        await _record(ctx, "updated", hook)
    return hook


async def delete_webhook(ctx: Context, webhook_id: UUID) -> None:
    """Remove a webhook with its deliveries. Raises: ForbiddenError, NotFoundError."""
    _require(ctx)
    async with ctx.transaction():
        hook = await get_webhook(ctx, webhook_id)
        await Webhook.filter(id=webhook_id).delete()
        await _record(ctx, "deleted", hook)


async def rotate_secret(ctx: Context, webhook_id: UUID) -> IssuedWebhook:
    """Sign with a new secret; with the old one too for a day. Raises: ForbiddenError, NotFoundError."""
    _require(ctx)
    _require_unkeyed(ctx)
    async with ctx.transaction():
        changed = Webhook.filter(id=webhook_id)
        await changed.update(generation=F("generation") + 1, rotated_at=ctx.now(), version=F("version") + 1)
        hook = await get_webhook(ctx, webhook_id)
        await _record(ctx, "rotated", hook)
    return IssuedWebhook(hook, secret_text(ctx, hook))


async def get_webhook(ctx: Context, webhook_id: UUID) -> Webhook:
    """One webhook of the merchant. Raises: NotFoundError."""
    hook = await Webhook.get_or_none(id=webhook_id)
    if hook is None:
        raise errors.not_found()
    return hook


def secret_text(ctx: Context, hook: Webhook) -> str:
    """The newest secret, as a receiver is given it."""
    return signatures.text_of(deliveries.secrets_of(ctx, hook)[0])


def _require(ctx: Context) -> None:
    ctx.require(permissions.MANAGE_WEBHOOKS)
    if ctx.actor.scope is not None:
        raise errors.narrow_sight()


def _require_unkeyed(ctx: Context) -> None:
    if ctx.idempotency_key is not None:
        raise errors.unkeyed()


def _check_rights(ctx: Context, granted: Iterable[str]) -> None:
    """Whoever says where it goes, and what it asks for, may read all that it may."""
    missing = sorted(set(granted) - ctx.actor.permissions)
    if missing:
        raise errors.beyond_own(missing[0])


def _check_url(url: str) -> None:
    fault = addresses.fault_of(url)
    if fault is not None:
        raise errors.bad_url(fault)


def _check_content(ctx: Context, topics: Sequence[str], document: str | None, granted: Sequence[str]) -> None:
    known = events.topics()
    for place, topic in enumerate(topics or [""]):
        if topic not in known:
            raise errors.unknown_topic(place, ", ".join(known))
    if document is not None:
        documents.check(ctx, document, granted, topics)


async def _record(ctx: Context, what: str, hook: Webhook) -> None:
    await audit.record(
        ctx, action=f"webhooks.webhook.{what}", subject=encode(TAG, hook.id), details={"topics": list(hook.topics)}
    )
