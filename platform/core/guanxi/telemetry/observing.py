"""Watches operations on their way: names for logs, numbers for metrics, spans where tracing is on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from guanxi.context import Principal
from guanxi.errors import GuanxiError
from guanxi.execution import idempotency
from guanxi.execution.request import Answer
from guanxi.telemetry import logs, metrics, tracing


class Watch:
    """One operation; ``saw`` its answer before the end."""

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self.started = time.perf_counter()

    def saw(self, answer: Answer) -> Answer:
        """Note the answer, and hand it on."""
        self.answer = answer
        return answer


@contextmanager
def operation(principal: Principal, request_id: str) -> Iterator[Watch]:
    """Around one query or mutation, or the beginning of a subscription."""
    watch = Watch()
    actor = f"{principal.actor.kind}:{principal.actor.id}"
    with logs.bound(request_id=request_id, merchant_id=principal.merchant.id.hex, actor=actor), tracing.span() as span:
        try:
            yield watch
        finally:
            if watch.answer is not None:
                _count(watch, watch.answer)
                tracing.describe(span, watch.answer)


@contextmanager
def authentication() -> Iterator[None]:
    """Around the check of a credential."""
    try:
        yield
    except GuanxiError as error:
        metrics.count_auth_failure(error.code)
        raise


def _count(watch: Watch, answer: Answer) -> None:
    said = [str(one.get("extensions", {}).get("code", "INTERNAL")) for one in answer.errors]
    cost = answer.extensions.get("cost")
    known = (int(cost["requested"]), int(cost["actual"])) if cost else None
    metrics.count_operation(answer.kind, answer.registered, time.perf_counter() - watch.started, said, known)
    if idempotency.REPLAYED in answer.headers:
        metrics.REPLAYS.inc()
