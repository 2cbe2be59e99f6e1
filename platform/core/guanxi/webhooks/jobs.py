"""The work behind webhooks: a job for each delivery, so that one endpoint never waits for another."""

from datetime import timedelta

from guanxi.hookspecs import JobKind
from guanxi.webhooks import service
from guanxi.webhooks.service import deliveries


def job_kinds(sender: service.Sender) -> list[JobKind]:
    """Dispatching, sending through ``sender``, forgetting."""
    return [
        JobKind(name=deliveries.DISPATCH, run=service.dispatch, is_told=False),
        JobKind(
            name=deliveries.DELIVER,
            run=service.Deliverer(sender).deliver,
            limit=timedelta(minutes=1),
            concurrency=4,
            is_told=False,
        ),
        JobKind(name="webhooks.trim", run=service.trim, cron="40 3 * * *", is_told=False),
    ]
