"""Which post looks after a customer."""

from collections.abc import Sequence
from uuid import UUID

from guanxi.context import Context
from guanxi.customers import errors, permissions
from guanxi.customers.models import Customer
from guanxi.customers.service import store
from guanxi.staff import service as staff

MAX_CUSTOMERS = 500


async def new_owner(ctx: Context) -> UUID | None:
    """The post that gets the customers whom the actor creates: its own, if it sees no others; else none.

    Call it in the transaction that creates them: the post then stays in use until that ends.

    Raises:
        NotFoundError: the post is closed.
    """
    if ctx.actor.scope is None or ctx.actor.post_id is None:
        return None
    await staff.hold_post(ctx, ctx.actor.post_id)
    return ctx.actor.post_id


async def set_owner(ctx: Context, customer_ids: Sequence[UUID], post_id: UUID | None) -> list[Customer]:
    """Let a post look after these customers, or none; in the order given. Who is the owner already stays it.

    Raises:
        ForbiddenError: ASSIGN_CUSTOMERS is missing, or the post sees more than the actor.
        BadUserInputError: more than MAX_CUSTOMERS.
        NotFoundError: there is no such post in use, or one of the customers is not the actor's to see.
    """
    ctx.require(permissions.ASSIGN_CUSTOMERS)
    if len(customer_ids) > MAX_CUSTOMERS:
        raise errors.too_many("customers", MAX_CUSTOMERS)
    async with ctx.transaction():
        await staff.check_heir(ctx, post_id)
        drafts = await store.load_drafts(ctx, set(customer_ids))
        for place, one in enumerate(customer_ids):
            if one not in drafts:
                raise errors.unknown_customer().at("customers", place)
            drafts[one].set_fields({"owner_post_id": post_id})
        await store.write_drafts(ctx, list(drafts.values()))
    return [drafts[one].row for one in customer_ids]
