"""What a merge moves from one customer to another, written down row by row so that it can go back."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from guanxi.context import Context
from guanxi.customers.models import ContactPoint, CustomerTag, ExternalIdentity
from guanxi.customers.rules import contacts
from guanxi.customers.service.drafts import Draft
from guanxi.db.fields import uuid7
from guanxi.interactions.models import Interaction
from guanxi.interactions.service import store
from guanxi.quality.models import Absorption, CustomerMerge, MovedRow

CHUNK = 1_000
Movable = type[Interaction] | type[ContactPoint] | type[ExternalIdentity] | type[CustomerTag]
PARTS: Final[dict[str, Movable]] = {
    "interaction": Interaction,
    "contact_point": ContactPoint,
    "identity": ExternalIdentity,
    "tag": CustomerTag,
}
INSERT = store.insert_text("customer_moved_row", ("id", "merchant_id", "merge_id", "part", "row_id", "was_preferred"))


async def move(ctx: Context, merge: CustomerMerge, survivor: Draft, absorbed: Draft) -> None:
    """Everything but contact points and tags that the survivor has an equal of: those stay where they are."""
    facts: list[Any] = await Interaction.filter(customer_id=absorbed.row.id).values_list("id", flat=True)
    have = {_key(one) for one in survivor.contacts}
    points = [one for one in absorbed.contacts if _key(one) not in have]
    worn = {tag.folded for tag in survivor.tags}
    moved: dict[str, Sequence[UUID]] = {
        "interaction": [UUID(int=one.int) for one in facts],
        "contact_point": [one.id for one in points],
        "identity": [one.id for one in absorbed.identities],
        "tag": [tag.id for tag in absorbed.tags if tag.folded not in worn],
    }
    preferred = {one.kind for one in survivor.contacts if one.is_preferred}
    demoted = [one.id for one in points if one.is_preferred and one.kind in preferred]
    await _note(ctx, merge, moved, set(demoted))
    for part, ids in moved.items():
        await _give(PARTS[part], ids, merge.absorbed_id, merge.survivor_id)
    await ContactPoint.filter(id__in=demoted).update(is_preferred=False)


async def move_back(ctx: Context, merge: CustomerMerge) -> None:
    """Everything that was moved and is still there."""
    moved = MovedRow.filter(merge_id=merge.id)
    for part, model in PARTS.items():
        ids: list[Any] = await moved.filter(part=part).values_list("row_id", flat=True)
        await _give(model, [UUID(int=one.int) for one in ids], merge.survivor_id, merge.absorbed_id)
    demoted = await moved.filter(was_preferred=True).values_list("row_id", flat=True)
    await ContactPoint.filter(id__in=list(demoted), customer_id=merge.absorbed_id).update(is_preferred=True)


async def list_strays(ctx: Context, first_id: UUID, last_id: UUID) -> list[UUID]:
    """Customers merged into another who have facts in a range of ids; one statement."""
    found = Absorption.filter(customer__interactions__id__gte=first_id, customer__interactions__id__lte=last_id)
    ids: list[Any] = await found.distinct().values_list("customer_id", flat=True)
    return [UUID(int=one.int) for one in ids]


async def send_facts(customer_id: UUID, survivor_id: UUID, first_id: UUID, last_id: UUID) -> None:
    """Facts in a range of ids from one customer to another."""
    await Interaction.filter(customer_id=customer_id, id__gte=first_id, id__lte=last_id).update(customer_id=survivor_id)


async def _give(model: Movable, ids: Sequence[UUID], owner: UUID, other: UUID) -> None:
    for start in range(0, len(ids), CHUNK):
        await model.filter(id__in=ids[start : start + CHUNK], customer_id=owner).update(customer_id=other)


async def _note(ctx: Context, merge: CustomerMerge, moved: dict[str, Sequence[UUID]], demoted: set[UUID]) -> None:
    to_id = store.id_writer(ctx.platform.dialect)
    head = [to_id(ctx.merchant.id), to_id(merge.id)]
    rows = [[to_id(uuid7()), *head, part, to_id(one), one in demoted] for part, ids in moved.items() for one in ids]
    if rows:
        client = MovedRow._meta.db  # the running transaction's
        await client.execute_many(INSERT if ctx.platform.dialect == "sqlite" else INSERT.replace("?", "$"), rows)


def _key(contact: ContactPoint) -> tuple[str, str]:
    return contacts.compare_key({"kind": contact.kind, "normalised": contact.normalised, "value": contact.value})
