"""Setting webhooks up, and sending events to them."""

from guanxi.webhooks.service.deliveries import Deliverer, dispatch, note_events, replay_delivery, trim
from guanxi.webhooks.service.endpoints import (
    IssuedWebhook,
    WebhookChanges,
    create_webhook,
    delete_webhook,
    get_webhook,
    rotate_secret,
    update_webhook,
)
from guanxi.webhooks.service.sending import Sender, SendError

__all__ = [
    "Deliverer",
    "IssuedWebhook",
    "SendError",
    "Sender",
    "WebhookChanges",
    "create_webhook",
    "delete_webhook",
    "dispatch",
    "get_webhook",
    "note_events",
    "replay_delivery",
    "rotate_secret",
    "trim",
    "update_webhook",
]
