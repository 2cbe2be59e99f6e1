"""Backups of a whole installation while it serves, and bringing one back: the same two calls for both databases."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from guanxi.db import connecting, postgres_dumps, sqlite_copies
from guanxi.errors import ConflictError, GuanxiError, Text
from guanxi.settings import Settings


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds, or what a restore brought: rows of each table, and the migrations that made the tables."""

    rows: dict[str, int]
    migrations: list[str]


class BackupError(GuanxiError):
    """A backup that cannot be made, or a file that is none."""

    code = "BACKUP_FAILED"


async def back_up(settings: Settings, path: Path) -> Contents:
    """Write one moment of the database to ``path``, readable by its owner alone, while others go on writing.

    The file has its name only when it is whole, checked and on the disk.

    Raises:
        ConflictError: there is such a file.
        BackupError: the copy is not sound.
    """
    if await asyncio.to_thread(path.exists):
        raise _taken(path)
    partial = path.with_name(f"{path.name}.part")
    await asyncio.to_thread(_prepare, partial)
    try:
        if _is_sqlite(settings):
            rows, migrations = await asyncio.to_thread(sqlite_copies.copy, _file_of(settings), partial)
        else:
            rows, migrations = await postgres_dumps.dump(settings, partial)
        await asyncio.to_thread(_finish, partial, path)
    except sqlite_copies.UnsoundCopyError as error:
        raise _unsound(str(error)) from error
    finally:
        await asyncio.to_thread(partial.unlink, missing_ok=True)
    return Contents(rows, migrations)


async def restore(settings: Settings, path: Path) -> Contents:
    """Bring a backup back: on SQLite to where no file is, on PostgreSQL into migrated tables without a row.

    All of it or nothing. Foreign keys and counts are checked before anything counts as restored.

    Raises:
        ConflictError: something is there already, or the tables are of other migrations.
        BackupError: the file is no backup of this kind of database, or is damaged.
    """
    try:
        if _is_sqlite(settings):
            target = _file_of(settings)
            if await asyncio.to_thread(target.exists):
                raise _taken(target)
            rows, migrations = await asyncio.to_thread(_restore_file, path, target)
        else:
            rows, migrations = await postgres_dumps.load(settings, path)
    except (sqlite_copies.UnsoundCopyError, postgres_dumps.UnreadableDumpError) as error:
        raise _unsound(str(error)) from error
    except postgres_dumps.UnfitTargetError as error:
        raise _unfit(str(error)) from error
    return Contents(rows, migrations)


def suffix_of(settings: Settings) -> str:
    """What a backup's name ends with."""
    return ".db" if _is_sqlite(settings) else ".tar.gz"


def _restore_file(path: Path, target: Path) -> tuple[dict[str, int], list[str]]:
    partial = target.with_name(f"{target.name}.part")
    _prepare(partial)
    try:
        found = sqlite_copies.copy(path, partial)
        _finish(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return found


def _prepare(partial: Path) -> None:
    """An empty file that nobody else may read."""
    partial.parent.mkdir(parents=True, exist_ok=True)
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _finish(partial: Path, path: Path) -> None:
    """On the disk first, then its name."""
    for one in (partial, partial.parent):
        number = os.open(one, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
    os.link(partial, path)  # unlike rename, it replaces nothing


def _is_sqlite(settings: Settings) -> bool:
    return connecting.dialect_of(settings.database_url) == "sqlite"


def _file_of(settings: Settings) -> Path:
    return Path(settings.database_url.split("://", 1)[1])


def _taken(path: Path) -> ConflictError:
    return ConflictError(
        Text(f"{path} exists already.", f"{path} 已存在。"),
        hint=Text("Name another file, or move this one away.", "请换一个文件名，或先移走该文件。"),
    )


def _unsound(reason: str) -> BackupError:
    return BackupError(
        Text(f"The backup is not sound: {reason}.", f"备份不完整：{reason}。"),
        hint=Text(
            "Use another backup; run guanxi doctor on the source.", "请使用其他备份，并对源库运行 guanxi doctor。"
        ),
    )


def _unfit(reason: str) -> ConflictError:
    return ConflictError(
        Text(f"The backup does not fit this database: {reason}.", f"备份与该数据库不匹配：{reason}。"),
        hint=Text(
            "Restore into an empty database, with the version of guanxi and the plugins that made the backup.",
            "请使用生成备份的 guanxi 版本和插件，恢复到空数据库。",
        ),
    )
