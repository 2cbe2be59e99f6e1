"""Kinds that run by the clock: one row for each kind and time zone, one job for each merchant of the zone."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from guanxi.context import MerchantRef
from guanxi.db.merchant import acting_for
from guanxi.hookspecs import JobKind
from guanxi.jobs.rules import cron
from guanxi.jobs.service import orders
from guanxi.jobs.service.host import Clock, JobHost
from guanxi.jobs.service.queue import moment_of

log = logging.getLogger("guanxi.jobs")

LEASE: Final = timedelta(minutes=5)
KEY: Final = "cron"
KEEP: Final = """
INSERT INTO job_schedule (name, kind, timezone, cron, next_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, next_at = excluded.next_at
WHERE job_schedule.cron <> excluded.cron
"""
FREE: Final = "next_at <= ?1 AND (leased_until IS NULL OR leased_until <= ?1)"
DUE: Final = f"SELECT name, kind, timezone, cron, next_at FROM job_schedule WHERE {FREE}"
TAKE: Final = f"UPDATE job_schedule SET leased_until = ?3 WHERE name = ?2 AND {FREE}"
ADVANCE: Final = "UPDATE job_schedule SET next_at = ?2, leased_until = NULL WHERE name = ?1 AND leased_until = ?3"


async def keep_schedules(host: JobHost, now: datetime) -> None:
    """A row for each kind with a cron expression and each zone that a merchant has."""
    kinds = [kind for kind in host.job_kinds.values() if kind.cron]
    zones = {shop.timezone for shop in await host.list_shops()} if kinds else set()
    rows = [_row(kind, zone, now) for kind in kinds for zone in sorted(zones)]
    if rows:
        await host.db.execute_many(KEEP, rows)


async def order_due(host: JobHost, clock: Clock) -> None:
    """Order what the clock says. A time that no worker was there for is made up for once; its next one is after now."""
    now = clock()
    for row in await host.db.fetch(DUE, [now]):
        kind = host.job_kinds.get(row["kind"])
        if kind is not None and await host.db.execute(TAKE, [now, row["name"], now + LEASE]):
            for shop in await host.list_shops():
                if shop.timezone == row["timezone"]:
                    await _order(host, shop, kind, clock)
            following = cron.next_after(row["cron"], now, ZoneInfo(row["timezone"]))
            await host.db.execute(ADVANCE, [row["name"], following, now + LEASE])


async def next_times(host: JobHost) -> Mapping[str, datetime | None]:
    """When each schedule comes next, by its name."""
    rows = await host.db.fetch("SELECT name, next_at FROM job_schedule")
    return {row["name"]: moment_of(row["next_at"]) for row in rows}


def _row(kind: JobKind, zone: str, now: datetime) -> list[Any]:
    text = kind.cron or ""
    return [f"{kind.name}@{zone}", kind.name, zone, text, cron.next_after(text, now, ZoneInfo(zone))]


async def _order(host: JobHost, shop: MerchantRef, kind: JobKind, clock: Clock) -> None:
    try:
        with acting_for(shop.id):
            ctx = await host.job_context(shop.id, kind.name, clock)
            if ctx is not None:
                await orders.enqueue(ctx, kind.name, {}, key=KEY)
    except Exception:
        log.exception("the job %s of merchant %s cannot be ordered", kind.name, shop.slug)
