"""Find customers and their parts."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from guanxi.context import Context
from guanxi.customers import errors, permissions
from guanxi.customers.models import ContactPoint, Customer, CustomerTag, ExternalIdentity
from guanxi.customers.rules import contacts, masks, phones, profile
from guanxi.customers.rules.contacts import ContactKind
from guanxi.customers.rules.profile import Identity
from guanxi.customers.rules.text import Normal
from guanxi.db import sealing
from guanxi.errors import Text
from guanxi.schema import scope

MAX_SHARERS = 100
MASKED = ("value", "normalised", "district", "street", "postcode")
P = TypeVar("P", ContactPoint, ExternalIdentity, CustomerTag)


async def get_customer(ctx: Context, customer_id: UUID) -> Customer:
    """A customer, archived or not. Raises: ForbiddenError, NotFoundError."""
    found = await find_customer(ctx, customer_id=customer_id)
    if found is None:
        raise errors.unknown_customer()
    return found


async def find_customer(
    ctx: Context,
    *,
    customer_id: UUID | None = None,
    phone: str | None = None,
    email: str | None = None,
    identity: Identity | None = None,
) -> Customer | None:
    """A customer by exactly one key. Where several share a phone or an address: one in use before an archived
    one, one that proved to hold it before others, then the one known for longest. A hotline is nobody's.

    Raises:
        ForbiddenError: READ_CUSTOMERS is missing; READ_CONTACTS for a search by phone or e-mail.
        BadUserInputError: the key has not the form of its kind.
    """
    ctx.require(permissions.READ_CUSTOMERS)
    if phone is not None:
        normal = phones.normalise_phone(phone, phones.region_of(ctx.merchant.locale))
        return await _find_by_contact(ctx, ContactKind.PHONE, normal)
    if email is not None:
        return await _find_by_contact(ctx, ContactKind.EMAIL, contacts.normalise_email(email))
    if identity is not None:
        clean = profile.checked_identity(identity)
        linked = await ExternalIdentity.get_or_none(system=clean.system, external_id=clean.external_id)
        customer_id = linked.customer_id if linked else None
    return None if customer_id is None else (await customers_of(ctx, [customer_id]))[0]


async def customers_of(ctx: Context, ids: Sequence[UUID]) -> list[Customer | None]:
    """Customers in the order asked; None where the actor sees none. Raises: ForbiddenError."""
    ctx.require(permissions.READ_CUSTOMERS)
    found = {row.id: row for row in await Customer.filter(id__in=await scope.seen(ctx, Customer, ids))}
    return [found.get(one) for one in ids]


async def contact_points_of(ctx: Context, ids: Sequence[UUID]) -> list[list[ContactPoint]]:
    """Each customer's contact points, oldest first, in the order asked.

    Without READ_CONTACTS the values are masked in these rows: they are for showing, never for saving.

    Raises:
        ForbiddenError: READ_CUSTOMERS is missing.
    """
    found = await _parts_of(ctx, ContactPoint, ids)
    if not ctx.can(permissions.READ_CONTACTS):
        for contact in (contact for group in found for contact in group):
            for name in MASKED:
                setattr(contact, name, masks.masked(getattr(contact, name)))
    return found


async def identities_of(ctx: Context, ids: Sequence[UUID]) -> list[list[ExternalIdentity]]:
    """Each customer's external identities, oldest first, in the order asked. Raises: ForbiddenError."""
    return await _parts_of(ctx, ExternalIdentity, ids)


async def tags_of(ctx: Context, ids: Sequence[UUID]) -> list[list[str]]:
    """Each customer's tags, the oldest first, in the order asked. Raises: ForbiddenError."""
    return [[tag.name for tag in tags] for tags in await _parts_of(ctx, CustomerTag, ids)]


async def _parts_of(ctx: Context, model: type[P], ids: Sequence[UUID]) -> list[list[P]]:
    ctx.require(permissions.READ_CUSTOMERS)
    found: dict[UUID, list[P]] = {one: [] for one in ids}
    for part in await model.filter(customer_id__in=await scope.seen(ctx, Customer, ids)).order_by("id"):
        found[part.customer_id].append(part)
    return [found[one] for one in ids]


async def _find_by_contact(ctx: Context, kind: ContactKind, normal: Normal) -> Customer | None:
    ctx.require(permissions.READ_CONTACTS)
    if normal.normalised is None:
        raise errors.refused(
            kind,
            Text(f"This is no {kind}: {normal.reason}.", f"格式不正确（{kind}）：{normal.reason}。"),
            Text("Check it for typing errors.", "请检查是否输入有误。"),
        )
    if normal.is_service_number:
        return None
    equal = sealing.indexes_of(ContactPoint, "value_index", kind.value, normal.normalised)
    sharers = ContactPoint.filter(value_index__in=equal).order_by("-is_verified", "id")
    ranks = {row.customer_id: rank for rank, row in reversed(list(enumerate(await sharers.limit(MAX_SHARERS))))}
    rows = await Customer.filter(id__in=await scope.seen(ctx, Customer, ranks))
    return min(rows, key=lambda row: (row.archived_at is not None, ranks[row.id]), default=None)
