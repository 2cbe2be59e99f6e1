"""Workers killed at random: nothing is lost, nothing runs twice at once."""

import asyncio
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from guanxi.context import utc_now
from guanxi.db.merchant import acting_for
from guanxi.jobs.models import Job
from guanxi.settings import Settings
from guanxi.testing import counts

WORKER = str(Path(__file__).with_name("job_worker.py"))
WORKERS = 2


class Crew:
    """Worker processes, of which one after the other is killed and replaced."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.command = [sys.executable, WORKER, str(folder), settings.database_url]
        self.processes: list[subprocess.Popen[str]] = []

    def add(self) -> None:
        process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)

    async def kill_one(self) -> None:
        """The one that has worked longest, at a random moment of its work."""
        process = self.processes.pop(0)
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == "ready\n"
        await asyncio.sleep(random.random() * 0.3)
        end(process)
        self.add()


def end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


@contextmanager
def working(settings: Settings, folder: Path) -> Iterator[Crew]:
    crew = Crew(settings, folder)
    try:
        for _ in range(WORKERS):
            crew.add()
        yield crew
    finally:
        for process in crew.processes:
            end(process)


async def test_nothing_is_lost_and_nothing_runs_twice_at_once(
    bench: Any, shop: UUID, other: UUID, database_settings: Settings, tmp_path: Path
) -> None:
    bench.declare("test.mark", retries=1_000)
    bench.clock.moment = utc_now()
    folder, kills = tmp_path / "marks", counts.scaled(40, 2)
    folder.mkdir()
    for n in range(30 * kills):
        home = (shop, other)[n % 2]
        with bench.acting(home) as ctx:
            await enqueue_marked(ctx, n, f"{home.hex}-{n % 10}")

    with working(database_settings, folder) as crew:
        for _ in range(kills):
            await crew.kill_one()
        await until_done(bench, (shop, other))

    overlaps = [path.name for path in folder.iterdir() if path.name.startswith("overlap")]
    assert (overlaps, await bench.tickets()) == ([], 0)


async def enqueue_marked(ctx: Any, n: int, lane: str) -> None:
    from guanxi import jobs

    await jobs.enqueue(ctx, "test.mark", {"n": n, "lane": lane}, lane=lane)


async def until_done(bench: Any, homes: tuple[UUID, ...]) -> None:
    async with asyncio.timeout(120 if not counts.is_soaking() else 1_800):
        for home in homes:
            with acting_for(home):
                while await Job.exclude(state="done").exists():  # noqa: ASYNC110 - other processes set no event
                    await asyncio.sleep(0.1)
