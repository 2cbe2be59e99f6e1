"""Rows that could not be taken: tried again after a mapping was corrected, or dropped."""

from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import F

from guanxi.context import Context
from guanxi.sources import errors, permissions
from guanxi.sources.models import DeadLetter, Source
from guanxi.sources.rules.mapping import SourceMapping
from guanxi.sources.service import receiving


@dataclass(frozen=True, slots=True)
class Retried:
    """How many rows were taken this time, and how many wait on."""

    taken: int
    refused: int


async def retry_dead_letters(ctx: Context, source_id: UUID, *, limit: int = receiving.MAX_ROWS) -> Retried:
    """Read the longest-waiting rows of a source by its mapping as it is now. Twice is once.

    Raises:
        ForbiddenError: WRITE_SOURCES is missing.
        NotFoundError: there is no such source.
    """
    ctx.require(permissions.WRITE_SOURCES)
    async with ctx.transaction():
        source = await Source.filter(id=source_id).select_for_update(no_key=True).first()
        if source is None:
            raise errors.unknown_source()
        most = max(1, min(limit, receiving.MAX_ROWS))
        letters = await DeadLetter.filter(source_id=source_id).order_by("tries", "id").limit(most)
        mapping = SourceMapping.model_validate(source.mapping)
        refusals = await receiving.take_rows(ctx, source, mapping, [one.row for one in letters])
        refused = {letters[one.position].id: one.error for one in refusals}
        taken = [one.id for one in letters if one.id not in refused]
        await DeadLetter.filter(id__in=taken).delete()
        for one, error in refused.items():
            said = receiving.said_of(ctx, error)
            await DeadLetter.filter(id=one).update(tries=F("tries") + 1, **said)  # names: those of said_of
    return Retried(len(taken), len(refused))


async def discard_dead_letters(ctx: Context, source_id: UUID) -> int:
    """Drop every row that waits; how many. Raises: ForbiddenError, NotFoundError."""
    ctx.require(permissions.WRITE_SOURCES)
    async with ctx.transaction():
        if not await Source.filter(id=source_id).exists():
            raise errors.unknown_source()
        return await DeadLetter.filter(source_id=source_id).delete()
