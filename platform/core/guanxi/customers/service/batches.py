"""Create or change many customers by what another system calls them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Literal
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from guanxi.context import Context
from guanxi.customers import errors, permissions
from guanxi.customers.models import Customer, ExternalIdentity
from guanxi.customers.rules import profile
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.rules.profile import CustomerFields, Identity
from guanxi.customers.service import changes, drafts, owners, store, writes
from guanxi.customers.service.changes import Checked
from guanxi.customers.service.drafts import Draft
from guanxi.errors import GuanxiError

MAX_ITEMS = 500
MAX_ATTEMPTS = 5
Status = Literal["created", "updated", "unchanged", "error"]


@dataclass(frozen=True, slots=True)
class UpsertItem:
    """A customer as another system knows it. Contact points and tags are added, none is taken away."""

    identity: Identity
    fields: CustomerFields = field(default_factory=CustomerFields)
    contacts: Sequence[NewContact] = ()
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of one item: the customer as it stands after the whole batch, or the error."""

    status: Status
    customer: Customer | None = None
    error: GuanxiError | None = None


async def upsert_customers(ctx: Context, items: Sequence[UpsertItem]) -> list[Upserted]:
    """Create the customers that are new, change the others. One transaction; a refused item stops no other.

    Returns:
        One outcome per item, in the order given. An identity that comes twice is changed twice, in that order.

    Raises:
        ForbiddenError: as ``create_customer``, for all items at once.
        BadUserInputError: more than MAX_ITEMS items.
    """
    ctx.require(permissions.WRITE_CUSTOMERS)
    if len(items) > MAX_ITEMS:
        raise errors.too_many("items", MAX_ITEMS)
    changes.require_parts(ctx, contacts=any(item.contacts for item in items), tags=any(item.tags for item in items))
    checked = [_check(ctx, item, place) for place, item in enumerate(items)]
    async with ctx.transaction():
        return await _write(ctx, checked)


def _check(ctx: Context, item: UpsertItem, place: int) -> Checked | GuanxiError:
    try:
        identity = profile.checked_identity(item.identity)
        checked = changes.check_new(ctx, item.fields, item.contacts, (), item.tags)
    except GuanxiError as error:
        return error.at("items", place)
    checked.identities.append(identity)
    return checked


async def _write(ctx: Context, checked: Sequence[Checked | GuanxiError]) -> list[Upserted]:
    """Try again where another batch created one of the identities meanwhile: then it is found."""
    for attempt in range(MAX_ATTEMPTS):
        try:
            async with ctx.transaction():
                return await _write_once(ctx, checked)
        except IntegrityError:
            if attempt == MAX_ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


async def _write_once(ctx: Context, checked: Sequence[Checked | GuanxiError]) -> list[Upserted]:
    found, hidden = await _load(ctx, [one.identities[0] for one in checked if isinstance(one, Checked)])
    owner = await owners.new_owner(ctx)
    outcomes = []
    for place, one in enumerate(checked):
        if isinstance(one, GuanxiError):
            outcomes.append(Upserted("error", error=one))
        elif one.identities[0] in hidden:
            outcomes.append(Upserted("error", error=errors.identity_taken().at("items", place)))
        else:
            outcomes.append(_apply(ctx, found, one, place, owner))
    await store.write_drafts(ctx, list({draft.row.id: draft for draft in found.values()}.values()))
    return outcomes


async def _load(ctx: Context, identities: Sequence[Identity]) -> tuple[dict[Identity, Draft], set[Identity]]:
    """Drafts of the identities that are known, and those whose customer the actor does not see."""
    if not identities:
        return {}, set()
    systems: dict[str, list[str]] = {}
    for one in identities:
        systems.setdefault(one.system, []).append(one.external_id)
    wanted = reduce(or_, (Q(system=system, external_id__in=names) for system, names in systems.items()))
    linked = {Identity(row.system, row.external_id): row.customer_id for row in await ExternalIdentity.filter(wanted)}
    loaded: dict[UUID, Draft] = await store.load_drafts(ctx, set(linked.values()))
    found = {identity: loaded[customer_id] for identity, customer_id in linked.items() if customer_id in loaded}
    return found, set(linked) - set(found)


def _apply(ctx: Context, found: dict[Identity, Draft], checked: Checked, place: int, owner: UUID | None) -> Upserted:
    """Change the draft of the item's identity, or make one. ``found`` learns of it."""
    identity = checked.identities[0]
    try:
        if identity not in found:
            found[identity] = draft = drafts.new_draft(checked.fields, ctx.now())
            draft.row.owner_post_id = owner
            writes.add_parts(draft, checked)
            return Upserted("created", draft.row)
        draft = found[identity]
        before, draft.changed = draft.changed, set()
        draft.set_fields(checked.fields)
        writes.add_parts(draft, checked)
    except GuanxiError as error:
        return Upserted("error", error=error.at("items", place))
    status: Status = "updated" if draft.changed else "unchanged"
    draft.changed |= before
    return Upserted(status, draft.row)
