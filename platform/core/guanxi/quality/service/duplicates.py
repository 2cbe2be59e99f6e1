"""Find customers who may be one person: by what they share, never by comparing all with all."""

import itertools
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from guanxi.context import Context
from guanxi.customers.models import ContactPoint, Customer, ExternalIdentity
from guanxi.customers.rules.contacts import ContactKind
from guanxi.db.fields import uuid7
from guanxi.execution.sql import Statement
from guanxi.interactions.service import store
from guanxi.jobs import service as jobs
from guanxi.quality import errors, permissions
from guanxi.quality.models import DismissedPair, DuplicatePair, SearchToken
from guanxi.quality.rules import folding, likeness
from guanxi.quality.rules.likeness import Portrait
from guanxi.quality.service import lookups
from guanxi.schema import scope

JOB = "quality.duplicates"
PAGE = 500
MAX_SHARERS = 30  # what more customers have in common says nothing of any two: a shop's own number, a test address
Pair = tuple[UUID, UUID]


async def find_duplicates(ctx: Context) -> int:
    """Find the pairs anew, a page of shared values to a transaction; how many there are.

    What is dismissed stays so. It can be ended at any page and begun again.
    """
    started, after = ctx.now(), lookups.SHARED
    while True:
        async with ctx.transaction():
            shared = await _list_shared(ctx, after)
            if not shared:
                await DuplicatePair.filter(found_at__lt=started).delete()
                return await DuplicatePair.all().count()
            await _suggest(ctx, await _pairs_of(ctx, shared), started)
            after = shared[-1]


async def seek_duplicates(ctx: Context) -> UUID:
    """Have the pairs found anew, outside this request; the job's id. Raises: ForbiddenError."""
    ctx.require(permissions.MANAGE_QUALITY)
    async with ctx.transaction():
        return await jobs.enqueue(ctx, JOB, {}, key="all")


async def dismiss_duplicate(ctx: Context, pair_id: UUID) -> None:
    """Two customers are not the same person: the pair is not shown again.

    Raises:
        ForbiddenError: MANAGE_QUALITY is missing.
        NotFoundError: there is no such pair.
    """
    ctx.require(permissions.MANAGE_QUALITY)
    async with ctx.transaction():
        seen = await scope.seen(ctx, DuplicatePair, [pair_id])
        pair = await DuplicatePair.filter(id=pair_id).select_for_update().first() if seen else None
        if pair is None:
            raise errors.unknown_pair()
        await pair.delete()
        await DismissedPair.create(
            customer_id=pair.customer_id,
            other_id=pair.other_id,
            dismissed_at=ctx.now(),
            dismissed_by=store.actor_of(ctx),
        )


async def forget_customer(customer_id: UUID) -> None:
    """No pair with this customer is shown: it was erased, or merged away."""
    for pairs in (DuplicatePair.filter(customer_id=customer_id), DuplicatePair.filter(other_id=customer_id)):
        await pairs.delete()


async def _list_shared(ctx: Context, after: bytes) -> list[bytes]:
    """Marks that several customers have, but not many, in order."""
    statement = Statement(ctx.platform.dialect)
    bind = statement.bind
    sql = (
        'SELECT s.token AS token FROM "search_token" s'
        f" WHERE s.merchant_id = {bind(ctx.merchant.id)} AND s.token > {bind(after)} AND s.token < {bind(lookups.TAIL)}"
        f" GROUP BY s.token HAVING count(*) BETWEEN 2 AND {MAX_SHARERS} ORDER BY s.token LIMIT {PAGE}"
    )
    return [bytes(row["token"]) for row in await ctx.platform.fetch(sql, statement.params)]


async def _pairs_of(ctx: Context, shared: Sequence[bytes]) -> set[Pair]:
    sharers: dict[bytes, list[UUID]] = {}
    rows: list[Any] = await SearchToken.filter(token__in=shared).values_list("token", "customer_id")
    for token, customer_id in rows:
        sharers.setdefault(bytes(token), []).append(UUID(int=customer_id.int))
    pairs = (pair for ids in sharers.values() for pair in itertools.combinations(sorted(set(ids)), 2))
    found = set(pairs)
    dismissed: list[Any] = await DismissedPair.filter(customer_id__in={one for one, _ in found}).values_list(
        "customer_id", "other_id"
    )
    return found - {(UUID(int=one.int), UUID(int=other.int)) for one, other in dismissed}


async def _suggest(ctx: Context, pairs: Collection[Pair], found_at: datetime) -> None:
    portraits = await _portraits_of({one for pair in pairs for one in pair})
    known = {(row.customer_id, row.other_id): row for row in await _rows_of(pairs)}
    new: list[DuplicatePair] = []
    seen: list[DuplicatePair] = []
    for one, other in sorted(pairs):
        if one in portraits and other in portraits:
            score, reasons = likeness.compare(portraits[one], portraits[other])
            row = known.get((one, other)) or DuplicatePair(id=uuid7(), customer_id=one, other_id=other)
            row.score, row.reasons, row.found_at = score, [str(reason) for reason in reasons], found_at
            if score >= likeness.SUGGESTED:
                (seen if (one, other) in known else new).append(row)
    if new:
        await DuplicatePair.bulk_create(new)
    if seen:
        await DuplicatePair.bulk_update(seen, ["score", "reasons", "found_at"])


async def _rows_of(pairs: Collection[Pair]) -> list[DuplicatePair]:
    return await DuplicatePair.filter(customer_id__in={one for one, _ in pairs})


async def _portraits_of(ids: Collection[UUID]) -> dict[UUID, Portrait]:
    """Of those in use; three statements."""
    rows = await Customer.filter(id__in=ids, archived_at=None)
    points = _grouped(await ContactPoint.filter(customer_id__in=ids, is_valid=True, is_service_number=False))
    names = _grouped(await ExternalIdentity.filter(customer_id__in=ids))
    return {
        row.id: Portrait(
            row.display_name,
            _values(points.get(row.id, ()), ContactKind.PHONE),
            _values(points.get(row.id, ()), ContactKind.EMAIL),
            frozenset(one.external_id for one in names.get(row.id, ())),
            frozenset(folding.fold(one.city).removesuffix("市") for one in points.get(row.id, ()) if one.city),
            row.birthday,
            row.gender,
        )
        for row in rows
    }


def _grouped(parts: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for part in parts:
        found.setdefault(part.customer_id, []).append(part)
    return found


def _values(points: Iterable[ContactPoint], kind: ContactKind) -> frozenset[str]:
    return frozenset(one.normalised for one in points if one.kind == kind and one.normalised)
