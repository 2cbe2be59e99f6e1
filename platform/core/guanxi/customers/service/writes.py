"""Create and change one customer."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from tortoise.exceptions import IntegrityError

from guanxi.context import Context
from guanxi.customers import errors, permissions
from guanxi.customers.models import ContactPoint, Customer
from guanxi.customers.rules import contacts, phones, profile, text
from guanxi.customers.rules.contacts import ContactFields, NewContact
from guanxi.customers.service import changes, drafts, owners, store
from guanxi.customers.service.changes import Checked, ContactChange, CustomerChanges, NewCustomer
from guanxi.customers.service.drafts import Draft
from guanxi.errors import GuanxiError


async def create_customer(ctx: Context, new: NewCustomer) -> Customer:
    """Create a customer with its contact points, identities and tags.

    Raises:
        ForbiddenError: WRITE_CUSTOMERS is missing, or WRITE_CONTACTS or WRITE_TAGS for parts of that kind.
        BadUserInputError: a value is refused; its path says which.
        ConflictError: another customer has one of the identities.
    """
    ctx.require(permissions.WRITE_CUSTOMERS)
    checked = changes.check_new(ctx, new.fields, new.contacts, new.identities, new.tags)
    draft = drafts.new_draft(checked.fields, ctx.now())
    add_parts(draft, checked)
    async with ctx.transaction():
        draft.row.owner_post_id = await owners.new_owner(ctx)
        await _write(ctx, draft)
    return draft.row


async def update_customer(
    ctx: Context, customer_id: UUID, wanted: CustomerChanges, *, expected_version: int | None = None
) -> Customer:
    """Change a customer. What it already is changes nothing: no version, no event.

    Args:
        ctx: whose merchant has the customer.
        customer_id: the customer.
        wanted: what changes.
        expected_version: the version that the change was made for; None for changes that commute.

    Raises:
        ForbiddenError: the right to write one of the parts is missing.
        BadUserInputError: a value is refused; its path says which.
        NotFoundError: the customer, or a part to change, is unknown.
        ConflictError: the customer changed meanwhile (``details["currentVersion"]``), or an identity is taken.
    """
    checked = _check(ctx, wanted)
    async with ctx.transaction():
        draft = await _lock(ctx, customer_id, expected_version)
        _remove_parts(draft, wanted)
        _change_contacts(ctx, draft, wanted.change_contacts)
        draft.set_fields(checked.fields)
        add_parts(draft, checked)
        await _write(ctx, draft)
    return draft.row


async def archive_customer(ctx: Context, customer_id: UUID, *, expected_version: int | None = None) -> Customer:
    """Put a customer away; everything is kept. Twice is once. Raises: as ``update_customer``."""
    return await _set_archived(ctx, customer_id, expected_version, is_archived=True)


async def restore_customer(ctx: Context, customer_id: UUID, *, expected_version: int | None = None) -> Customer:
    """Take an archived customer back into use. Twice is once. Raises: as ``update_customer``."""
    return await _set_archived(ctx, customer_id, expected_version, is_archived=False)


async def add_contact_point(ctx: Context, customer_id: UUID, new: NewContact) -> ContactPoint:
    """The new contact point, or the equal one that the customer has. Raises: as ``update_customer``."""
    checked = changes.check_new(ctx, {}, [new], (), ())
    async with ctx.transaction():
        draft = await _lock(ctx, customer_id, None)
        contact = draft.add_contact(checked.contacts[0])
        await _write(ctx, draft)
    return contact


async def update_contact_point(ctx: Context, contact_id: UUID, fields: ContactFields) -> ContactPoint:
    """Change a contact point. Raises: as ``update_customer``."""
    ctx.require(permissions.WRITE_CONTACTS)
    async with ctx.transaction():
        draft, contact = await _lock_contact(ctx, contact_id)
        _change_contacts(ctx, draft, [ContactChange(contact.id, fields)])
        await _write(ctx, draft)
    return contact


async def remove_contact_point(ctx: Context, contact_id: UUID) -> Customer:
    """The customer without the contact point. Raises: as ``update_customer``."""
    ctx.require(permissions.WRITE_CONTACTS)
    async with ctx.transaction():
        draft, contact = await _lock_contact(ctx, contact_id)
        draft.remove_contact(contact)
        await _write(ctx, draft)
    return draft.row


async def set_tags(ctx: Context, customer_id: UUID, names: Sequence[str]) -> Customer:
    """Give the customer these tags and no others. Raises: as ``update_customer``."""
    return await update_customer(ctx, customer_id, CustomerChanges(tags=names))


async def add_tags(ctx: Context, customer_id: UUID, names: Sequence[str]) -> Customer:
    """Put tags on, besides those the customer has. Raises: as ``update_customer``."""
    return await update_customer(ctx, customer_id, CustomerChanges(add_tags=names))


async def remove_tags(ctx: Context, customer_id: UUID, names: Sequence[str]) -> Customer:
    """Take tags off; those that are not on do not matter. Raises: as ``update_customer``."""
    return await update_customer(ctx, customer_id, CustomerChanges(remove_tags=names))


def add_parts(draft: Draft, checked: Checked) -> None:
    """Add checked contact points, identities and tags, but none that the customer has."""
    for columns in checked.contacts:
        draft.add_contact(columns)
    for identity in checked.identities:
        draft.add_identity(identity)
    draft.add_tags(checked.tags)


def _check(ctx: Context, wanted: CustomerChanges) -> Checked:
    is_contacts = bool(wanted.add_contacts or wanted.change_contacts or wanted.remove_contacts)
    is_tags = bool(wanted.tags is not None or wanted.add_tags or wanted.remove_tags)
    if wanted.fields or wanted.add_identities or wanted.remove_identities or not (is_contacts or is_tags):
        ctx.require(permissions.WRITE_CUSTOMERS)
    changes.require_parts(ctx, contacts=is_contacts, tags=is_tags)
    places = ("addContactPoints", "addIdentities", "addTags")
    new = changes.check_new(ctx, wanted.fields, wanted.add_contacts, wanted.add_identities, wanted.add_tags, places)
    return replace(new, tags=[*changes.each(wanted.tags or (), "tags", text.clean_tag), *new.tags])


def _remove_parts(draft: Draft, wanted: CustomerChanges) -> None:
    for place, contact_id in enumerate(wanted.remove_contacts):
        draft.remove_contact(_own_contact(draft, contact_id, "removeContactPoints", place))
    identities = changes.each(wanted.remove_identities, "removeIdentities", profile.checked_identity)
    for place, identity in enumerate(identities):
        linked = draft.find_identity(identity)
        if linked is None:
            raise errors.unknown_identity("removeIdentities", place)
        draft.remove_identity(linked)
    draft.remove_tags(changes.each(wanted.remove_tags, "removeTags", text.clean_tag))
    if wanted.tags is not None:
        draft.keep_tags(wanted.tags)


def _change_contacts(ctx: Context, draft: Draft, wanted: Sequence[ContactChange]) -> None:
    region = phones.region_of(ctx.merchant.locale)
    for place, change in enumerate(wanted):
        contact = _own_contact(draft, change.id, "updateContactPoints", place)
        try:
            columns = contacts.checked_contact(replace(_as_new(contact), **change.fields), region)
        except GuanxiError as error:
            error.at("updateContactPoints", place)
            raise
        draft.change_contact(contact, columns)


def _own_contact(draft: Draft, contact_id: UUID, *path: str | int) -> ContactPoint:
    for contact in draft.contacts:
        if contact.id == contact_id:
            return contact
    raise errors.unknown_contact(*path)


def _as_new(contact: ContactPoint) -> NewContact:
    return NewContact(**{name: getattr(contact, name) for name in NewContact.__slots__})


async def _set_archived(
    ctx: Context, customer_id: UUID, expected_version: int | None, *, is_archived: bool
) -> Customer:
    ctx.require(permissions.WRITE_CUSTOMERS)
    async with ctx.transaction():
        draft = await _lock(ctx, customer_id, expected_version)
        if is_archived != (draft.row.archived_at is not None):
            draft.set_fields({"archived_at": ctx.now() if is_archived else None})
        await _write(ctx, draft)
    return draft.row


async def _lock(ctx: Context, customer_id: UUID, expected_version: int | None) -> Draft:
    draft = (await store.load_drafts(ctx, [customer_id])).get(customer_id)
    if draft is None:
        raise errors.unknown_customer()
    if expected_version not in {None, draft.row.version}:
        raise errors.stale_customer(draft.row.version)
    return draft


async def _lock_contact(ctx: Context, contact_id: UUID) -> tuple[Draft, ContactPoint]:
    """The customer first, then the contact point: it may have gone while the customer was not yet locked."""
    found = await ContactPoint.get_or_none(id=contact_id)
    if found is None:
        raise errors.unknown_contact("id")
    draft = await _lock(ctx, found.customer_id, None)
    return draft, _own_contact(draft, contact_id, "id")


async def _write(ctx: Context, draft: Draft) -> None:
    try:
        await store.write_drafts(ctx, [draft])
    except IntegrityError as error:
        raise errors.identity_taken() from error
