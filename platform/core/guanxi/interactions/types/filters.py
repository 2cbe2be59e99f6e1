"""Which interactions, and in which order."""

from typing import Annotated, Any

import strawberry

from guanxi.interactions.types.enums import Channel, InteractionKind, RecordMode
from guanxi.interactions.types.outputs import Interaction, schema
from guanxi.schema.inputs import IdFilter, LongFilter, SortDirection, TextFilter, TimeFilter


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


EQ, NE, IN = "Equal.", "Not equal.", "One of these; an empty list matches none."


@strawberry.input(description="Conditions on a kind; all that are given must hold.")
class InteractionKindFilter:
    """Operators of kinds."""

    eq: InteractionKind | None = _optional(EQ)
    ne: InteractionKind | None = _optional(NE)
    in_: list[InteractionKind] | None = _optional(IN, "in")


@strawberry.input(description="Conditions on a channel; all that are given must hold.")
class ChannelFilter:
    """Operators of channels."""

    eq: Channel | None = _optional(EQ)
    ne: Channel | None = _optional(NE)
    in_: list[Channel] | None = _optional(IN, "in")


@strawberry.input(description="Conditions on a mode; all that are given must hold.")
class RecordModeFilter:
    """Operators of modes."""

    eq: RecordMode | None = _optional(EQ)


@schema.filter(Interaction, description="Which interactions; exactly one condition, joined by and, or and not.")
class InteractionFilter:
    """Texts that people wrote are searched elsewhere."""

    and_: list["InteractionFilter"] | None = _optional("All of these hold.", "and")
    or_: list["InteractionFilter"] | None = _optional("At least one of these holds.", "or")
    not_: "InteractionFilter | None" = _optional("This does not hold.", "not")
    id: IdFilter | None = _optional("The id.")
    customer_id: IdFilter | None = _optional("The customer.")
    kind: InteractionKindFilter | None = _optional("What happened.")
    channel: ChannelFilter | None = _optional("Where it happened.")
    occurred_at: TimeFilter | None = _optional("When it happened.")
    recorded_at: TimeFilter | None = _optional("When it was recorded.")
    source: TextFilter | None = _optional("Who calls it by the external id.")
    external_id: TextFilter | None = _optional("What the source calls it.")
    order_ref: TextFilter | None = _optional("The order that it belongs to.")
    amount_minor: LongFilter | None = _optional("The amount in the smallest unit; say the currency too.")
    currency: TextFilter | None = _optional("The currency.")
    voids_id: IdFilter | None = _optional("What it takes back; `isNull: true` for what takes nothing back.")
    voided_by_id: IdFilter | None = _optional("What took it back; `isNull: true` for what stands.")
    mode: RecordModeFilter | None = _optional("Whether it was news.")


@schema.order(Interaction, description="The order of interactions; exactly one key.")
class InteractionOrder:
    """Keys of the order."""

    occurred_at: SortDirection | None = _optional("When it happened.")
    recorded_at: SortDirection | None = _optional("When it was recorded.")
    amount_minor: SortDirection | None = _optional("The amount.")


@strawberry.input(one_of=True, description="The order of groups; exactly one key.")
class InteractionStatsOrder:
    """Keys of the order; named like the service's measures."""

    count: SortDirection | None = _optional("How many.")
    amount_minor: SortDirection | None = _optional("The sum of the amounts.")
    net_minor: SortDirection | None = _optional("Purchases minus refunds and returns.")
    first_at: SortDirection | None = _optional("The first of the group.")
    last_at: SortDirection | None = _optional("The last of the group.")
    bucket: SortDirection | None = _optional("The day or month, when grouped by it.")


Where = Annotated[InteractionFilter | None, strawberry.argument(description="Which interactions; all when left out.")]
