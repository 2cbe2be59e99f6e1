"""GraphQL of jobs."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from guanxi.context import Context
from guanxi.execution import rows
from guanxi.jobs import models, permissions, service, types
from guanxi.jobs.events import JobProgressed
from guanxi.jobs.types import JOB, READ, Job, JobFilter, JobOrder, RerunJobInput, RerunJobPayload
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.ids import Id
from guanxi.schema.roots import Query

schema = types.schema
Which = Annotated[Id | None, strawberry.argument(description="Only this job; all of them when left out.")]

schema.add(
    Query,
    "jobs",
    Connection[Job] | None,
    page(
        models.Job,
        where=JobFilter,
        order_by=JobOrder,
        order="-created_at",
        permission=READ,
        description="Background jobs, newest first. Done ones are kept for a week, dead ones for 90 days.",
    ),
)


@schema.mutation(permission=permissions.RERUN_JOBS)
async def rerun_job(ctx: Context, values: RerunJobInput) -> RerunJobPayload | None:
    """Run a dead job again, with all its tries."""
    row = await service.rerun_job(ctx, values.id.of(JOB))
    return RerunJobPayload(job_id=row.id)


@schema.subscription(permission=READ)
async def job_progress(ctx: Context, id: Which = None) -> AsyncGenerator[Job, None]:  # noqa: A002 - GraphQL's name
    """A job each time that it went on, ended or failed for good."""
    wanted = id.of(JOB) if id is not None else None
    async for event in ctx.platform.follow(ctx):
        if isinstance(event, JobProgressed) and wanted in {None, event.job_id}:
            found = await rows.find(ctx, Job, event.job_id)
            if found is not None:
                yield found
