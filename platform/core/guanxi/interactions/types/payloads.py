"""What recording and taking back interactions answer."""

from uuid import UUID

import strawberry

from guanxi.interactions import models
from guanxi.interactions.types.outputs import Interaction, schema
from guanxi.schema.declare import one
from guanxi.schema.payloads import Payload
from guanxi.schema.values import Value

IS_NEW = "False where its source had told it before: then this is the first one, unchanged."


@schema.value(description="The fact as it stands on the timeline.")
class RecordInteractionPayload(Payload):
    """Answer of recordInteraction."""

    interaction: Interaction | None = one(models.Interaction, via="interaction_id", description="The interaction.")
    is_new: bool | None = strawberry.field(default=None, description=IS_NEW)
    interaction_id: strawberry.Private[UUID | None] = None


@schema.value(description="What became of one fact of a batch.")
class RecordedInteraction(Value):
    """In the order sent."""

    interaction: Interaction | None = one(models.Interaction, via="interaction_id", description="The interaction.")
    is_new: bool = strawberry.field(description=IS_NEW)
    interaction_id: strawberry.Private[UUID | None] = None


@schema.value(description="What became of a batch.")
class RecordInteractionsPayload(Payload):
    """Answer of recordInteractions."""

    recorded: list[RecordedInteraction] = strawberry.field(
        default_factory=list, description="One outcome for each fact, in the order sent; empty where there are errors."
    )


@schema.value(description="The interaction that was taken back.")
class VoidInteractionPayload(Payload):
    """Answer of voidInteraction."""

    interaction: Interaction | None = one(models.Interaction, via="interaction_id", description="What was taken back.")
    voiding: Interaction | None = one(models.Interaction, via="voiding_id", description="What takes it back.")
    interaction_id: strawberry.Private[UUID | None] = None
    voiding_id: strawberry.Private[UUID | None] = None
