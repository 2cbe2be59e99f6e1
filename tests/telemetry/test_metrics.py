"""Metrics: bounded labels, an address of their own, and what they say of real operations."""

import asyncio
import io
import json
import logging
import urllib.request
from typing import Any

from prometheus_client import generate_latest

from guanxi import app
from guanxi.app import Installation
from guanxi.context import Context, Principal
from guanxi.db.database import Database
from guanxi.execution.request import GraphQLRequest
from guanxi.gateway import InstallationGateway
from guanxi.http.ports import Call
from guanxi.merchants import service as merchants
from guanxi.settings import Settings
from guanxi.staff import service as staff
from guanxi.telemetry import exposition, logs, metrics, tracing
from guanxi.testing import counts

CREATE = "mutation Zhang13800138000($n: String) { createCustomer(input: {displayName: $n}) { customer { id } } }"
WRONG = "query ZCname { nothing }"


def value_of(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


def rejected() -> float:
    """Whatever their code."""
    return sum(one.value for family in metrics.REJECTED.collect() for one in family.samples)


def test_series_stay_few_whatever_clients_and_merchants_call_things() -> None:
    total = counts.scaled(100_000)
    for number in range(total):
        kind = ("query", "mutation", "subscription", f"other{number}")[number % 4]
        name = f"Operation{number}" if number % 2 else None
        metrics.count_operation(kind, name, 0.01, [f"CODE{number}"] if number % 3 == 0 else [], (5, 3))
        metrics.count_job(f"plugin{number}.job", "done")
        metrics.count_auth_failure(f"C{number}")

    assert metrics.series() <= 2_000
    assert len(metrics.operations.known) <= metrics.MAX_OPERATIONS


async def open_shop(opened: Installation) -> Principal:
    founder = Context(staff.platform_principal(), opened.platform, "r0")
    row = await staff.found_merchant(founder, merchants.NewMerchant(slug="tea", name="Tea"))
    return staff.platform_principal(merchants.ref_of(row))


async def test_operations_are_counted_and_logged_without_anybodys_data(database_settings: Settings) -> None:
    stream, root = io.StringIO(), logging.getLogger()
    kept, level = root.handlers[:], root.level
    logs.configure(stream, level="DEBUG")
    before = value_of("guanxi_operations_total", type="mutation", operation=metrics.ADHOC, outcome="ok")
    refused = rejected()
    try:
        async with app.running(database_settings, work=False) as opened:
            gateway, principal = InstallationGateway(opened.platform), await open_shop(opened)
            for document in (CREATE, CREATE, WRONG):
                request = GraphQLRequest(document, variables={"n": "ZCcanary 13800138000"})
                await gateway.run(request, principal, Call("r-1"))
    finally:
        root.handlers[:] = kept
        root.setLevel(level)

    text = generate_latest(metrics.REGISTRY).decode()
    assert value_of("guanxi_operations_total", type="mutation", operation=metrics.ADHOC, outcome="ok") == before + 2
    assert rejected() == refused + 1
    assert "graphql_cost_actual_bucket" in text
    assert "guanxi_database_wait_seconds_count" in text
    for canary in ("ZCcanary", "13800138000", "Zhang", "ZCname", principal.merchant.id.hex, "tea"):
        assert canary not in text
    assert "ZC" not in stream.getvalue()
    assert "13800138000" not in stream.getvalue()


async def test_waiting_for_the_database_is_measured(db: Database) -> None:
    place = "writer" if db.dialect == "sqlite" else "pool"
    before = value_of("guanxi_database_wait_seconds_count", place=place)

    async with db.transaction():
        await db.fetch("SELECT 1 AS one")

    assert value_of("guanxi_database_wait_seconds_count", place=place) > before


async def test_metrics_have_an_address_of_their_own_and_none_by_default() -> None:
    with exposition.serving("127.0.0.1", 0) as none:
        assert none is None
    assert Settings(database_url="sqlite://x").metrics_port == 0

    free = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = free.sockets[0].getsockname()[1]
    free.close()
    await free.wait_closed()
    with exposition.serving("127.0.0.1", port) as served:
        found = await asyncio.to_thread(_read, f"http://127.0.0.1:{served}/metrics")

    assert "guanxi_event_loop_lag_seconds" in found


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


async def test_spans_carry_neither_documents_nor_variables(database_settings: Settings) -> None:
    exporter, provider = _provider()
    assert tracing.start(provider)
    try:
        async with app.running(database_settings, work=False) as opened:
            gateway, principal = InstallationGateway(opened.platform), await open_shop(opened)
            await gateway.run(GraphQLRequest(CREATE, variables={"n": "ZCcanary"}), principal, Call("r-1"))
    finally:
        tracing.stop()

    [span] = exporter.get_finished_spans()
    assert span.name == "mutation"
    assert span.attributes["graphql.operation.type"] == "mutation"
    assert "graphql.operation.name" not in span.attributes
    assert "ZC" not in json.dumps(span.to_json())


async def test_no_tracing_costs_nothing_and_makes_nothing() -> None:
    with tracing.span() as span:
        assert span is None


def _provider() -> Any:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter, provider
