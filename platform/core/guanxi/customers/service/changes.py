"""What callers may ask for, and the same with every value checked: done before anything is locked or written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from guanxi.context import Context
from guanxi.customers import errors, permissions
from guanxi.customers.rules import contacts, phones, profile, text
from guanxi.customers.rules.contacts import ContactFields, NewContact
from guanxi.customers.rules.profile import CustomerFields, Identity
from guanxi.errors import GuanxiError

MAX_PARTS = 50
A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer to create. Without a display name one is made of the given and family name."""

    fields: CustomerFields = field(default_factory=CustomerFields)
    contacts: Sequence[NewContact] = ()
    identities: Sequence[Identity] = ()
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ContactChange:
    """What changes of one contact point of the customer."""

    id: UUID
    fields: ContactFields


@dataclass(frozen=True, slots=True)
class CustomerChanges:
    """What changes of a customer. Removals come first, then changes, then additions.

    ``tags`` replaces all tags; None leaves them to ``add_tags`` and ``remove_tags``.
    """

    fields: CustomerFields = field(default_factory=CustomerFields)
    add_contacts: Sequence[NewContact] = ()
    change_contacts: Sequence[ContactChange] = ()
    remove_contacts: Sequence[UUID] = ()
    add_identities: Sequence[Identity] = ()
    remove_identities: Sequence[Identity] = ()
    tags: Sequence[str] | None = None
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """Values as they are stored: columns of the customer and of new contact points, clean identities and tags."""

    fields: dict[str, Any]
    contacts: list[dict[str, Any]]
    identities: list[Identity]
    tags: list[str]


def check_new(
    ctx: Context,
    fields: CustomerFields,
    new_contacts: Sequence[NewContact],
    identities: Sequence[Identity],
    tags: Sequence[str],
    places: tuple[str, str, str] = ("contactPoints", "identities", "tags"),
) -> Checked:
    """Check what is to be added; ``places`` name the three lists in errors' paths.

    Raises:
        ForbiddenError: the actor may not write contact points or tags.
        BadUserInputError: a value is refused.
    """
    require_parts(ctx, contacts=bool(new_contacts), tags=bool(tags))
    region = phones.region_of(ctx.merchant.locale)
    return Checked(
        profile.checked_fields(fields, today=today(ctx), timezones=known_timezones()),
        each(new_contacts, places[0], lambda new: contacts.checked_contact(new, region)),
        each(identities, places[1], profile.checked_identity),
        each(tags, places[2], text.clean_tag),
    )


def require_parts(ctx: Context, *, contacts: bool, tags: bool) -> None:
    """Raises: ForbiddenError where the actor may not write one of the parts that are asked for."""
    if contacts:
        ctx.require(permissions.WRITE_CONTACTS)
    if tags:
        ctx.require(permissions.WRITE_TAGS)


def each(values: Sequence[A], place: str, check: Callable[[A], B]) -> list[B]:
    """Check every value of a list. Raises: what ``check`` raises, at its index in ``place``; BadUserInputError."""
    if len(values) > MAX_PARTS:
        raise errors.too_many(place, MAX_PARTS)
    out = []
    for index, value in enumerate(values):
        try:
            out.append(check(value))
        except GuanxiError as error:
            error.at(place, index)
            raise
    return out


def today(ctx: Context) -> date:
    """The day that the merchant's calendar shows."""
    return ctx.now().astimezone(ZoneInfo(ctx.merchant.timezone)).date()


@cache
def known_timezones() -> frozenset[str]:
    """Every IANA zone that this machine can calculate with."""
    return frozenset(available_timezones())
