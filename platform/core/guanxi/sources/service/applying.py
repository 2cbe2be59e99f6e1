"""Rows that were read, as customers and facts: through the same services as everything else."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from guanxi.context import Context
from guanxi.customers import service as customers
from guanxi.customers.rules.profile import CustomerFields, Identity
from guanxi.customers.service import UpsertItem
from guanxi.errors import GuanxiError
from guanxi.interactions import service as interactions
from guanxi.interactions.models import Interaction
from guanxi.interactions.rules.facts import NewInteraction
from guanxi.sources import errors
from guanxi.sources.models import Source
from guanxi.sources.rules.mapping import SourceMapping
from guanxi.sources.rules.reading import ReadFact, ReadRow

Row = tuple[int, ReadRow]
Refused = tuple[int, GuanxiError]
PAGE = 1_000  # facts of one call


async def apply_rows(ctx: Context, source: Source, mapping: SourceMapping, rows: Sequence[Row]) -> list[Refused]:
    """Write rows, each whole or not at all; those that are refused.

    All are tried at once. Where one is refused the halves are tried alone, so that few wrong rows cost few tries.
    """
    if not rows:
        return []
    try:
        async with ctx.transaction():
            await _write(ctx, source, mapping, [row for _, row in rows])
    except GuanxiError as error:
        if len(rows) == 1:
            return [(rows[0][0], error)]
    else:
        return []
    half = len(rows) // 2
    first = await apply_rows(ctx, source, mapping, rows[:half])
    return first + await apply_rows(ctx, source, mapping, rows[half:])


async def _write(ctx: Context, source: Source, mapping: SourceMapping, rows: Sequence[ReadRow]) -> None:
    """All of them. Raises: GuanxiError for the first that is refused."""
    outcomes = await customers.upsert_customers(ctx, [_item(source, row) for row in rows])
    for one in outcomes:
        if one.error is not None:
            raise _without_place(one.error)
    ids = [one.customer.id for one in outcomes if one.customer is not None]
    facts = [(one, fact) for one, row in zip(ids, rows, strict=True) for fact in row.facts]
    await _record(ctx, source, mapping, [pair for pair in facts if pair[1].refund_of is None], {})
    back = [pair for pair in facts if pair[1].refund_of is not None]
    await _record(ctx, source, mapping, back, await _given_back(source, back))


async def _record(
    ctx: Context, source: Source, mapping: SourceMapping, facts: Sequence[tuple[UUID, ReadFact]], known: dict[str, UUID]
) -> None:
    for start in range(0, len(facts), PAGE):
        news = [_new(source, mapping, one, fact, known) for one, fact in facts[start : start + PAGE]]
        try:
            await interactions.record_interactions(ctx, news, mode=source.mode)
        except GuanxiError as error:
            raise _without_place(error) from None


async def _given_back(source: Source, facts: Sequence[tuple[UUID, ReadFact]]) -> dict[str, UUID]:
    wanted = {fact.refund_of for _, fact in facts}
    if not wanted:
        return {}
    rows = Interaction.filter(source=source.name, external_id__in=list(wanted))
    return {str(name): one for name, one in await rows.values_list("external_id", "id")}


def _item(source: Source, row: ReadRow) -> UpsertItem:
    fields = cast(CustomerFields, dict(row.fields))
    return UpsertItem(Identity(row.system or source.name, row.external_id), fields, row.contacts)


def _new(
    source: Source, mapping: SourceMapping, customer_id: UUID, fact: ReadFact, known: dict[str, UUID]
) -> NewInteraction:
    if fact.refund_of is not None and fact.refund_of not in known:
        raise errors.unknown_refund(fact.refund_of)
    return NewInteraction(
        customer_id,
        fact.kind,
        fact.occurred_at,
        mapping.channel,
        external_id=fact.external_id,
        source=source.name,
        order_ref=fact.order_ref,
        amount_minor=fact.amount_minor,
        currency=fact.currency,
        refund_of=known[fact.refund_of] if fact.refund_of is not None else None,
        subject=fact.subject,
        items=fact.items,
    )


def _without_place(error: GuanxiError) -> GuanxiError:
    """Without the place in a list that only this module knows."""
    if len(error.path) >= 2 and isinstance(error.path[1], int):
        error.path = error.path[2:]
    return error
