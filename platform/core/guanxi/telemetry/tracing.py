"""Spans through OpenTelemetry, where the extra ``guanxi[otel]`` is installed and tracing is switched on."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from guanxi.errors import Text, UnavailableError
from guanxi.execution.request import Answer

SPAN: Final = "graphql.operation"
_tracer: Any = None


def is_available() -> bool:
    """Whether the extra is installed."""
    return find_spec("opentelemetry") is not None


def unavailable() -> UnavailableError:
    """Tracing is wanted and cannot be had."""
    return UnavailableError(
        Text(
            "GUANXI_TRACING is on, but OpenTelemetry is not installed.",
            "已开启 GUANXI_TRACING，但未安装 OpenTelemetry。",
        ),
        hint=Text("Run: pip install 'guanxi[otel]'.", "请执行：pip install 'guanxi[otel]'。"),
    )


def start(provider: Any = None) -> bool:
    """Make spans from now on, by ``provider`` or by what the process has configured; whether that is possible."""
    global _tracer  # noqa: PLW0603 - one tracer for the process, none until somebody wants it
    if not is_available():
        return False
    trace = import_module("opentelemetry.trace")
    _tracer = (provider or trace.get_tracer_provider()).get_tracer("guanxi")
    return True


def stop() -> None:
    """Make no spans any more."""
    global _tracer  # noqa: PLW0603 - as above
    _tracer = None


@contextmanager
def span() -> Iterator[Any]:
    """A span around an operation; None where tracing is off, at the cost of a comparison."""
    if _tracer is None:
        yield None
        return
    with _tracer.start_as_current_span(SPAN, record_exception=False) as made:
        yield made


def describe(made: Any, answer: Answer) -> None:
    """Name a span by the kind of operation, and say how it went. Neither documents nor variables are in it."""
    if made is None:
        return
    made.update_name(answer.kind or SPAN)
    made.set_attribute("graphql.operation.type", answer.kind or "refused")
    if answer.registered is not None:
        made.set_attribute("graphql.operation.name", answer.registered)
    for place, key in (("requested", "guanxi.cost.requested"), ("actual", "guanxi.cost.actual")):
        cost = answer.extensions.get("cost")
        if cost:
            made.set_attribute(key, int(cost[place]))
    if answer.errors:
        codes = [str(one.get("extensions", {}).get("code", "INTERNAL")) for one in answer.errors]
        made.set_attribute("guanxi.error.codes", sorted(set(codes)))
