"""Drafts from the database and back, in a number of statements that does not grow with the drafts."""

from collections.abc import Collection, Sequence
from uuid import UUID

from guanxi.context import Context
from guanxi.customers import errors
from guanxi.customers.models import ContactPoint, Customer, CustomerTag, ExternalIdentity
from guanxi.customers.service.drafts import Draft
from guanxi.events import CustomerCreated, CustomerUpdated
from guanxi.schema import scope

WRITTEN_OF_CONTACT = (
    "value",
    "normalised",
    "is_valid",
    "invalid_reason",
    "is_verified",
    "is_preferred",
    "is_service_number",
    "province",
    "city",
    "district",
    "street",
    "postcode",
    "source",
    "collected",
)


async def load_drafts(ctx: Context, customer_ids: Collection[UUID]) -> dict[UUID, Draft]:
    """The customers with all their parts, locked until the transaction ends, without those that the actor does not see.

    Rows are locked in the order of their ids, so that two callers never wait for each other in a circle.
    """
    rows = await Customer.filter(id__in=customer_ids).order_by("id").select_for_update(no_key=True)
    visible = await scope.seen(ctx, Customer, [row.id for row in rows])  # after the lock: the owner stays who it is
    drafts = {row.id: Draft(row, ctx.now()) for row in rows if row.id in visible}
    for contact in await ContactPoint.filter(customer_id__in=drafts).order_by("id"):
        drafts[contact.customer_id].contacts.append(contact)
    for identity in await ExternalIdentity.filter(customer_id__in=drafts).order_by("id"):
        drafts[identity.customer_id].identities.append(identity)
    for tag in await CustomerTag.filter(customer_id__in=drafts).order_by("id"):
        drafts[tag.customer_id].tags.append(tag)
    return drafts


async def write_drafts(ctx: Context, drafts: Sequence[Draft]) -> None:
    """Write what changed and publish it. Raises: IntegrityError where an external identity is taken."""
    await _insert_customers([draft for draft in drafts if draft.is_new])
    await _update_customers([draft for draft in drafts if draft.changed and not draft.is_new])
    await _delete_parts(drafts)
    await _write_contacts(drafts)
    await _insert_identities(drafts)
    await _insert_tags(drafts)
    for draft in drafts:
        if draft.is_new:
            await ctx.publish(CustomerCreated(occurred_at=draft.now, customer_id=draft.row.id))
        elif draft.changed:
            changed = tuple(sorted(draft.changed))
            await ctx.publish(CustomerUpdated(occurred_at=draft.now, customer_id=draft.row.id, changed=changed))


async def _insert_customers(drafts: Sequence[Draft]) -> None:
    if drafts:
        await Customer.bulk_create([draft.row for draft in drafts])


async def _update_customers(drafts: Sequence[Draft]) -> None:
    """Guarded by the version of each row, though its lock already keeps others away."""
    if not drafts:
        return
    names = sorted(set().union(*(draft.changed for draft in drafts)) & set(Customer._meta.db_fields))
    versions = {draft.row.version for draft in drafts}
    for draft in drafts:
        draft.row.version += 1
        draft.row.updated_at = draft.now
    guarded = Customer.filter(version__in=versions)
    written = await guarded.bulk_update([draft.row for draft in drafts], [*names, "version", "updated_at"])
    if written != len(drafts):
        raise errors.stale_customer(min(versions))


async def _delete_parts(drafts: Sequence[Draft]) -> None:
    for model in (ContactPoint, ExternalIdentity, CustomerTag):
        gone = [part.id for draft in drafts for part in draft.removed if isinstance(part, model)]
        if gone:
            await model.filter(id__in=gone).delete()


async def _write_contacts(drafts: Sequence[Draft]) -> None:
    added = [part for draft in drafts for part in draft.added if isinstance(part, ContactPoint)]
    touched = [contact for draft in drafts for contact in draft.touched.values()]
    if added:
        await ContactPoint.bulk_create(added)
    if touched:
        await ContactPoint.bulk_update(touched, WRITTEN_OF_CONTACT)


async def _insert_identities(drafts: Sequence[Draft]) -> None:
    added = [part for draft in drafts for part in draft.added if isinstance(part, ExternalIdentity)]
    if added:
        # In one order for everybody: two batches that wait for each other's new identities would never end.
        await ExternalIdentity.bulk_create(sorted(added, key=lambda one: (one.system, one.external_id)))


async def _insert_tags(drafts: Sequence[Draft]) -> None:
    added = [part for draft in drafts for part in draft.added if isinstance(part, CustomerTag)]
    if added:
        await CustomerTag.bulk_create(added)
