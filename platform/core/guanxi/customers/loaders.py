"""Fields about customers on types of other domains."""

from guanxi.context import Context
from guanxi.customers import permissions
from guanxi.customers.types import outputs
from guanxi.execution import rows
from guanxi.staff.types import Viewer

schema = outputs.schema


@schema.batch(Viewer, permission=permissions.READ_CUSTOMERS, requires=(), audience="shopper")
async def customer(viewers: list[Viewer], ctx: Context) -> list[outputs.Customer | None]:
    """The shopper's own customer; null for everybody else."""
    found = await rows.find(ctx, outputs.Customer, ctx.actor.customer_id)
    return [found for _ in viewers]
