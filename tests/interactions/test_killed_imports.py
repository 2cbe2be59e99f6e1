"""An import that is killed again and again loses nothing and records nothing twice."""

import asyncio
import random
import signal
import sys
from pathlib import Path
from typing import Any

from guanxi.db.database import Database
from guanxi.db.merchant import current_merchant
from guanxi.interactions import service
from guanxi.interactions.rules.presets import read_cdnow
from guanxi.settings import Settings
from guanxi.testing import counts

SCRIPT = Path(__file__).with_name("importing.py")
ROWS, PAGE = 6_000, 50


async def test_a_killed_import_resumes_exactly(
    part_of: Any, db: Database, database_settings: Settings, cdnow_shop: Any
) -> None:
    path, chance = part_of(ROWS), random.Random(7)
    amounts = [line.amount_minor for line in map(read_cdnow, path.read_bytes().splitlines()) if line]

    for _ in range(counts.scaled(60)):
        await start_and_kill(database_settings.database_url, cdnow_shop, path, chance)
        await assert_exact_so_far(db, amounts)
    done = await service.resume(cdnow_shop.ctx, db)

    assert (done.state, done.rows_done, done.interactions_created) == ("done", ROWS, ROWS)
    await assert_exact_so_far(db, amounts)


async def start_and_kill(url: str, shop: Any, path: Path, chance: random.Random) -> None:
    """SIGKILL it some pages on, at any point of a page."""
    arguments = [str(SCRIPT), url, str(shop.ctx.merchant.id), str(path), str(PAGE)]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(chance.randint(1, 4)):
        assert await process.stdout.readline(), "it ended before it was killed"
    await asyncio.sleep(chance.uniform(0, 0.05))
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    assert process.returncode == -signal.SIGKILL


async def assert_exact_so_far(db: Database, amounts: list[int]) -> None:
    """The run and the rows tell the same, and it is what the file says. One statement: PostgreSQL may be about
    to commit what the killed process sent last."""
    rows = await db.fetch(
        "SELECT i.amount_minor, r.rows_done FROM import_run r"
        " LEFT JOIN interaction i ON i.merchant_id = r.merchant_id WHERE r.merchant_id = ?1 ORDER BY i.id",
        [current_merchant()],
    )
    recorded = [row["amount_minor"] for row in rows if row["amount_minor"] is not None]

    assert len(recorded) == rows[0]["rows_done"]
    assert recorded == amounts[: len(recorded)]
