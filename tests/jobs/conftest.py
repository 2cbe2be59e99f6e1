"""A bench for the queue: merchants, kinds that note what they did, runners with a clock that tests move."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from guanxi import app, jobs
from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.hookspecs import JobKind
from guanxi.jobs.models import Job
from guanxi.jobs.service import Runner
from guanxi.jobs.service.host import Clock as ClockFunction
from guanxi.merchants.models import Merchant
from guanxi.merchants.service import ref_of
from guanxi.permissions import Permission
from guanxi.plugins.calls import HookCaller
from guanxi.plugins.host import PluginHost
from guanxi.plugins.platform import HostPlatform
from guanxi.testing.clock import Clock


@pytest.fixture
def app_set() -> list[App]:
    return list(app.CORE_APPS)


@dataclass
class Bench:
    """Implements JobHost without plugins; ``disabled`` are pairs of a merchant and a plugin."""

    platform: HostPlatform
    clock: Clock
    job_kinds: dict[str, JobKind] = field(default_factory=dict)
    disabled: set[tuple[UUID, str]] = field(default_factory=set)
    ran: list[Any] = field(default_factory=list)

    @property
    def db(self) -> Database:
        return self.platform.db

    async def list_shops(self) -> Sequence[MerchantRef]:
        return [ref_of(row) for row in await Merchant.all()]

    async def job_context(self, home_id: UUID, kind: str, clock: ClockFunction) -> Context | None:
        is_off = (home_id, kind.split(".", 1)[0]) in self.disabled
        return None if is_off else self.ctx_of(home_id, clock)

    async def run_job(self, ctx: Context, kind: JobKind, payload: dict[str, Any]) -> None:
        await self.platform.caller.run(kind.run, ctx, payload, seconds=kind.limit.total_seconds())

    def ctx_of(self, home_id: UUID, clock: ClockFunction | None = None) -> Context:
        actor = Actor("system", "system", frozenset(Permission.known))
        principal = Principal(MerchantRef(home_id, "shop", "Shop", "UTC"), actor)
        return Context(principal, self.platform, "t", clock=clock or self.clock)

    def declare(
        self, name: str, run: Callable[[Context, dict[str, Any]], Awaitable[None]] | None = None, **terms: Any
    ) -> None:
        """A kind; without ``run`` it notes its payload."""

        async def note(ctx: Context, payload: dict[str, Any]) -> None:
            self.ran.append(payload["n"])

        self.job_kinds[name] = JobKind(name=name, run=run or note, **terms)

    async def open_shop(self, timezone: str = "UTC") -> UUID:
        row = Merchant(id=uuid7(), slug=uuid7().hex[-20:], name="Shop", timezone=timezone, created_at=self.clock())
        await row.save(force_create=True)
        return row.id

    async def order(self, home_id: UUID, name: str, n: Any = 0, **terms: Any) -> UUID:
        with acting_for(home_id):
            return await jobs.enqueue(self.ctx_of(home_id), name, {"n": n}, **terms)

    async def job(self, home_id: UUID, job_id: UUID) -> Job:
        with acting_for(home_id):
            return await Job.get(id=job_id)

    async def states(self, home_id: UUID) -> list[str]:
        with acting_for(home_id):
            return [str(one) for one in await Job.all().order_by("id").values_list("state", flat=True)]

    async def tickets(self) -> int:
        return int((await self.db.fetch("SELECT count(*) AS n FROM job_ticket"))[0]["n"])

    def runner(self, **terms: Any) -> Runner:
        return Runner(self, **{"clock": self.clock, "draw": lambda: 1.0, **terms})

    @contextmanager
    def acting(self, home_id: UUID) -> Iterator[Context]:
        with acting_for(home_id):
            yield self.ctx_of(home_id)


@pytest.fixture
def bench(db: Database, clock: Clock, tmp_path: Path) -> Bench:
    host = PluginHost({}, points=[])
    made = Bench(HostPlatform(db, host, HookCaller(host), b"k" * 32, tmp_path), clock)
    made.platform.core_jobs = made.job_kinds
    return made


@pytest.fixture
async def shop(bench: Bench) -> UUID:
    return await bench.open_shop()


@pytest.fixture
async def other(bench: Bench) -> UUID:
    return await bench.open_shop()
