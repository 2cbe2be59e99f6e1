"""The composition root: settings in, a running installation out. The only place that wires."""

import gc
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from starlette.applications import Starlette

from guanxi.audit import Sealer
from guanxi.db import migrations
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.signals import Signals
from guanxi.execution import nodes, operations
from guanxi.files import routes as file_routes
from guanxi.files.service import LocalFiles
from guanxi.gateway import InstallationGateway
from guanxi.hookspecs import Fact, JobKind, SavedOperation
from guanxi.http import application, server
from guanxi.jobs.service import Runner, orders
from guanxi.plugins import keys
from guanxi.plugins.calls import HookCaller
from guanxi.plugins.host import PluginHost
from guanxi.plugins.jobs import HostJobs
from guanxi.plugins.platform import CoreFollower, HostPlatform
from guanxi.plugins.relay import CHANNEL, Relay
from guanxi.plugins.watchdog import Watchdog
from guanxi.plugins.worker import Worker
from guanxi.schema.part import SchemaPart
from guanxi.settings import Settings
from guanxi.sources import routes as source_routes
from guanxi.telemetry import exposition, logs, metrics, tracing

# Core domains, each below those after it; registered through the same hook as plugins.
DOMAINS = (
    "files",
    "jobs",
    "merchants",
    "staff",
    "accounts",
    "customers",
    "customfields",
    "interactions",
    "teamwork",
    "transfers",
    "audiences",
    "quality",
    "privacy",
    "sources",
    "webhooks",
    "plugins",
)
# Their tables, after those that belong to no domain.
CORE_APPS = tuple(
    App(name, f"guanxi.{name}.models", f"guanxi.{name}.migrations") for name in ("audit", "execution", *DOMAINS)
)


@dataclass
class Installation:
    """Everything that one process holds while it runs."""

    settings: Settings
    db: Database
    host: PluginHost
    platform: HostPlatform
    worker: Worker
    runner: Runner


@cache
def core_parts() -> Mapping[str, SchemaPart]:
    """What each domain of the core adds to GraphQL, by domain; and ``node``, which is every domain's."""
    everywhere = SchemaPart()
    nodes.add_nodes(everywhere)
    return {"execution": everywhere} | {name: import_module(f"guanxi.{name}.plugin").schema_part() for name in DOMAINS}


def core_facts() -> dict[str, Fact]:
    """What the domains of the core offer to other parts, by name."""
    modules = [import_module(f"guanxi.{name}.plugin") for name in DOMAINS]
    return {one.name: one for module in modules if hasattr(module, "facts") for one in module.facts()}


def core_jobs() -> dict[str, JobKind]:
    """The kinds of jobs of the core's domains, by name."""
    modules = [import_module(f"guanxi.{name}.plugin") for name in DOMAINS]
    return {one.name: one for module in modules if hasattr(module, "jobs") for one in module.jobs()}


def core_followers() -> list[CoreFollower]:
    """The domains of the core that hear of the others' events, in the transaction of these."""
    modules = [import_module(f"guanxi.{name}.plugin") for name in DOMAINS]
    return [module.follow_events for module in modules if hasattr(module, "follow_events")]


def core_operations() -> list[SavedOperation]:
    """What the domains of the core offer to try in GraphiQL."""
    modules = [import_module(f"guanxi.{name}.plugin") for name in DOMAINS]
    return [one for module in modules if hasattr(module, "saved_operations") for one in module.saved_operations()]


def build_host(settings: Settings) -> PluginHost:
    """The plugin host with every sound plugin discovered."""
    host = PluginHost(core_parts(), dirs=settings.plugin_dirs)
    host.discover()
    return host


def app_set(settings: Settings | None = None) -> list[App]:
    """Every database app of this installation, dependencies first."""
    return [*CORE_APPS, *build_host(settings or Settings()).apps()]


async def migrate(settings: Settings) -> list[str]:
    """Bring the database to the newest migrations; what was applied, in order.

    A plugin of one file has no migrations: its tables are made where they are missing.
    """
    apps = app_set(settings)
    db = Database(settings, apps, role="owner")
    await db.open()
    try:
        done = await migrations.migrate(db)
        for label in _unmigrated(apps):
            done += [f"+{label}.{table}" for table in await migrations.create_tables(db, label)]
        return done
    finally:
        await db.close()


@asynccontextmanager
async def running(settings: Settings, *, work: bool = True) -> AsyncIterator[Installation]:
    """An open installation; ``work=False`` leaves due events to other processes."""
    host = build_host(settings)
    db = Database(settings, [*CORE_APPS, *host.apps()])
    await db.open()
    try:
        with db.bound():
            host.compose_all()
            platform = await _platform(settings, db, host)
            worker, runner, sealer = Worker(platform), Runner(HostJobs(platform)), Sealer(db)
            async with _hearing(settings, platform, runner):
                if work:
                    worker.start()
                    runner.start()
                    sealer.start()
                try:
                    yield Installation(settings, db, host, platform, worker, runner)
                finally:
                    await runner.stop()
                    await worker.stop()
                    await operations.engine_of(platform).settle()
                    await sealer.stop()
    finally:
        await db.close()


@asynccontextmanager
async def _hearing(settings: Settings, platform: HostPlatform, runner: Runner) -> AsyncIterator[None]:
    """Hear of what other processes commit: events for subscriptions, and jobs."""
    signals, relay = Signals(settings), Relay(platform.db, platform.followers, platform.origin)
    signals.on(CHANNEL, relay.hear)
    signals.on(orders.CHANNEL, lambda _: runner.wake())
    platform.relay = relay
    relay.start()
    signals.start()
    try:
        yield
    finally:
        await signals.stop()
        await relay.stop()


async def _platform(settings: Settings, db: Database, host: PluginHost) -> HostPlatform:
    caller = HookCaller(host, trace=settings.trace_hooks)
    made = HostPlatform(db, host, caller, await keys.cursor_key(settings), settings.backup_dir)
    made.core_facts, made.core_jobs, made.limits = core_facts(), core_jobs(), settings.limits
    made.core_operations = core_operations()
    made.core_followers = core_followers()
    made.files = LocalFiles(settings.files_dir)
    return made


async def plan_migrations(settings: Settings) -> list[str]:
    """What ``migrate`` would apply, in order."""
    apps = app_set(settings)
    db = Database(settings, apps, role="owner")
    await db.open()
    try:
        there = await db.table_names()
        wanted = [(label, model._meta.db_table) for label in _unmigrated(apps) for model in db.models_of(label)]
        return await migrations.plan(db) + [f"{label}.{table}" for label, table in wanted if table not in there]
    finally:
        await db.close()


def _unmigrated(apps: Sequence[App]) -> list[str]:
    return [one.label for one in apps if one.migrations is None]


async def generate_migrations() -> list[str]:
    """Write the migrations that the models need beyond those there are, dependencies first; the files' paths."""
    apps = app_set()
    db = Database(Settings(database_url="sqlite://:memory:"), apps, role="owner")
    await db.open()
    try:
        return await migrations.generate(db, [one.label for one in apps if one.migrations])
    finally:
        await db.close()


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; running requests are finished first."""
    logs.configure(level=settings.log_level)
    if settings.tracing and not tracing.start():
        raise tracing.unavailable()
    with exposition.serving(settings.metrics_host, settings.metrics_port):
        await _serve(settings)


async def _serve(settings: Settings) -> None:
    async with running(settings) as opened:
        serving = serve_installation(opened)
        metrics.LOOP_LAG.set_function(lambda: serving.lifecycle.lag_seconds)
        # What is loaded by now stays: the collector need not walk it while requests wait.
        gc.collect()
        gc.freeze()
        watchdog = Watchdog(opened.platform)
        watchdog.start()
        try:
            await serving.serve()
        finally:
            watchdog.stop()


def http_application(opened: Installation) -> Starlette:
    """Every address of an open installation."""
    gateway = InstallationGateway(opened.platform)
    routes = [
        *file_routes.routes(gateway.open_merchant, opened.platform.cursor_key),
        *source_routes.routes(gateway.open_shop, opened.settings.limits.body_bytes),
    ]
    return application.build(gateway, opened.settings, routes=routes)


def serve_installation(opened: Installation) -> server.DrainingServer:
    """The server of an open installation; await its ``serve()`` in the same loop."""
    asgi = http_application(opened)
    state = asgi.state
    return server.DrainingServer(server.configure(asgi, opened.settings), state.lifecycle, state.sockets)


async def export_schema(plugins: str) -> str:
    """The SDL of ``all``, ``none`` or the plugins named with commas between, as an administrator sees it."""
    host = build_host(Settings())
    db = Database(Settings(database_url="sqlite://:memory:"), [*CORE_APPS, *host.apps()], role="owner")
    await db.open()
    try:
        with db.bound():
            host.compose_all()
            chosen = {"all": list(host.loaded), "none": []}.get(plugins, plugins.split(","))
            return (await host.schema_for(chosen)).sdl()
    finally:
        await db.close()
