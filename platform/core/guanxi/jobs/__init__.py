"""Work outside requests: ordered in a transaction, run by any process, again until it succeeds."""

from guanxi.jobs.service import AgainError, RunningJob, current_job, enqueue, report_progress

__all__ = ["AgainError", "RunningJob", "current_job", "enqueue", "report_progress"]
