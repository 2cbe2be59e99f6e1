"""An import that is killed again and again takes every row once."""

import asyncio
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from guanxi.customers.models import Customer
from guanxi.db.database import Database
from guanxi.db.merchant import current_merchant
from guanxi.settings import Settings
from guanxi.testing import counts
from guanxi.testing.dirty_files import dirty_export
from guanxi.transfers import service
from guanxi.transfers.models import ImportProblem
from guanxi.transfers.service import ImportOptions

SCRIPT = Path(__file__).with_name("importing.py")
PAGE = 5


async def test_a_killed_import_resumes_exactly(
    shop: Any, db: Database, database_settings: Settings, keep: Callable[..., Awaitable[UUID]], tmp_path: Path
) -> None:
    kills, chance = counts.scaled(30), random.Random(7)
    dirty = dirty_export(kills * 4 * PAGE)
    row = await service.start_import(shop.ctx, await keep(dirty.content), ImportOptions(), is_queued=False)
    reached = (database_settings.database_url, database_settings.key_file or "")
    arguments = [*reached, tmp_path / "kept", shop.ctx.merchant.id, row.id.hex, PAGE]

    for _ in range(kills):
        await start_and_kill([str(one) for one in arguments], chance)
        await assert_exact_so_far(db)
    done = await service.run_import(shop.ctx, row.id)

    assert (done.state, done.created_count, done.rows_refused) == ("done", dirty.sound, len(dirty.problems))
    assert await Customer.all().count() == dirty.sound
    found = await ImportProblem.filter(is_warning=False)
    assert sorted((one.row, one.code) for one in found) == sorted(dirty.problems)


async def start_and_kill(arguments: list[str], chance: random.Random) -> None:
    """SIGKILL it some pages on, at any point of a page."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SCRIPT), *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    for _ in range(chance.randint(1, 2)):
        assert await process.stdout.readline(), "it ended before it was killed"
    await asyncio.sleep(chance.uniform(0, 0.05))
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    assert process.returncode == -signal.SIGKILL


async def assert_exact_so_far(db: Database) -> None:
    """The import and the rows tell the same. One statement: PostgreSQL may be about to commit what came last."""
    (told,) = await db.fetch(
        "SELECT i.created_count, i.problem_count,"
        " (SELECT count(*) FROM customer c WHERE c.merchant_id = i.merchant_id) AS customers,"
        " (SELECT count(*) FROM import_problem p WHERE p.merchant_id = i.merchant_id) AS problems"
        " FROM file_import i WHERE i.merchant_id = ?1",
        [current_merchant()],
    )

    assert (told["customers"], told["problems"]) == (told["created_count"], told["problem_count"])
    assert told["customers"] > 0
