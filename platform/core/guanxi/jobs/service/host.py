"""What the runner needs of the plugin host, without importing it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from guanxi.context import Context, MerchantRef
from guanxi.db.database import Database
from guanxi.hookspecs import JobKind

Clock = Callable[[], datetime]


class JobHost(Protocol):
    """Who offers jobs, and for whom."""

    @property
    def db(self) -> Database:
        """Where the queue is."""

    @property
    def job_kinds(self) -> Mapping[str, JobKind]:
        """Every kind that this process can run, by name."""

    async def list_shops(self) -> Sequence[MerchantRef]:
        """All merchants."""

    async def job_context(self, home_id: UUID, kind: str, clock: Clock) -> Context | None:
        """The system, acting for a merchant, which is bound; None where it may not run jobs of this kind now."""

    async def run_job(self, ctx: Context, kind: JobKind, payload: dict[str, Any]) -> None:
        """One try. Raises: whatever it raises, as an ``Exception`` in any case; TimeoutError."""
