"""What an actor may be allowed to do with webhooks."""

from guanxi.permissions import Permission

READ_WEBHOOKS = Permission("webhooks.webhook.read", "See webhooks and their deliveries", "查看 Webhook 及其投递")
MANAGE_WEBHOOKS = Permission("webhooks.webhook.manage", "Set up webhooks and send again", "设置 Webhook 并重新投递")
