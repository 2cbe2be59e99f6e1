"""GraphQL of webhooks."""

from guanxi.context import Context
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.roots import Query
from guanxi.webhooks import models, permissions, service, types
from guanxi.webhooks.types import (
    DELIVERY,
    READ,
    WEBHOOK,
    CreateWebhookInput,
    DeleteWebhookInput,
    DeleteWebhookPayload,
    ReplayDeliveryInput,
    ReplayDeliveryPayload,
    RotateWebhookSecretInput,
    UpdateWebhookInput,
    Webhook,
    WebhookPayload,
)

schema = types.schema
MANAGE = permissions.MANAGE_WEBHOOKS

schema.add(
    Query,
    "webhooks",
    Connection[Webhook] | None,
    page(models.Webhook, order="-created_at", permission=READ, description="Where events are sent, newest first."),
)


@schema.mutation(permission=MANAGE)
async def create_webhook(ctx: Context, values: CreateWebhookInput) -> WebhookPayload | None:
    """Send events to a server from now on, signed by Standard Webhooks."""
    issued = await service.create_webhook(
        ctx, url=values.url, topics=values.topics, document=values.document, rights=values.permissions
    )
    return WebhookPayload(webhook_id=issued.webhook.id, secret=issued.secret)


@schema.mutation(permission=MANAGE)
async def update_webhook(ctx: Context, values: UpdateWebhookInput) -> WebhookPayload | None:
    """Change a webhook, or switch it on or off."""
    changed = changes_of(values)
    hook = await service.update_webhook(ctx, values.id.of(WEBHOOK), changed, expected_version=values.expected_version)
    return WebhookPayload(webhook_id=hook.id)


@schema.mutation(permission=MANAGE)
async def delete_webhook(ctx: Context, values: DeleteWebhookInput) -> DeleteWebhookPayload | None:
    """Remove a webhook; what is on its way to it is dropped."""
    await service.delete_webhook(ctx, values.id.of(WEBHOOK))
    return DeleteWebhookPayload(deleted_id=values.id)


@schema.mutation(permission=MANAGE)
async def rotate_webhook_secret(ctx: Context, values: RotateWebhookSecretInput) -> WebhookPayload | None:
    """Sign with a new secret; the old one signs beside it for a day."""
    issued = await service.rotate_secret(ctx, values.id.of(WEBHOOK))
    return WebhookPayload(webhook_id=issued.webhook.id, secret=issued.secret)


@schema.mutation(permission=MANAGE)
async def replay_delivery(ctx: Context, values: ReplayDeliveryInput) -> ReplayDeliveryPayload | None:
    """Send once more what arrived or was given up."""
    delivery = await service.replay_delivery(ctx, values.id.of(DELIVERY))
    return ReplayDeliveryPayload(delivery_id=delivery.id)


def changes_of(values: UpdateWebhookInput) -> service.WebhookChanges:
    """What was sent of an update."""
    changes: service.WebhookChanges = {}
    if values.url is not None:
        changes["url"] = values.url.value
    if values.topics is not None:
        changes["topics"] = values.topics.value
    if values.document is not None:
        changes["document"] = values.document.value
    if values.is_enabled is not None:
        changes["is_enabled"] = values.is_enabled.value
    return changes
