"""The search index: what each customer is found by, written in the transaction that changes the customer."""

from collections.abc import Sequence
from uuid import UUID

from guanxi.context import Context
from guanxi.customers.models import ContactPoint, Customer
from guanxi.customers.rules import profile
from guanxi.customers.rules.contacts import ContactKind
from guanxi.db.fields import uuid7
from guanxi.interactions.service import store
from guanxi.quality.models import SearchToken
from guanxi.quality.rules import folding, tokens
from guanxi.quality.service import lookups
from guanxi.quality.service.lookups import Mark

PAGE = 1_000
NAMES = ("id", "display_name", "given_name", "family_name")
INSERT = 'INSERT INTO "search_token" ("id", "merchant_id", "customer_id", "token") VALUES (?1, ?2, ?3, ?4)'

Named = tuple[UUID, str, str | None, str | None]


async def add(ctx: Context, customer_ids: Sequence[UUID]) -> None:
    """Index customers who are not indexed yet; three statements for each thousand."""
    for start in range(0, len(customer_ids), PAGE):
        page = customer_ids[start : start + PAGE]
        await _write(ctx, await Customer.filter(id__in=page).values_list(*NAMES))


async def replace(ctx: Context, customer_ids: Sequence[UUID]) -> None:
    """Index customers anew."""
    for start in range(0, len(customer_ids), PAGE):
        await SearchToken.filter(customer_id__in=customer_ids[start : start + PAGE]).delete()
    await add(ctx, customer_ids)


async def add_imported(ctx: Context, first_id: UUID, last_id: UUID) -> None:
    """Index those of an import, whose ids lie in a range. Others' there are indexed by those who wrote them."""
    found = Customer.filter(id__gte=first_id, id__lte=last_id).order_by("id")
    rows = await found.limit(PAGE).values_list(*NAMES)
    while rows:
        await _write(ctx, await _not_indexed(rows))
        rows = await found.filter(id__gt=rows[-1][0]).limit(PAGE).values_list(*NAMES) if len(rows) == PAGE else []


async def rebuild(ctx: Context) -> int:
    """Index every customer of the merchant anew, a page to a transaction; how many there were.

    It can be ended at any page and begun again; searches go on meanwhile.
    """
    done, after = 0, UUID(int=0)
    while True:
        async with ctx.transaction():
            rows = await Customer.filter(id__gt=after).order_by("id").limit(PAGE).select_for_update(no_key=True)
            await replace(ctx, [row.id for row in rows])
        done += len(rows)
        if len(rows) < PAGE:
            return done
        after = rows[-1].id


async def _not_indexed(rows: Sequence[Named]) -> list[Named]:
    indexed = SearchToken.filter(customer_id__gte=rows[0][0], customer_id__lte=rows[-1][0])
    known = set(await indexed.distinct().values_list("customer_id", flat=True))
    return [row for row in rows if row[0] not in known]


async def _write(ctx: Context, rows: Sequence[Named]) -> None:
    if not rows:
        return
    marks = await _marks(ctx, rows)
    to_id = store.id_writer(ctx.platform.dialect)
    merchant = to_id(ctx.merchant.id)
    values = [
        [to_id(uuid7()), merchant, to_id(row[0]), token]
        for row in rows
        for token in sorted(_name_tokens(row) | marks.get(row[0], set()))
    ]
    if values:
        client = SearchToken._meta.db  # the running transaction's
        await client.execute_many(INSERT if ctx.platform.dialect == "sqlite" else INSERT.replace("?", "$"), values)


def _name_tokens(row: Named) -> set[bytes]:
    """Of the name that is shown, and of the one that the parts make where they make another."""
    _, shown, given, family = row
    names = [shown] if not (given or family) else [shown, profile.display_name_of(given, family)]
    return {token.encode() for token in tokens.name_tokens(names, family)}


async def _marks(ctx: Context, rows: Sequence[Named]) -> dict[UUID, set[bytes]]:
    """What else each is found by: contact points, and the name in a city, by which duplicates are sought."""
    names = {row[0]: row[1] for row in rows}
    valid = ContactPoint.filter(customer_id__in=list(names), is_valid=True, is_service_number=False)
    found: dict[UUID, set[bytes]] = {}
    for point in await valid:
        marks = found.setdefault(point.customer_id, set())
        marks.update(_marks_of(ctx, point, names[point.customer_id]))
    return found


def _marks_of(ctx: Context, point: ContactPoint, name: str) -> set[bytes]:
    normalised = point.normalised or ""
    if point.kind == ContactKind.EMAIL:
        return {lookups.mark_of(ctx, Mark.EMAIL, normalised)}
    if point.kind == ContactKind.ADDRESS and point.city:
        place = f"{tokens.reading_of(name)}/{folding.fold(point.city).removesuffix('市')}"
        return {lookups.mark_of(ctx, Mark.PLACE, place)}
    if point.kind != ContactKind.PHONE:
        return set()
    tail = tokens.tail_of(normalised)
    marks = {lookups.mark_of(ctx, Mark.PHONE, normalised)}
    return marks if tail is None else marks | {lookups.mark_of(ctx, Mark.TAIL, tail)}
