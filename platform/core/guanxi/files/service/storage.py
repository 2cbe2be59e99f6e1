"""Where contents are kept: a small port, and the folder on the local disk that implements it."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast
from uuid import UUID

from guanxi.context import Context
from guanxi.db.fields import uuid7


class FileStore(Protocol):
    """Keeps contents by place. Calls block, so they are made in a thread."""

    def temporary(self) -> Path:
        """A new path on the local disk to write a content to, before it is kept."""

    def keep(self, written: Path, merchant: UUID, file: UUID) -> str:
        """Take over a content that is complete; its place. All of it is there afterwards, or nothing."""

    def path_of(self, place: str) -> Path:
        """The content as a file that can be read. Raises: FileNotFoundError."""

    def remove(self, place: str) -> None:
        """Forget a content; one that is gone already is fine."""

    def places(self, older_than_seconds: float) -> Iterator[str]:
        """Every place that was written longer ago than that."""

    def remove_temporaries(self, older_than_seconds: float) -> int:
        """Remove what uploads left behind that were cut off; how many."""


class LocalFiles:
    """Implements FileStore in one folder: ``MERCHANT/FILE``, and ``tmp`` for what is not complete."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    def temporary(self) -> Path:
        """A path in the same file system, so that keeping is a rename."""
        folder = self.folder / "tmp"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / uuid7().hex

    def keep(self, written: Path, merchant: UUID, file: UUID) -> str:
        """Flush and rename. The name is new for each content: of two that race for a file, one is an orphan."""
        place = f"{merchant.hex}/{file.hex}-{uuid7().hex[-12:]}"
        target = self.folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(written, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        written.replace(target)
        return place

    def path_of(self, place: str) -> Path:
        """The content's path."""
        path = self.folder / place
        if not path.is_file():
            raise FileNotFoundError(place)
        return path

    def remove(self, place: str) -> None:
        """Unlink it."""
        (self.folder / place).unlink(missing_ok=True)

    def places(self, older_than_seconds: float) -> Iterator[str]:
        """Every content on the disk."""
        for path in self._old(self.folder.glob("*/*-*"), older_than_seconds):
            yield str(path.relative_to(self.folder))

    def remove_temporaries(self, older_than_seconds: float) -> int:
        """Those that nobody writes to any more."""
        removed = 0
        for path in self._old((self.folder / "tmp").glob("*"), older_than_seconds):
            path.unlink(missing_ok=True)
            removed += 1
        return removed

    def _old(self, paths: Iterator[Path], seconds: float) -> Iterator[Path]:
        before = time.time() - seconds
        return (path for path in paths if path.is_file() and path.stat().st_mtime <= before)


class FilesPlatform(Protocol):
    """What this domain needs of the platform beside what everybody does."""

    files: FileStore

    async def ask_plugins(self, ctx: Context, hook: str, **arguments: object) -> list[object]:
        """What each enabled plugin answers to a hook, in order. Raises: PluginFailedError where one fails."""


def platform_of(ctx: Context) -> FilesPlatform:
    """The platform with its storage."""
    return cast(FilesPlatform, ctx.platform)


def store_of(ctx: Context) -> FileStore:
    """The installation's storage."""
    return platform_of(ctx).files
