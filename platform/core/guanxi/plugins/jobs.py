"""What the job runner needs of the host: who may run which jobs now, and each try contained."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.db.database import Database
from guanxi.hookspecs import JobKind
from guanxi.jobs.service.host import Clock
from guanxi.merchants.models import Merchant
from guanxi.merchants.service import ref_of
from guanxi.permissions import Permission
from guanxi.plugins import enablement
from guanxi.plugins.platform import HostPlatform


class HostJobs:
    """Implements guanxi.jobs.service.host.JobHost over the platform of an installation."""

    def __init__(self, platform: HostPlatform) -> None:
        self.platform = platform

    @property
    def db(self) -> Database:
        """Where the queue is."""
        return self.platform.db

    @property
    def job_kinds(self) -> Mapping[str, JobKind]:
        """Those of the core and of every loaded plugin."""
        return self.platform.job_kinds

    async def list_shops(self) -> Sequence[MerchantRef]:
        """All merchants."""
        return [ref_of(row) for row in await Merchant.all()]

    async def job_context(self, home_id: UUID, kind: str, clock: Clock) -> Context | None:
        """The system, acting for a merchant; None where there is none, or it has the kind's plugin not enabled."""
        row = await Merchant.get_or_none(id=home_id)
        if row is None:
            return None
        enabled = await enablement.plugins_of(home_id, clock())
        plugin = kind.split(".", 1)[0]
        if kind not in self.platform.core_jobs and plugin not in self.platform.host.closure(enabled):
            return None
        schema = await self.platform.schema_for(enabled)
        actor = Actor("system", plugin, frozenset(Permission.known))
        principal = Principal(ref_of(row), actor, enabled, row.epoch)
        return Context(principal, self.platform, request_id=f"job {kind}", clock=clock, schema=schema)

    async def run_job(self, ctx: Context, kind: JobKind, payload: dict[str, Any]) -> None:
        """One try."""
        await self.platform.caller.run(kind.run, ctx, payload, seconds=kind.limit.total_seconds())
