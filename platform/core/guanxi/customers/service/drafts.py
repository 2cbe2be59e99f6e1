"""A customer with all its parts in memory: changes are made here first, so that many are written at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from guanxi.customers.models import ContactPoint, Customer, CustomerTag, ExternalIdentity
from guanxi.customers.rules import contacts, profile, text
from guanxi.customers.rules.profile import Identity
from guanxi.db.fields import uuid7

Part = ContactPoint | ExternalIdentity | CustomerTag
CONTACT_POINTS, IDENTITIES, TAGS = "contact_points", "identities", "tags"


@dataclass(slots=True, eq=False)
class Draft:
    """One customer, and what has to be written of it. ``changed`` names fields and parts."""

    row: Customer
    now: datetime
    is_new: bool = False
    contacts: list[ContactPoint] = field(default_factory=list)
    identities: list[ExternalIdentity] = field(default_factory=list)
    tags: list[CustomerTag] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    added: list[Part] = field(default_factory=list)
    touched: dict[UUID, ContactPoint] = field(default_factory=dict)
    removed: list[Part] = field(default_factory=list)

    def set_fields(self, values: dict[str, Any]) -> None:
        """Take over the customer's own columns. Raises: BadUserInputError where no name would be left to show."""
        if "display_name" in values and not values["display_name"]:
            names = [values.get(name, getattr(self.row, name)) for name in ("given_name", "family_name")]
            values = {**values, "display_name": profile.display_name_of(*names)}
        for name, value in values.items():
            if getattr(self.row, name) != value:
                setattr(self.row, name, value)
                self.changed.add(name)

    def add_contact(self, columns: dict[str, Any]) -> ContactPoint:
        """A new contact point; where the customer has an equal one, that one as it stands."""
        key = contacts.compare_key(columns)
        for known in self.contacts:
            if contacts.compare_key({"kind": known.kind, "normalised": known.normalised, "value": known.value}) == key:
                return known
        made = ContactPoint(id=uuid7(), customer_id=self.row.id, created_at=self.now, **columns)
        self.contacts.append(made)
        self._add(made, CONTACT_POINTS)
        self._prefer_only(made)
        return made

    def change_contact(self, contact: ContactPoint, columns: dict[str, Any]) -> None:
        """Take over a contact point's columns."""
        if any(getattr(contact, name) != value for name, value in columns.items()):
            contact.update_from_dict(columns)
            self._touch(contact)
            self._prefer_only(contact)

    def remove_contact(self, contact: ContactPoint) -> None:
        """Take a contact point away."""
        self.contacts.remove(contact)
        self._remove(contact, CONTACT_POINTS)

    def add_identity(self, identity: Identity) -> None:
        """Link an identity, unless it is linked already."""
        if self.find_identity(identity) is None:
            made = ExternalIdentity(
                id=uuid7(),
                customer_id=self.row.id,
                system=identity.system,
                external_id=identity.external_id,
                created_at=self.now,
            )
            self.identities.append(made)
            self._add(made, IDENTITIES)

    def remove_identity(self, linked: ExternalIdentity) -> None:
        """Unlink an identity."""
        self.identities.remove(linked)
        self._remove(linked, IDENTITIES)

    def find_identity(self, identity: Identity) -> ExternalIdentity | None:
        """The row of an identity that is linked to this customer."""
        wanted = (identity.system, identity.external_id)
        return next((one for one in self.identities if (one.system, one.external_id) == wanted), None)

    def add_tags(self, names: Iterable[str]) -> None:
        """Put tags on, but none twice."""
        known = {tag.folded for tag in self.tags}
        for name in names:
            folded = text.fold_case(name)
            if folded not in known:
                known.add(folded)
                made = CustomerTag(id=uuid7(), customer_id=self.row.id, name=name, folded=folded, created_at=self.now)
                self.tags.append(made)
                self._add(made, TAGS)

    def remove_tags(self, names: Iterable[str]) -> None:
        """Take tags off; those that are not on are none's loss."""
        folded = {text.fold_case(name) for name in names}
        for tag in [tag for tag in self.tags if tag.folded in folded]:
            self.tags.remove(tag)
            self._remove(tag, TAGS)

    def keep_tags(self, names: Iterable[str]) -> None:
        """Take all tags off but these."""
        kept = {text.fold_case(name) for name in names}
        self.remove_tags([tag.name for tag in self.tags if tag.folded not in kept])

    def _prefer_only(self, preferred: ContactPoint) -> None:
        if not preferred.is_preferred:
            return
        for other in self.contacts:
            if other is not preferred and other.kind == preferred.kind and other.is_preferred:
                other.is_preferred = False
                self._touch(other)

    def _touch(self, contact: ContactPoint) -> None:
        self.changed.add(CONTACT_POINTS)
        if all(contact is not part for part in self.added):
            self.touched[contact.id] = contact

    def _add(self, part: Part, name: str) -> None:
        self.changed.add(name)
        self.added.append(part)

    def _remove(self, part: Part, name: str) -> None:
        self.changed.add(name)
        self.removed.append(part)


def new_draft(values: dict[str, Any], now: datetime) -> Draft:
    """A customer that does not exist yet. Raises: BadUserInputError where there is no name to show."""
    name = values.get("display_name") or profile.display_name_of(values.get("given_name"), values.get("family_name"))
    row = Customer(id=uuid7(), created_at=now, updated_at=now, **{**values, "display_name": name})
    return Draft(row, now, is_new=True)
