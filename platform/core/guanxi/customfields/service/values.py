"""Filling in the fields of customers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.customers.rules import text
from guanxi.customers.rules.contacts import Collected
from guanxi.customers.service import store
from guanxi.customers.service.drafts import Draft
from guanxi.customfields import errors, permissions, rules
from guanxi.customfields.models import CustomField, CustomValue
from guanxi.customfields.rules import Value
from guanxi.customfields.service.definitions import fields_by_key
from guanxi.db.fields import uuid7
from guanxi.errors import GuanxiError
from guanxi.schema import scope

MAX_SOURCE = 60
CHANGED = "custom_fields"
Wanted = Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values come from: a name, and whether the customer gave them or somebody else did."""

    source: str | None = None
    collected: Collected = Collected.DIRECT


async def set_custom_fields(
    ctx: Context, customer_id: UUID, wanted: Wanted, *, origin: Origin, expected_version: int | None = None
) -> Customer:
    """Fill in and clear (None) fields of a customer by their keys. What is so already changes nothing.

    Raises:
        ForbiddenError: WRITE_VALUES is missing.
        BadUserInputError: a value is none of its field's kind; its path says which.
        NotFoundError: there is no such customer, field, or customer that is referred to.
        ConflictError: the customer changed meanwhile.
    """
    ctx.require(permissions.WRITE_VALUES)
    async with ctx.transaction():
        draft = (await store.load_drafts(ctx, [customer_id])).get(customer_id)
        if draft is None:
            raise errors.unknown_customer("customer")
        if expected_version not in {None, draft.row.version}:
            raise errors.stale(draft.row.version)
        await _fill(ctx, [draft], {customer_id: wanted}, origin)
    return draft.row


async def fill_in(ctx: Context, wanted: Mapping[UUID, Wanted], *, origin: Origin) -> set[UUID]:
    """The same for many customers, in the running transaction; those who are gone are passed over. Who was changed.

    Raises:
        ForbiddenError, BadUserInputError, NotFoundError: as ``set_custom_fields``.
    """
    ctx.require(permissions.WRITE_VALUES)
    drafts = await store.load_drafts(ctx, list(wanted)) if wanted else {}
    await _fill(ctx, list(drafts.values()), wanted, origin)
    return {one for one, draft in drafts.items() if draft.changed}


async def _fill(ctx: Context, drafts: Sequence[Draft], wanted: Mapping[UUID, Wanted], origin: Origin) -> None:
    if not drafts:
        return
    source = text.clean_text(origin.source, "source", MAX_SOURCE) or None if origin.source else None
    keys = list({key for one in wanted.values() for key in one})
    known = await fields_by_key(keys)
    ids = {field.id for field in known.values()}
    there = {
        (row.customer_id, row.field_id): row
        for row in await CustomValue.filter(customer_id__in=[one.row.id for one in drafts], field_id__in=list(ids))
    }
    said = {"source": source, "collected": origin.collected.value, "collected_at": ctx.now()}
    changes = _Changes()
    for draft in drafts:
        for key, value in wanted[draft.row.id].items():
            field, columns = _checked(known, key, value)
            if changes.note(draft.row.id, field.id, columns, there.get((draft.row.id, field.id)), said):
                draft.changed.add(CHANGED)
    await _check_references(ctx, changes)
    await changes.write()
    await store.write_drafts(ctx, drafts)


def _checked(known: Mapping[str, CustomField], key: str, value: Value | None) -> tuple[CustomField, Any]:
    """The field, and the columns of its value; None to clear it."""
    if key not in known:
        raise errors.unknown_field(key, "values", key)
    try:
        return known[key], rules.columns_of(known[key].kind, known[key].options, value) if value else None
    except GuanxiError as error:
        raise error.at("values", key) from None


class _Changes:
    """What is to be written, of all customers together."""

    def __init__(self) -> None:
        self.new: list[CustomValue] = []
        self.changed: list[CustomValue] = []
        self.cleared: list[UUID] = []
        self.references: set[UUID] = set()

    def note(
        self,
        customer_id: UUID,
        field_id: UUID,
        columns: dict[str, Any] | None,
        row: CustomValue | None,
        said: dict[str, Any],
    ) -> bool:
        """One value; whether anything changes."""
        if columns is None:
            self.cleared += [row.id] if row is not None else []
            return row is not None
        if columns["reference_id"] is not None:
            self.references.add(columns["reference_id"])
        if row is None:
            self.new.append(CustomValue(id=uuid7(), customer_id=customer_id, field_id=field_id, **columns, **said))
            return True
        if all(getattr(row, name) == value for name, value in columns.items()):
            return False
        self.changed.append(row.update_from_dict({**columns, **said}))
        return True

    async def write(self) -> None:
        """A fixed number of statements."""
        if self.cleared:
            await CustomValue.filter(id__in=self.cleared).delete()
        if self.new:
            await CustomValue.bulk_create(self.new)
        if self.changed:
            names = [*rules.COLUMNS, "source", "collected", "collected_at"]
            await CustomValue.bulk_update(self.changed, names)


async def _check_references(ctx: Context, changes: _Changes) -> None:
    """Nobody refers to a customer whom he does not see."""
    if changes.references:
        found = [row.id for row in await Customer.filter(id__in=list(changes.references))]
        seen = await scope.seen(ctx, Customer, found)
        if changes.references - set(seen):
            raise errors.unknown_customer("values", "reference")
