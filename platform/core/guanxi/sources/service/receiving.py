"""Take batches: each row whole or not at all, each batch and each fact once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from tortoise.exceptions import IntegrityError

from guanxi.context import Context
from guanxi.errors import GuanxiError
from guanxi.sources import errors
from guanxi.sources.models import DeadLetter, Source, SourceBatch
from guanxi.sources.rules import reading
from guanxi.sources.rules.mapping import SourceMapping
from guanxi.sources.rules.reading import ReadRow
from guanxi.sources.service import applying

MAX_ROWS = 500
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken, by its place in the batch."""

    position: int
    error: GuanxiError


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch. ``is_repeat``: it came before, and nothing was done."""

    rows: int
    taken: int
    refusals: Sequence[Refusal] = ()
    is_repeat: bool = False


async def receive(ctx: Context, source: Source, message_id: str, body: bytes) -> Receipt:
    """Take a batch of a source whose signature was checked. Rows that are refused wait as dead letters.

    Raises:
        BatchRefusedError: it is no JSON, holds no rows or too many; nothing was taken.
        ConflictError: another batch had this id.
    """
    digest = hashlib.sha256(body).hexdigest()
    known = await _known(source, message_id, digest)
    if known is not None:
        return known
    mapping = SourceMapping.model_validate(source.mapping)
    rows = rows_in(mapping, body)
    try:
        async with ctx.transaction():
            batch = await SourceBatch.create(
                source_id=source.id,
                message_id=message_id,
                digest=digest,
                rows=len(rows),
                taken=0,
                received_at=ctx.now(),
            )
            refusals = await take_rows(ctx, source, mapping, rows)
            await _bury(ctx, source, message_id, rows, refusals)
            taken = len(rows) - len(refusals)
            await SourceBatch.filter(id=batch.id).update(taken=taken)
            await Source.filter(id=source.id).update(received_at=ctx.now())
    except IntegrityError:
        # The same batch came twice at once: the other one has taken it.
        known = await _known(source, message_id, digest)
        if known is None:
            raise
        return known
    return Receipt(len(rows), taken, refusals)


def rows_in(mapping: SourceMapping, body: bytes) -> list[Any]:
    """The rows of a body. Raises: BatchRefusedError."""
    try:
        decoded = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise errors.no_json(f"{error.msg} ({error.pos})") from None
    rows = reading.rows_of(mapping, decoded)
    if len(rows) > MAX_ROWS:
        raise errors.too_many_rows(MAX_ROWS)
    return rows


async def take_rows(ctx: Context, source: Source, mapping: SourceMapping, rows: Sequence[Any]) -> list[Refusal]:
    """Write what the rows say, in the caller's transaction; those that cannot be taken, by place."""
    refusals: list[Refusal] = []
    read: list[tuple[int, ReadRow]] = []
    for place, row in enumerate(rows):
        try:
            read.append((place, reading.read_row(mapping, row, ctx.merchant.timezone, ctx.merchant.currency)))
        except GuanxiError as error:
            refusals.append(Refusal(place, error))
    refused = await applying.apply_rows(ctx, source, mapping, read)
    refusals += [Refusal(place, error) for place, error in refused]
    return sorted(refusals, key=lambda one: one.position)


async def _known(source: Source, message_id: str, digest: str) -> Receipt | None:
    batch = await SourceBatch.get_or_none(source_id=source.id, message_id=message_id)
    if batch is None:
        return None
    if batch.digest != digest:
        raise errors.other_batch()
    return Receipt(batch.rows, batch.taken, is_repeat=True)


async def _bury(
    ctx: Context, source: Source, message_id: str, rows: Sequence[Any], refusals: Sequence[Refusal]
) -> None:
    await DeadLetter.bulk_create(
        DeadLetter(
            source_id=source.id,
            message_id=message_id,
            position=one.position,
            row=rows[one.position],
            created_at=ctx.now(),
            **said_of(ctx, one.error),
        )
        for one in refusals
    )


def said_of(ctx: Context, error: GuanxiError) -> dict[str, Any]:
    """The columns of a dead letter that say why, in the merchant's language."""
    return {
        "code": error.code,
        "path": ".".join(str(step) for step in error.path)[:200],
        "reason": error.localized(ctx.merchant.locale)[:MAX_REASON],
    }
