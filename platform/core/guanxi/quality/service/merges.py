"""Make two customers one, and take them apart again: nothing is deleted, and every fact finds its way back."""

from typing import Any
from uuid import UUID

from guanxi import audit
from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.customers.service import store
from guanxi.customers.service.drafts import Draft
from guanxi.events import CustomerMerged, CustomerUnmerged
from guanxi.interactions.service import store as interactions
from guanxi.quality import errors, permissions
from guanxi.quality.models import Absorption, CustomerMerge, MovedRow
from guanxi.quality.service import duplicates, moves
from guanxi.schema import scope


async def merge_customers(
    ctx: Context,
    survivor_id: UUID,
    absorbed_id: UUID,
    *,
    survivor_version: int | None = None,
    absorbed_version: int | None = None,
) -> CustomerMerge:
    """Give the survivor all that the absorbed customer has. Twice is once.

    The absorbed customer is archived, stays readable and names the survivor; what is recorded for it from now on
    is recorded for the survivor.

    Raises:
        ForbiddenError: MERGE_CUSTOMERS is missing.
        BadUserInputError: both are the same.
        NotFoundError: there is no such customer.
        ConflictError: one of them changed meanwhile or is merged elsewhere, or the survivor is archived.
    """
    ctx.require(permissions.MERGE_CUSTOMERS)
    if survivor_id == absorbed_id:
        raise errors.same_customer()
    async with ctx.transaction():
        await _hold(ctx, survivor_id, absorbed_id)
        known = await Absorption.get_or_none(customer_id=absorbed_id, survivor_id=survivor_id)
        if known is not None:
            return await CustomerMerge.get(id=known.merge_id)
        survivor = await _draft(ctx, survivor_id, "survivor", survivor_version)
        absorbed = await _draft(ctx, absorbed_id, "absorbed", absorbed_version)
        if survivor.row.archived_at:
            raise errors.archived_survivor()
        return await _merge(ctx, survivor, absorbed)


async def unmerge_customers(ctx: Context, merge_id: UUID) -> CustomerMerge:
    """Give the absorbed customer back what it had before the merge; what came since stays. Twice is once.

    Raises:
        ForbiddenError: MERGE_CUSTOMERS is missing.
        NotFoundError: there was no such merge.
        ConflictError: the survivor was merged into somebody else since.
    """
    ctx.require(permissions.MERGE_CUSTOMERS)
    async with ctx.transaction():
        seen = await scope.seen(ctx, CustomerMerge, [merge_id])
        merge = await CustomerMerge.get_or_none(id=merge_id) if seen else None
        if merge is None:
            raise errors.unknown_merge()
        await _hold(ctx, merge.survivor_id, merge.absorbed_id)
        merge = await CustomerMerge.get(id=merge_id)  # as it stands now that nobody else can change it
        if not merge.unmerged_at:
            later = await Absorption.get_or_none(customer_id=merge.survivor_id)
            if later is not None:
                raise errors.later_merge(later.merge_id)
            await _unmerge(ctx, merge)
    return merge


async def survivors_of(ctx: Context, customer_ids: list[UUID]) -> list[UUID | None]:
    """Who stands for each customer in the end, in the order asked; None for those who are not merged into another."""
    known: dict[UUID, UUID] = {}
    wanted = set(customer_ids)
    while wanted:
        rows = await Absorption.filter(customer_id__in=wanted).values_list("customer_id", "survivor_id")
        known.update(rows)
        wanted = {survivor for _, survivor in rows} - known.keys()
    return [_end_of(known, one) for one in customer_ids]


async def list_absorbed(ctx: Context, customer_id: UUID) -> list[UUID]:
    """Everybody who is merged into a customer now, also through others: all who are one person with him."""
    found: dict[UUID, None] = {}
    wanted = [customer_id]
    while wanted:
        rows = Absorption.filter(survivor_id__in=wanted).order_by("id")
        ids: list[Any] = await rows.values_list("customer_id", flat=True)
        wanted = [one for one in ids if one not in found]
        found.update(dict.fromkeys(wanted))
    return list(found)


async def bring_home(ctx: Context, first_id: UUID, last_id: UUID) -> None:
    """Facts of an import that named somebody who was merged meanwhile go to the survivor."""
    for customer_id in await moves.list_strays(ctx, first_id, last_id):
        (survivor_id,) = await survivors_of(ctx, [customer_id])
        if survivor_id is not None:
            await moves.send_facts(customer_id, survivor_id, first_id, last_id)


async def check_restored(ctx: Context, customer_ids: list[UUID]) -> None:
    """Raises: ConflictError where one of them is merged into another and would come back beside it."""
    merged = await Absorption.filter(customer_id__in=customer_ids, customer__archived_at=None).first()
    if merged is not None:
        raise errors.merged_elsewhere("id", merged.survivor_id)


def _end_of(known: dict[UUID, UUID], customer_id: UUID) -> UUID | None:
    end = known.get(customer_id)
    while end in known:
        end = known[end]
    return end


async def _hold(ctx: Context, *customer_ids: UUID) -> None:
    """Lock both so that nobody can even point a new row at them; always in one order."""
    await Customer.filter(id__in=customer_ids).order_by("id").select_for_update()


async def _draft(ctx: Context, customer_id: UUID, field: str, version: int | None) -> Draft:
    merged = await Absorption.get_or_none(customer_id=customer_id)
    draft = (await store.load_drafts(ctx, [customer_id])).get(customer_id)
    if draft is None:
        raise errors.unknown_customer(field)
    if merged is not None:
        raise errors.merged_elsewhere(field, merged.survivor_id)
    if version not in {None, draft.row.version}:
        raise errors.stale_customer(field, draft.row.version)
    return draft


async def _merge(ctx: Context, survivor: Draft, absorbed: Draft) -> CustomerMerge:
    ids = {"survivor_id": survivor.row.id, "absorbed_id": absorbed.row.id}
    merge = await CustomerMerge.create(
        survivor_id=survivor.row.id,
        absorbed_id=absorbed.row.id,
        was_archived_at=absorbed.row.archived_at,
        merged_at=ctx.now(),
        merged_by=interactions.actor_of(ctx),
    )
    await Absorption.create(customer_id=absorbed.row.id, survivor_id=survivor.row.id, merge_id=merge.id)
    await moves.move(ctx, merge, survivor, absorbed)
    await duplicates.forget_customer(absorbed.row.id)
    absorbed.set_fields({"archived_at": absorbed.row.archived_at or ctx.now()})
    await _write(ctx, survivor, absorbed)
    await ctx.publish(CustomerMerged(occurred_at=ctx.now(), merge_id=merge.id, **ids))
    await _note(ctx, "merged", merge)
    return merge


async def _unmerge(ctx: Context, merge: CustomerMerge) -> None:
    drafts = await store.load_drafts(ctx, [merge.survivor_id, merge.absorbed_id])
    if len(drafts) < 2:
        raise errors.unknown_merge()
    survivor, absorbed = drafts[merge.survivor_id], drafts[merge.absorbed_id]
    await moves.move_back(ctx, merge)
    await Absorption.filter(merge_id=merge.id).delete()
    await MovedRow.filter(merge_id=merge.id).delete()
    absorbed.set_fields({"archived_at": merge.was_archived_at})
    await _write(ctx, survivor, absorbed)
    merge.unmerged_at, merge.unmerged_by = ctx.now(), interactions.actor_of(ctx)
    await CustomerMerge.filter(id=merge.id).update(unmerged_at=merge.unmerged_at, unmerged_by=merge.unmerged_by)
    ids = {"survivor_id": merge.survivor_id, "absorbed_id": merge.absorbed_id}
    await ctx.publish(CustomerUnmerged(occurred_at=ctx.now(), merge_id=merge.id, **ids))
    await _note(ctx, "unmerged", merge)


async def _write(ctx: Context, survivor: Draft, absorbed: Draft) -> None:
    """Both have a new version and are found by what they have now."""
    for draft in (survivor, absorbed):
        draft.changed.add("contact_points")
    await store.write_drafts(ctx, [survivor, absorbed])


async def _note(ctx: Context, verb: str, merge: CustomerMerge) -> None:
    details = {"merge": f"mrg_{merge.id.hex}", "absorbed": f"cus_{merge.absorbed_id.hex}"}
    await audit.record(ctx, action=f"quality.customer.{verb}", subject=f"cus_{merge.survivor_id.hex}", details=details)
