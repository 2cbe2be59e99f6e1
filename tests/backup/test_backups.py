"""A backup taken while others write comes back whole, and nothing that is no backup comes back at all."""

import asyncio
import stat
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from guanxi import app
from guanxi.customers.models import ContactPoint, Customer
from guanxi.db import backups
from guanxi.db.backups import BackupError
from guanxi.db.merchant import acting_for
from guanxi.errors import ConflictError
from guanxi.merchants.models import Merchant
from guanxi.settings import Settings
from guanxi.testing import counts


def back_up(settings: Settings, path: Path) -> backups.Contents:
    return asyncio.run(backups.back_up(settings, path))


async def read(settings: Settings) -> tuple[set[int], Counter[int], int]:
    """Numbers of customers, how many contact points each has, and how many merchants there are."""
    async with app.running(settings, work=False) as opened:
        with opened.db.bound():
            shops = await Merchant.all()
            numbers: set[int] = set()
            points: Counter[int] = Counter()
            for shop in shops:
                with acting_for(shop.id):
                    names = {row.id: int(row.display_name) for row in await Customer.all()}
                    numbers |= set(names.values())
                    points.update([names[row.customer_id] for row in await ContactPoint.all()])
    return numbers, points, len(shops)


def test_a_backup_under_write_load_comes_back_whole(
    shops: Settings, beside: Settings, write: Any, run: Any, tmp_path: Path
) -> None:
    path = tmp_path / f"backup{backups.suffix_of(shops)}"
    with write(shops) as writer:
        acked = [writer.next_number() for _ in range(counts.scaled(300, minimum=30))]
        made = back_up(shops, path)
        after = [writer.next_number() for _ in range(10)]

    code, said = run(beside, "restore", str(path))
    numbers, points, merchants = asyncio.run(read(beside))

    assert code == 0, said
    assert "2 audit chains are whole" in said
    assert set(acked) <= numbers  # what was acknowledged before the backup began is in it
    assert numbers == set(range(max(numbers) + 1))  # one moment: nothing later without what was before
    assert set(points.values()) == {3}
    assert len(points) == len(numbers) == made.rows["customer"]
    assert merchants == made.rows["merchant"] == 2
    assert after[-1] > acked[-1]  # the writer went on
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_or_foreign_file_brings_nothing(shops: Settings, beside: Settings, tmp_path: Path) -> None:
    path = tmp_path / "good"
    back_up(shops, path)
    content = path.read_bytes()
    files = {"short": content[: len(content) // 2], "none": b"", "other": b"not a backup" * 99}
    if beside.owner_url:
        asyncio.run(app.migrate(beside))

    for name, wrong in files.items():
        (tmp_path / name).write_bytes(wrong)
        with pytest.raises(BackupError) as error:
            asyncio.run(backups.restore(beside, tmp_path / name))
        assert error.value.hint is not None

    assert not (tmp_path / "restored.db").exists()
    assert asyncio.run(backups.restore(beside, path)).rows["merchant"] == 2


def test_a_backup_goes_over_nothing_that_is_there(shops: Settings, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    back_up(shops, path)
    before = path.read_bytes()

    with pytest.raises(ConflictError):
        back_up(shops, path)
    with pytest.raises(ConflictError):
        asyncio.run(backups.restore(shops, path))

    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


def test_the_command_names_the_file_itself(shops: Settings, run: Any) -> None:
    code, said = run(shops, "backup")

    [made] = list(shops.backup_dir.iterdir())
    assert code == 0, said
    assert made.name.startswith("guanxi-")
    assert str(made) in said
    assert "master keys" in said
