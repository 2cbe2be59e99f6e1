"""GraphQL of sources."""

from datetime import timedelta

from guanxi.context import Context
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.roots import Query
from guanxi.sources import loaders, models, permissions, service
from guanxi.sources.types import inputs, outputs

schema = outputs.schema
READ, WRITE = permissions.READ_SOURCES, permissions.WRITE_SOURCES
MAX_OVERLAP = 168

schema.add(
    Query,
    "sources",
    Connection[outputs.Source] | None,
    page(models.Source, order="name", permission=READ, description="Systems that send batches, by name."),
)


@schema.batch(outputs.Source, permission=READ, requires=("mapping",))
async def mapping(sources: list[outputs.Source], ctx: Context) -> list[list[outputs.MappedField]]:
    """How the source's rows are read: every field with its path."""
    return [loaders.fields_of(one) for one in sources]


@schema.mutation(permission=WRITE)
async def create_source(ctx: Context, values: inputs.CreateSourceInput) -> outputs.SourcePayload | None:
    """Create a source. Its secret is in this answer and nowhere else."""
    issued = await service.create_source(ctx, values.name, loaders.changes_of(values))
    return outputs.SourcePayload(source_id=issued.id, secret=issued.secret)


@schema.mutation(permission=WRITE)
async def update_source(ctx: Context, values: inputs.UpdateSourceInput) -> outputs.UpdateSourcePayload | None:
    """Change a source or how its rows are read."""
    source_id = values.id.of(outputs.SOURCE)
    await service.update_source(ctx, source_id, loaders.changes_of(values), expected_version=values.expected_version)
    return outputs.UpdateSourcePayload(source_id=source_id)


@schema.mutation(permission=WRITE)
async def rotate_source_secret(ctx: Context, values: inputs.RotateSourceSecretInput) -> outputs.SourcePayload | None:
    """Give a source a new secret; the one before works on for a while."""
    overlap = timedelta(hours=max(0, min(values.overlap_hours, MAX_OVERLAP)))
    issued = await service.rotate_secret(ctx, values.id.of(outputs.SOURCE), overlap=overlap)
    return outputs.SourcePayload(source_id=issued.id, secret=issued.secret)


@schema.mutation(permission=WRITE)
async def retry_dead_letters(ctx: Context, values: inputs.DeadLettersInput) -> outputs.RetryDeadLettersPayload | None:
    """Read rows that wait by the mapping as it is now, at most 500 at once."""
    source_id = values.id.of(outputs.SOURCE)
    done = await service.retry_dead_letters(ctx, source_id)
    return outputs.RetryDeadLettersPayload(source_id=source_id, taken=done.taken, refused=done.refused)


@schema.mutation(permission=WRITE)
async def discard_dead_letters(ctx: Context, values: inputs.DeadLettersInput) -> outputs.RetryDeadLettersPayload | None:
    """Drop all rows of a source that wait."""
    source_id = values.id.of(outputs.SOURCE)
    dropped = await service.discard_dead_letters(ctx, source_id)
    return outputs.RetryDeadLettersPayload(source_id=source_id, taken=dropped, refused=0)
