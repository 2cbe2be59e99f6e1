"""Ordering, running and repeating jobs."""

from guanxi.jobs.service.engines import queue_of
from guanxi.jobs.service.host import JobHost
from guanxi.jobs.service.orders import (
    AgainError,
    RunningJob,
    current_job,
    enqueue,
    report_progress,
    rerun_job,
    trim,
)
from guanxi.jobs.service.queue import JobQueue, Ticket
from guanxi.jobs.service.runner import Runner

__all__ = [
    "AgainError",
    "JobHost",
    "JobQueue",
    "Runner",
    "RunningJob",
    "Ticket",
    "current_job",
    "enqueue",
    "queue_of",
    "report_progress",
    "rerun_job",
    "trim",
]
