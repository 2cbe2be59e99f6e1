"""Record facts, once each by the name that their source gives them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.db.fields import uuid7
from guanxi.errors import GuanxiError
from guanxi.events import InteractionRecorded, InteractionsImported
from guanxi.execution.sql import Statement
from guanxi.interactions import errors, permissions
from guanxi.interactions.models import Interaction, InteractionItem
from guanxi.interactions.rules import facts
from guanxi.interactions.rules.facts import Mode, NewInteraction
from guanxi.interactions.service import store
from guanxi.schema import scope

MAX_BATCH = 1_000
PLACE = "interactions"
SURVIVOR = "quality.survivor"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one fact; ``is_new`` False: its source had told it before, and nothing was written."""

    id: UUID
    is_new: bool


async def record_interaction(ctx: Context, new: NewInteraction, *, mode: str = Mode.LIVE) -> Recorded:
    """Record one fact. Raises: as ``record_interactions``, without the place in the list."""
    try:
        return (await record_interactions(ctx, [new], mode=mode))[0]
    except GuanxiError as error:
        error.path = error.path[2:] if error.path[:1] == (PLACE,) else error.path
        raise


async def record_interactions(ctx: Context, news: Sequence[NewInteraction], *, mode: str = Mode.LIVE) -> list[Recorded]:
    """Record facts, all or none, with a fixed number of statements.

    A fact whose (source, external id) is known is not written again. LIVE facts are published one by one,
    HISTORICAL ones as one batch, from the lowest to the highest id.

    Returns:
        One outcome per fact, in the order given.

    Raises:
        ForbiddenError: RECORD_INTERACTIONS is missing.
        BadUserInputError: a value is refused; more than MAX_BATCH facts.
        NotFoundError: there is no such customer, or no such interaction to refund.
        ConflictError: an external id was used for other content.
    """
    ctx.require(permissions.RECORD_INTERACTIONS)
    if len(news) > MAX_BATCH:
        raise errors.too_many(PLACE, MAX_BATCH)
    mode = facts.checked_mode(mode)
    checked = [_checked(ctx, new, place) for place, new in enumerate(news)]
    async with ctx.transaction():
        checked = await _resolve_customers(ctx, checked)
        await _check_refunds(checked)
        recorded = await _write(ctx, checked, mode)
        await _publish(ctx, checked, recorded, mode)
    return recorded


def _checked(ctx: Context, new: NewInteraction, place: int) -> NewInteraction:
    try:
        return facts.checked(new, now=ctx.now(), currency=ctx.merchant.currency)
    except GuanxiError as error:
        error.at(PLACE, place)
        raise


async def _resolve_customers(ctx: Context, checked: Sequence[NewInteraction]) -> list[NewInteraction]:
    """The facts, each about who stands for its customer now: one who was merged away gets no more of them."""
    stands: dict[UUID, UUID] = {new.customer_id: new.customer_id for new in checked}
    while True:
        archived = await _hold_customers(ctx, set(stands.values()))
        for place, new in enumerate(checked):
            if stands[new.customer_id] not in archived:
                raise errors.unknown_customer().at(PLACE, place)
        asked = [one for one, is_archived in archived.items() if is_archived]
        survivors = await ctx.facts(SURVIVOR, asked) if asked else []
        moved = {one: UUID(other) for one, other in zip(asked, survivors, strict=True) if other is not None}
        if not moved:
            return [replace(new, customer_id=stands[new.customer_id]) for new in checked]
        stands = {one: moved.get(now, now) for one, now in stands.items()}


async def _hold_customers(ctx: Context, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Those of the customers that are there and the actor's to see, and whether they are archived.

    They are kept from being merged until the transaction ends.
    """
    wanted = sorted(await scope.seen(ctx, Customer, ids, lock=True))
    statement = Statement(ctx.platform.dialect)
    lock = " ORDER BY c.id FOR SHARE" if ctx.platform.dialect == "postgres" else ""  # SQLite has one writer anyway
    sql = (
        'SELECT c.id AS id, c.archived_at IS NOT NULL AS archived FROM "customer" c'
        f" WHERE c.merchant_id = {statement.bind(ctx.merchant.id)} AND c.id IN ({statement.bind_all(wanted)}){lock}"
    )
    to_id = Customer._meta.fields_map["id"].to_python_value
    return {to_id(row["id"]): bool(row["archived"]) for row in await ctx.platform.fetch(sql, statement.params)}


async def _check_refunds(checked: Sequence[NewInteraction]) -> None:
    """What is refunded is locked, so that it cannot be voided meanwhile."""
    wanted = {new.refund_of for new in checked if new.refund_of is not None}
    if not wanted:
        return
    rows = await Interaction.filter(id__in=wanted).order_by("id").select_for_update(no_key=True)
    found = {row.id: row for row in rows}
    for place, new in enumerate(checked):
        if new.refund_of is None:
            continue
        row = found.get(new.refund_of)
        if row is None:
            raise errors.unknown_interaction(PLACE, place, "refundOf")
        same = (row.customer_id, row.currency) == (new.customer_id, new.currency)
        if not same or row.voided_by_id is not None or row.voids_id is not None:
            raise errors.unfit_refund().at(PLACE, place)


async def _write(ctx: Context, checked: Sequence[NewInteraction], mode: str) -> list[Recorded]:
    ids = [uuid7() for _ in checked]
    rows = [_row(ctx, new, one, mode) for new, one in zip(checked, ids, strict=True)]
    # In one order for everybody: two batches that wait for each other's external ids would never end.
    await store.insert(sorted(rows, key=lambda row: (row[7], row[8] or "")))
    known = await _known(checked)
    recorded = []
    for new, one in zip(checked, ids, strict=True):
        found = known.get((new.source, new.external_id), one)
        recorded.append(Recorded(found, found == one))
    await store.insert_items(
        [row for new, one in zip(checked, recorded, strict=True) if one.is_new for row in _items(ctx, new, one.id)]
    )
    await _check_content(checked, recorded)
    return recorded


async def _known(checked: Sequence[NewInteraction]) -> dict[tuple[str | None, str | None], UUID]:
    """Which row stands for each external id now, ours or an earlier one."""
    external_ids = {new.external_id for new in checked if new.external_id is not None}
    if not external_ids:
        return {}
    sources = {new.source for new in checked}
    found = Interaction.filter(source__in=sources, external_id__in=external_ids)
    return {(source, name): one for source, name, one in await found.values_list("source", "external_id", "id")}


async def _check_content(checked: Sequence[NewInteraction], recorded: Sequence[Recorded]) -> None:
    """A fact told again must say the same."""
    again = {one.id for one in recorded if not one.is_new}
    if not again:
        return
    rows = {row.id: row for row in await Interaction.filter(id__in=again)}
    items: dict[UUID, list[InteractionItem]] = {one: [] for one in again}
    for item in await InteractionItem.filter(interaction_id__in=again).order_by("position"):
        items[item.interaction_id].append(item)
    for place, (new, one) in enumerate(zip(checked, recorded, strict=True)):
        if not one.is_new and _content(new) != _content_of(rows[one.id], items[one.id]):
            raise errors.other_content().at(PLACE, place)


def _content(new: NewInteraction) -> tuple[Any, ...]:
    items = tuple((item.sku, item.qty, item.amount_minor, item.category) for item in new.items)
    amounts = (new.amount_minor, new.currency, new.tax_minor, new.shipping_minor, new.discount_minor)
    texts = (new.kind, new.channel, new.order_ref, new.subject, new.body)
    return (new.customer_id, new.occurred_at, texts, amounts, new.refund_of, dict(new.attributes), items)


def _content_of(row: Interaction, rows: Iterable[InteractionItem]) -> tuple[Any, ...]:
    items = tuple((item.sku, item.qty, item.amount_minor, item.category) for item in rows)
    amounts = (row.amount_minor, row.currency, row.tax_minor, row.shipping_minor, row.discount_minor)
    texts = (row.kind, row.channel, row.order_ref, row.subject, row.body)
    return (row.customer_id, row.occurred_at, texts, amounts, row.refund_of_id, row.attributes, items)


async def _publish(ctx: Context, checked: Sequence[NewInteraction], recorded: Sequence[Recorded], mode: str) -> None:
    new = [(fact, one.id) for fact, one in zip(checked, recorded, strict=True) if one.is_new]
    if mode == Mode.HISTORICAL and new:
        ids = [one for _, one in new]
        await ctx.publish(
            InteractionsImported(occurred_at=ctx.now(), count=len(ids), first_id=min(ids), last_id=max(ids))
        )
        return
    for fact, one in new:
        await ctx.publish(
            InteractionRecorded(
                occurred_at=fact.occurred_at,
                interaction_id=one,
                customer_id=fact.customer_id,
                kind=fact.kind,
                mode=mode,
                amount_minor=fact.amount_minor,
                currency=fact.currency,
                order_ref=fact.order_ref,
                refund_of=fact.refund_of,
            )
        )


def _row(ctx: Context, new: NewInteraction, one: UUID, mode: str) -> store.Row:
    """In the order of ``store.COLUMNS``."""
    to_id, to_time = store.id_writer(ctx.platform.dialect), store.time_writer(ctx.platform.dialect)
    return (
        to_id(one),
        to_id(ctx.merchant.id),
        to_id(new.customer_id),
        new.kind,
        to_time(new.occurred_at),
        to_time(ctx.now()),
        new.channel,
        new.source,
        new.external_id,
        new.order_ref,
        new.amount_minor,
        new.currency,
        new.tax_minor,
        new.shipping_minor,
        new.discount_minor,
        None if new.refund_of is None else to_id(new.refund_of),
        None,
        new.subject,
        new.body,
        store.actor_of(ctx),
        store.write_attributes(new.attributes),
        mode,
    )


def _items(ctx: Context, new: NewInteraction, one: UUID) -> list[store.Row]:
    to_id = store.id_writer(ctx.platform.dialect)
    return [
        (
            to_id(uuid7()),
            to_id(ctx.merchant.id),
            to_id(one),
            place,
            item.sku,
            item.category,
            item.qty,
            item.amount_minor,
        )
        for place, item in enumerate(new.items)
    ]
