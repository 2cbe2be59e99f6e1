"""The jobs' part of the core, registered as a plugin is."""

from guanxi.hookspecs import JobKind, hookimpl
from guanxi.jobs import service
from guanxi.jobs.schema import schema
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """Background jobs and how far they are."""
    return schema


@hookimpl
def jobs() -> list[JobKind]:
    """Forgets old jobs."""
    return [JobKind(name="jobs.trim", run=service.trim, cron="20 3 * * *", is_told=False)]
