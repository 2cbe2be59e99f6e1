"""GraphQL types of jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from guanxi.jobs import models, permissions
from guanxi.schema.declare import one
from guanxi.schema.enums import Member, OpenEnum
from guanxi.schema.ids import Id
from guanxi.schema.inputs import SortDirection, TextFilter, TimeFilter
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.scalars import Long

schema = SchemaPart()
JOB = "job"
READ = permissions.READ_JOBS


class JobState(OpenEnum):
    """How far a job is."""

    WAITING = Member["JobState"]("It has not begun, or waits for its next try.")
    RUNNING = Member["JobState"]("It runs.")
    DONE = Member["JobState"]("It succeeded.")
    DEAD = Member["JobState"]("All its tries failed: a dead letter.")
    OTHER = Member["JobState"]("Any other.")


@schema.table(models.Job, tag=JOB, permission=READ, description="Work that is done outside requests.")
class Job(Node):
    """What it is about stays inside."""

    kind: str
    state: JobState
    attempts: int
    error: str | None
    progress_done: Long
    progress_total: Long | None
    created_at: datetime
    due_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@strawberry.input(description="Conditions on a state; all that are given must hold.")
class JobStateFilter:
    """Operators of states."""

    eq: JobState | None = _optional("Equal.")
    ne: JobState | None = _optional("Not equal.")
    in_: list[JobState] | None = _optional("One of these; an empty list matches none.", "in")


@schema.filter(Job, description="Which jobs; exactly one condition, joined by and, or and not.")
class JobFilter:
    """Dead letters are those whose state is DEAD."""

    and_: list["JobFilter"] | None = _optional("All of these hold.", "and")
    or_: list["JobFilter"] | None = _optional("At least one of these holds.", "or")
    not_: "JobFilter | None" = _optional("This does not hold.", "not")
    kind: TextFilter | None = _optional("What kind of work.")
    state: JobStateFilter | None = _optional("How far it is.")
    created_at: TimeFilter | None = _optional("When it was ordered.")
    ended_at: TimeFilter | None = _optional("When it was done, or given up.")


@schema.order(Job, description="The order of jobs; give one field each.")
class JobOrder:
    """Ties are broken by id."""

    created_at: SortDirection | None = _optional("When it was ordered.")
    ended_at: SortDirection | None = _optional("When it was done, or given up.")


@strawberry.input(description="A job that was given up.")
class RerunJobInput:
    """It gets all its tries again."""

    id: Id = strawberry.field(description="The job.")


@schema.value(description="The job, which waits again.")
class RerunJobPayload(Payload):
    """As it is now."""

    job: Job | None = one(models.Job, via="job_id", description="The job.")
    job_id: strawberry.Private[UUID | None] = None
