"""What ``guanxi doctor`` looks at; each check says what it found and what cures it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tortoise.exceptions import BaseORMException

from guanxi import app
from guanxi.crypto import UnusableKeysError
from guanxi.db import migrations, sealing, sqlite_copies
from guanxi.db.database import Database
from guanxi.settings import Settings
from guanxi.telemetry import tracing

State = Literal["ok", "warn", "fail"]
ENOUGH_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    said: str
    cure: str = ""


async def run_all(settings: Settings) -> list[Check]:
    """Every check; those that need the database only where it can be opened."""
    host = app.build_host(settings)
    found = [_plugins({one: [str(fault) for fault in faults] for one, faults in host.faults.items()})]
    found += [_disk("backup folder", settings.backup_dir), _tracing(settings), _hosts(settings), _signing(settings)]
    async with _opened(settings, Database(settings, [*app.CORE_APPS, *host.apps()])) as opened:
        if isinstance(opened, Check):
            return [opened, *found]
        checks = [Check("database", "ok", f"{opened.dialect}, behind its walls"), await _migrations(opened), _keys()]
        return [*checks, *(_sqlite(settings) if opened.dialect == "sqlite" else ()), *found]


@asynccontextmanager
async def _opened(settings: Settings, db: Database) -> AsyncIterator[Database | Check]:
    if settings.database_url.startswith("sqlite://") and not _file_of(settings).exists():
        yield Check("database", "fail", f"there is no file {_file_of(settings)}", "Run: guanxi migrate")
        return
    try:
        await db.open()
    except (BaseORMException, OSError, ValueError) as error:
        yield Check(
            "database", "fail", f"{error}", "Check GUANXI_DATABASE_URL and GUANXI_OWNER_URL; then: guanxi migrate"
        )
        return
    try:
        with db.bound():
            yield db
    finally:
        await db.close()


async def _migrations(db: Database) -> Check:
    waiting = await migrations.plan(db)
    if waiting:
        return Check("migrations", "fail", f"{len(waiting)} wait, first {waiting[0]}", "Run: guanxi migrate")
    return Check("migrations", "ok", "all are applied")


def _keys() -> Check:
    try:
        sealing.current_ring()
    except UnusableKeysError as error:
        return Check("master keys", "fail", str(error), "Put the key file back, or set GUANXI_KEYS.")
    return Check("master keys", "ok", "they can be read; keep a copy apart from the backups")


def _sqlite(settings: Settings) -> list[Check]:
    path = _file_of(settings)
    problem = sqlite_copies.fault_of(path)
    sound = Check("file", "ok", "its pages and foreign keys are sound")
    if problem is not None:
        sound = Check("file", "fail", problem, "Stop serving and restore the last backup: guanxi restore FILE")
    return [sound, _disk("disk of the database", path.parent)]


def _disk(name: str, folder: Path) -> Check:
    there = next((one for one in (folder.absolute(), *folder.absolute().parents) if one.exists()), Path("/"))
    free = shutil.disk_usage(there).free
    if free < ENOUGH_BYTES:
        return Check(
            name, "warn", f"{free // 1_000_000} MB are free", "Make room: a backup needs as much as the database."
        )
    return Check(name, "ok", f"{free // 1_000_000_000} GB are free")


def _plugins(faults: dict[str, list[str]]) -> Check:
    if faults:
        name, said = next(iter(faults.items()))
        return Check("plugins", "warn", f"{name} does not load: {said[0]}", "Repair it, or take it away.")
    return Check("plugins", "ok", "all that were found can be loaded")


def _tracing(settings: Settings) -> Check:
    if settings.tracing and not tracing.is_available():
        return Check("tracing", "fail", "OpenTelemetry is not installed", "Run: pip install 'guanxi[otel]'")
    return Check("tracing", "ok", "on" if settings.tracing else "off")


def _hosts(settings: Settings) -> Check:
    if settings.host not in {"127.0.0.1", "localhost", "::1"} and "*" in settings.allowed_hosts:
        return Check("hosts", "warn", "every Host header is accepted", "Name your hosts in GUANXI_ALLOWED_HOSTS.")
    if settings.metrics_port and settings.metrics_host not in {"127.0.0.1", "localhost", "::1"}:
        return Check("hosts", "warn", "metrics can be read from outside", "Let a firewall keep others from that port.")
    return Check("hosts", "ok", f"{settings.host}:{settings.port}")


def _signing(settings: Settings) -> Check:
    if settings.secret_key and len(settings.secret_key) < 32:
        return Check("secret key", "warn", "it is short", "Use 32 characters or more in GUANXI_SECRET_KEY.")
    return Check("secret key", "ok", "set" if settings.secret_key else "kept in the database")


def _file_of(settings: Settings) -> Path:
    return Path(settings.database_url.split("://", 1)[1])
