"""GraphQL types of webhooks."""

from datetime import datetime
from uuid import UUID

import strawberry

from guanxi.schema.connections import Connection
from guanxi.schema.declare import column, one, page
from guanxi.schema.enums import Member, OpenEnum
from guanxi.schema.ids import Id
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.scalars import JSON
from guanxi.webhooks import models, permissions

schema = SchemaPart()
WEBHOOK, DELIVERY = "whk", "whd"
READ = permissions.READ_WEBHOOKS


class DeliveryState(OpenEnum):
    """How far a delivery is."""

    NEW = Member["DeliveryState"]("It was noted with its event.")
    PENDING = Member["DeliveryState"]("It is on its way, or waits for its next try.")
    DELIVERED = Member["DeliveryState"]("It arrived.")
    DEAD = Member["DeliveryState"]("It was given up: a dead letter.")
    OTHER = Member["DeliveryState"]("Any other.")


@schema.table(
    models.WebhookDelivery, tag=DELIVERY, permission=READ, description="One event on its way to one endpoint."
)
class WebhookDelivery(Node):
    """What was sent is not kept."""

    topic: str
    state: DeliveryState
    attempts: int
    status_code: int | None
    error: str | None
    occurred_at: datetime
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None


@schema.table(models.Webhook, tag=WEBHOOK, permission=READ, description="An endpoint that events are sent to.")
class Webhook(Node):
    """Its secret is shown when it is made, and never again."""

    url: str
    topics: JSON = column(description="Names of the events that are sent: a list of texts.")
    document: str | None
    permissions: JSON = column(description="What the document may read: a list of texts.")
    is_enabled: bool
    disabled_reason: str | None
    failures: int
    paused_until: datetime | None
    created_at: datetime
    version: int
    deliveries: Connection[WebhookDelivery] | None = page(
        models.WebhookDelivery, "webhook", order="-created_at", description="What was sent, newest first."
    )


@strawberry.input(description="Where to send which events.")
class CreateWebhookInput:
    """The document and its rights can be left out."""

    url: str = strawberry.field(description="An https:// URL of a public server.")
    topics: list[str] = strawberry.field(description="Names of events, such as interaction_recorded.")
    document: str | None = strawberry.field(
        default=None,
        description="One query that says what is sent; its variables are the event's fields, such as $customerId.",
    )
    permissions: list[str] | None = strawberry.field(
        default=None, description="What the document may read; all that you may when left out."
    )


@strawberry.input(description="What to change; what is left out stays.")
class UpdateWebhookInput:
    """Fields are as in CreateWebhookInput."""

    id: Id = strawberry.field(description="The webhook.")
    expected_version: int = strawberry.field(description="The version that the change is made from.")
    url: strawberry.Maybe[str] = strawberry.field(description="Where it is sent.")
    topics: strawberry.Maybe[list[str]] = strawberry.field(description="Names of events.")
    document: strawberry.Maybe[str | None] = strawberry.field(description="What is sent; null for the event's fields.")
    is_enabled: strawberry.Maybe[bool] = strawberry.field(description="Whether events are sent.")


@strawberry.input(description="A webhook to remove.")
class DeleteWebhookInput:
    """Its deliveries go with it."""

    id: Id = strawberry.field(description="The webhook.")


@strawberry.input(description="A webhook that gets a new secret.")
class RotateWebhookSecretInput:
    """The old one signs beside it for a day."""

    id: Id = strawberry.field(description="The webhook.")


@strawberry.input(description="A delivery to send once more.")
class ReplayDeliveryInput:
    """It keeps its id."""

    id: Id = strawberry.field(description="The delivery.")


@schema.value(description="The webhook, and its secret where it has a new one.")
class WebhookPayload(Payload):
    """Answer of the mutations that make and change webhooks."""

    webhook: Webhook | None = one(models.Webhook, via="webhook_id", description="The webhook.")
    secret: str | None = strawberry.field(default=None, description="Signs from now on. It cannot be read again.")
    webhook_id: strawberry.Private[UUID | None] = None


@schema.value(description="The webhook is gone.")
class DeleteWebhookPayload(Payload):
    """Answer of deleteWebhook."""

    deleted_id: Id | None = strawberry.field(default=None, description="The id that it had.")


@schema.value(description="The delivery, which is on its way again.")
class ReplayDeliveryPayload(Payload):
    """Answer of replayDelivery."""

    delivery: WebhookDelivery | None = one(models.WebhookDelivery, via="delivery_id", description="The delivery.")
    delivery_id: strawberry.Private[UUID | None] = None
