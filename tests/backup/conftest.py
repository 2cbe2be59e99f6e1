"""An installation with two shops that a process of its own writes to, and an empty database beside it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from guanxi import app, cli
from guanxi.context import Context
from guanxi.merchants import service as merchants
from guanxi.settings import Settings
from guanxi.staff import service as staff
from guanxi.testing.databases import Templates

SHOPS = ("tea", "silk")


def environment(settings: Settings) -> dict[str, str]:
    given = {
        "GUANXI_DATABASE_URL": settings.database_url,
        "GUANXI_OWNER_URL": settings.owner_url or "",
        "GUANXI_KEYS": settings.keys.get_secret_value(),
        "GUANXI_KEY_FILE": str(settings.key_file or ""),
        "GUANXI_BACKUP_DIR": str(settings.backup_dir),
    }
    return {**os.environ, **{name: value for name, value in given.items() if value}}


@dataclass
class Writer:
    """The process that writes, and the numbers that it has said so far."""

    process: "subprocess.Popen[str]"

    def next_number(self) -> int:
        line = self.process.stdout.readline() if self.process.stdout else ""
        assert line, "the writer has ended"
        return int(line)


@contextmanager
def writing(settings: Settings) -> Iterator[Writer]:
    script = Path(__file__).parent / "backup_writer.py"
    process = subprocess.Popen(
        [sys.executable, str(script), *SHOPS], env=environment(settings), stdout=subprocess.PIPE, text=True
    )
    try:
        yield Writer(process)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def write() -> Any:
    """``with write(settings) as writer``."""
    return writing


@pytest.fixture
def run() -> Any:
    """``run(settings, *arguments)``: a command line; its exit code and what it printed."""

    def command(settings: Settings, *arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli.app, list(arguments), env=environment(settings))
        return done.exit_code, done.output

    return command


@pytest.fixture
def shops(database_settings: Settings) -> Settings:
    """The database with two shops."""

    async def work() -> None:
        async with app.running(database_settings, work=False) as opened:
            with opened.db.bound():
                founder = Context(staff.platform_principal(), opened.platform, "test")
                for slug in SHOPS:
                    await staff.found_merchant(founder, merchants.NewMerchant(slug=slug, name=slug))

    asyncio.run(work())
    return database_settings


@pytest.fixture
def beside(database_settings: Settings, templates: Templates, tmp_path: Path) -> Iterator[Settings]:
    """Where a backup is restored to: a database without a table, with the same keys."""
    keys: dict[str, Any] = {"backup_dir": tmp_path / "backups", "keys": database_settings.keys}
    if database_settings.database_url.startswith("sqlite://"):
        source = Path(f"{database_settings.database_url.removeprefix('sqlite://')}.keys")
        keys["key_file"] = database_settings.key_file or source
        yield Settings(database_url=f"sqlite://{tmp_path / 'restored.db'}").model_copy(update=keys)
        return
    name = f"restored_{next(templates.numbers)}"
    asyncio.run(templates.server().create(name))
    keys["key_file"] = database_settings.key_file
    yield templates.settings(name).model_copy(update=keys)
    asyncio.run(templates.server().drop(name))
