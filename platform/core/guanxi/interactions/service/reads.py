"""Read timelines of many customers at once."""

from collections.abc import Sequence
from uuid import UUID

from guanxi.context import Context
from guanxi.execution.sql import Statement
from guanxi.interactions import permissions
from guanxi.interactions.models import Interaction, InteractionItem
from guanxi.schema import scope

MAX_PER_CUSTOMER = 100
NEWEST = (
    "SELECT id FROM (SELECT t.id AS id, row_number() OVER"
    " (PARTITION BY t.customer_id ORDER BY t.occurred_at DESC, t.id DESC) AS place"
    ' FROM "interaction" t WHERE t.merchant_id = {merchant} AND t.customer_id IN ({customers}){mine}) ranked'
    " WHERE place <= {limit}"
)


async def interactions_of(ctx: Context, customer_ids: Sequence[UUID], *, limit: int = 20) -> list[list[Interaction]]:
    """Each customer's newest interactions, newest first, in the order asked; at most ``limit`` each.

    Raises:
        ForbiddenError: READ_INTERACTIONS is missing.
    """
    ctx.require(permissions.READ_INTERACTIONS)
    statement = Statement(ctx.platform.dialect)
    sql = NEWEST.format(
        merchant=statement.bind(ctx.merchant.id),
        customers=statement.bind_all(customer_ids),
        mine=scope.suffix(ctx, statement.bind, Interaction, "t"),
        limit=min(limit, MAX_PER_CUSTOMER),
    )
    id_field = Interaction._meta.fields_map["id"]
    ids = [id_field.to_python_value(row["id"]) for row in await ctx.platform.fetch(sql, statement.params)]
    found: dict[UUID, list[Interaction]] = {one: [] for one in customer_ids}
    for row in await Interaction.filter(id__in=ids).order_by("-occurred_at", "-id"):
        found[row.customer_id].append(row)
    return [found[one] for one in customer_ids]


async def items_of(ctx: Context, interaction_ids: Sequence[UUID]) -> list[list[InteractionItem]]:
    """Each interaction's items by their place, in the order asked. Raises: ForbiddenError."""
    ctx.require(permissions.READ_INTERACTIONS)
    found: dict[UUID, list[InteractionItem]] = {one: [] for one in interaction_ids}
    visible = await scope.seen(ctx, Interaction, interaction_ids)
    for item in await InteractionItem.filter(interaction_id__in=visible).order_by("position"):
        found[item.interaction_id].append(item)
    return [found[one] for one in interaction_ids]
