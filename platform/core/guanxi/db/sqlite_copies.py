"""A sound copy of a SQLite file that others write to meanwhile."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name"
APPLIED: Final = "SELECT app || '.' || name FROM tortoise_migrations ORDER BY id"
BUSY_SECONDS: Final = 60.0


class UnsoundCopyError(Exception):
    """The source is no database of ours, or it is damaged."""


def copy(source: Path, target: Path) -> tuple[dict[str, int], list[str]]:
    """Copy one moment of ``source`` into the empty file ``target`` and check it; rows by table, applied migrations.

    Raises: UnsoundCopyError.
    """
    if not source.is_file():
        raise UnsoundCopyError(f"there is no file {source}")
    try:
        with (
            closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as reading,
            closing(sqlite3.connect(target)) as copied,
        ):
            reading.backup(copied)  # in one step: with several, each write of others would begin it anew
            copied.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            return _checked(copied)
    except sqlite3.Error as error:
        raise UnsoundCopyError(f"{source}: {error}") from error


def fault_of(path: Path) -> str | None:
    """What is wrong with a file that is served; None where its pages and foreign keys are sound."""
    with closing(sqlite3.connect(path)) as connection:
        [(said,), *_] = connection.execute("PRAGMA quick_check(1)").fetchall()
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    if said != "ok":
        return str(said)
    return f"{len(broken)} rows point nowhere" if broken else None


def _checked(copied: sqlite3.Connection) -> tuple[dict[str, int], list[str]]:
    [(said,), *_] = copied.execute("PRAGMA integrity_check").fetchall()
    if said != "ok":
        raise UnsoundCopyError(str(said))
    broken = copied.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise UnsoundCopyError(f"{len(broken)} rows point nowhere, the first in {broken[0][0]}")
    names = [name for (name,) in copied.execute(TABLES)]
    if "merchant" not in names or "tortoise_migrations" not in names:
        raise UnsoundCopyError("it is no database of guanxi")
    rows = {name: copied.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    return rows, [name for (name,) in copied.execute(APPLIED)]
