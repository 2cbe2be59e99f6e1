"""A worker process of the kill tests: ``python job_worker.py FOLDER DATABASE_URL``; runs until it is killed."""

import asyncio
import os
import random
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from guanxi import app, jobs
from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.db.database import Database
from guanxi.hookspecs import JobKind
from guanxi.jobs.service import Runner
from guanxi.jobs.service.host import Clock
from guanxi.permissions import Permission
from guanxi.plugins.calls import HookCaller
from guanxi.plugins.host import PluginHost
from guanxi.plugins.platform import HostPlatform
from guanxi.settings import Settings

LEASE = timedelta(seconds=3)


class WorkerHost:
    """Implements JobHost with one kind, whose runs leave a mark each in the folder while they last."""

    def __init__(self, platform: HostPlatform, folder: Path) -> None:
        self.platform, self.db, self.folder = platform, platform.db, folder
        self.job_kinds = {"test.mark": JobKind(name="test.mark", run=self.mark, retries=1_000, lease=LEASE)}
        platform.core_jobs = self.job_kinds

    async def list_shops(self) -> Sequence[MerchantRef]:
        return []

    async def job_context(self, home_id: UUID, kind: str, clock: Clock) -> Context:
        actor = Actor("system", "system", frozenset(Permission.known))
        return Context(Principal(MerchantRef(home_id, "shop", "Shop", "UTC"), actor), self.platform, "t", clock=clock)

    async def run_job(self, ctx: Context, kind: JobKind, payload: dict[str, Any]) -> None:
        await kind.run(ctx, payload)

    async def mark(self, ctx: Context, payload: dict[str, Any]) -> None:
        """Complain where another living process runs the same job or another one of its lane."""
        names = [f"job-{payload['n']}", f"lane-{payload['lane']}"]
        for name in names:
            self._enter(self.folder / name)
        await asyncio.sleep(random.random() * 0.02)
        async with ctx.transaction():
            await jobs.report_progress(ctx, 1, 1)
        await asyncio.sleep(random.random() * 0.02)
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def _enter(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            other = int(path.read_text() or 0)
            if other and _is_alive(other):
                (self.folder / f"overlap-{path.name}-{other}-{os.getpid()}").touch()
        path.write_text(str(os.getpid()))


def _is_alive(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


async def main(folder: str, url: str) -> None:
    db = Database(Settings(database_url=url, readers=1, pool_size=4), app.CORE_APPS)
    await db.open()
    with db.bound():
        host = PluginHost({}, points=[])
        worker = WorkerHost(HostPlatform(db, host, HookCaller(host), b"k" * 32, Path(folder)), Path(folder))
        Runner(worker, size=4).start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
