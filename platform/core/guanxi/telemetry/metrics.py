"""The metrics of this process. Labels are bounded: no merchant, no customer, no name that a client chose."""

from collections.abc import Callable, Iterator
from typing import Final, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from guanxi.db import waits

cast(Callable[[], None], disable_created_metrics)()
REGISTRY: Final = CollectorRegistry(auto_describe=True)
ADHOC, OTHER = "adhoc", "other"
MAX_OPERATIONS = 200  # names of registered documents that get a label of their own
MAX_CODES = 60
MAX_KINDS = 100
TYPES: Final = frozenset({"query", "mutation", "subscription"})
COSTS: Final = (1, 10, 50, 100, 500, 1_000, 5_000, 10_000)


class Names:
    """The first so many values of a label; all later ones are ``other``."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.known: set[str] = set()

    def label(self, name: str) -> str:
        """The name, or ``other`` where there is no more room."""
        if name in self.known or len(self.known) < self.most:
            self.known.add(name)
            return name
        return OTHER


class WaitCollector(Collector):
    """How long statements waited for a connection, from what the database layer counted."""

    def collect(self) -> Iterator[Metric]:
        """One histogram for each place where one waits."""
        family = HistogramMetricFamily(
            "guanxi_database_wait_seconds", "Waiting for a connection or for the writer.", labels=["place"]
        )
        for place, found in waits.totals().items():
            edges = [*map(str, waits.BOUNDS), "+Inf"]
            family.add_metric(
                [place], buckets=list(zip(edges, found.cumulative(), strict=True)), sum_value=found.seconds
            )
        yield family


operations, codes, kinds = Names(MAX_OPERATIONS), Names(MAX_CODES), Names(MAX_KINDS)

OPERATIONS: Final = Counter(
    "guanxi_operations", "Operations answered.", ["type", "operation", "outcome"], registry=REGISTRY
)
SECONDS: Final = Histogram("guanxi_operation_seconds", "Time until the answer.", ["type"], registry=REGISTRY)
ESTIMATED: Final = Histogram(
    "graphql_cost_estimated", "Static cost of admitted operations.", ["type"], buckets=COSTS, registry=REGISTRY
)
ACTUAL: Final = Histogram(
    "graphql_cost_actual", "Cost of what was answered.", ["type"], buckets=COSTS, registry=REGISTRY
)
REJECTED: Final = Counter("graphql_rejected", "Errors that were answered, by code.", ["code"], registry=REGISTRY)
REPLAYS: Final = Counter("guanxi_idempotency_replays", "Stored answers that were sent again.", registry=REGISTRY)
AUTH_FAILURES: Final = Counter("guanxi_auth_failures", "Refused credentials, by code.", ["code"], registry=REGISTRY)
LOOP_LAG: Final = Gauge("guanxi_event_loop_lag_seconds", "How late the loop wakes a task.", registry=REGISTRY)
OUTBOX_LAG: Final = Histogram("guanxi_outbox_lag_seconds", "How late events are told again.", registry=REGISTRY)
JOB_LAG: Final = Histogram("guanxi_job_lag_seconds", "How late jobs begin.", registry=REGISTRY)
JOBS: Final = Counter("guanxi_job_tries", "Tries of jobs.", ["kind", "outcome"], registry=REGISTRY)
REGISTRY.register(WaitCollector())


def count_operation(
    kind: str, name: str | None, seconds: float, codes_said: list[str], cost: tuple[int, int] | None
) -> None:
    """One answered operation.

    Args:
        kind: query, mutation or subscription; anything else was refused before that was known.
        name: of a registered document's operation; None for ad-hoc ones, whose names clients choose.
        seconds: until the answer.
        codes_said: codes of its errors.
        cost: estimated and actual.
    """
    label = kind if kind in TYPES else OTHER
    named = operations.label(name) if name is not None else ADHOC
    OPERATIONS.labels(label, named, "error" if codes_said else "ok").inc()
    SECONDS.labels(label).observe(seconds)
    for code in codes_said:
        REJECTED.labels(codes.label(code)).inc()
    if cost is not None:
        ESTIMATED.labels(label).observe(cost[0])
        ACTUAL.labels(label).observe(cost[1])


def count_auth_failure(code: str) -> None:
    """A credential was refused."""
    AUTH_FAILURES.labels(codes.label(code)).inc()


def count_job(kind: str, outcome: str) -> None:
    """One try of a job ended."""
    JOBS.labels(kinds.label(kind), outcome).inc()


def series() -> int:
    """How many series there are."""
    return sum(len(family.samples) for family in REGISTRY.collect())
