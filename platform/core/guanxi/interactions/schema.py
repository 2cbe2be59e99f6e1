"""GraphQL of interactions."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from guanxi.context import Context
from guanxi.customers.types.outputs import Customer
from guanxi.events import InteractionRecorded
from guanxi.interactions import loaders, models, permissions, service
from guanxi.interactions.types import outputs
from guanxi.interactions.types.enums import StatsGroup
from guanxi.interactions.types.filters import InteractionFilter, InteractionOrder, InteractionStatsOrder, Where
from guanxi.interactions.types.inputs import RecordInteractionInput, RecordInteractionsInput, VoidInteractionInput
from guanxi.interactions.types.orders import SalesOrder
from guanxi.interactions.types.outputs import INTERACTION, Interaction, InteractionStats
from guanxi.interactions.types.payloads import (
    RecordedInteraction,
    RecordInteractionPayload,
    RecordInteractionsPayload,
    VoidInteractionPayload,
)
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.roots import Query

schema = outputs.schema
READ = permissions.READ_INTERACTIONS
GroupBy = Annotated[list[StatsGroup] | None, strawberry.argument(description="The groups; all in one when left out.")]
OrderBy = Annotated[
    list[InteractionStatsOrder] | None, strawberry.argument(description="The order; the first key counts most.")
]
First = Annotated[int, strawberry.argument(description="How many groups, 1 to 100.")]
FirstOrders = Annotated[int, strawberry.argument(description="How many orders, at most 100.")]
After = Annotated[str | None, strawberry.argument(description="The cursor that the groups stand behind.")]

schema.add(
    Query,
    "interactions",
    Connection[Interaction] | None,
    page(
        models.Interaction,
        where=InteractionFilter,
        order_by=InteractionOrder,
        order="-occurred_at",
        permission=READ,
        description="All that happened, newest first.",
    ),
)
schema.add(
    Customer,
    "interactions",
    Connection[Interaction] | None,
    page(
        models.Interaction,
        "customer",
        where=InteractionFilter,
        order_by=InteractionOrder,
        order="-occurred_at",
        permission=READ,
        description="The customer's timeline, newest first.",
    ),
)


@schema.batch(Customer, permission=READ)
async def orders(customers: list[Customer], ctx: Context, *, first: FirstOrders = 20) -> list[list[SalesOrder]]:
    """The customer's orders with their states, those where something happened last first."""
    found = await service.orders_of(ctx, [one.id for one in customers], limit=first)
    return [[loaders.to_order(order) for order in orders] for orders in found]


@schema.query(permission=READ)
async def interaction_stats(
    ctx: Context,
    where: Where = None,
    group_by: GroupBy = None,
    order_by: OrderBy = None,
    first: First = 20,
    after: After = None,
) -> Connection[InteractionStats] | None:
    """Interactions counted and summed by groups, ready for a chart. Voided ones are left out."""
    condition, groups, order = loaders.condition_of(ctx, where), loaders.groups_of(group_by), loaders.order_of(order_by)
    return await loaders.stats_page(ctx, service.StatsQuery(condition, groups, order, first, after))


@schema.mutation(permission=permissions.RECORD_INTERACTIONS)
async def record_interaction(ctx: Context, values: RecordInteractionInput) -> RecordInteractionPayload | None:
    """Record a fact. The same external id again answers the first one, unchanged."""
    recorded = await service.record_interaction(ctx, loaders.to_new(values), mode=values.mode)
    return RecordInteractionPayload(interaction_id=recorded.id, is_new=recorded.is_new)


@schema.mutation(permission=permissions.RECORD_INTERACTIONS)
async def record_interactions(ctx: Context, values: RecordInteractionsInput) -> RecordInteractionsPayload | None:
    """Record up to 1,000 facts, all or none."""
    recorded = await service.record_interactions(
        ctx, [loaders.to_new(one) for one in values.interactions], mode=values.mode
    )
    outcomes = [RecordedInteraction(interaction_id=one.id, is_new=one.is_new) for one in recorded]
    return RecordInteractionsPayload(recorded=outcomes)


@schema.mutation(permission=permissions.VOID_INTERACTIONS)
async def void_interaction(ctx: Context, values: VoidInteractionInput) -> VoidInteractionPayload | None:
    """Take a fact back by one that says the opposite; nothing is deleted."""
    interaction_id = values.id.of(INTERACTION)
    voiding_id = await service.void_interaction(ctx, interaction_id, reason=values.reason)
    return VoidInteractionPayload(interaction_id=interaction_id, voiding_id=voiding_id)


@schema.subscription(permission=READ)
async def interaction_recorded(ctx: Context, where: Where = None) -> AsyncGenerator[Interaction, None]:
    """Each fact that is news, when it is recorded. Historical facts are not told."""
    async for event in ctx.platform.follow(ctx):
        if isinstance(event, InteractionRecorded):
            found = await loaders.find_matching(ctx, event.interaction_id, where)
            if found is not None:
                yield found
