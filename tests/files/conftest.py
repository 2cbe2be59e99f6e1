"""A shop with a folder for files, and bytes of many kinds."""

import io
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.files import permissions
from guanxi.files.service import LocalFiles
from guanxi.permissions import SIGNED_IN
from guanxi.testing.desk import BarePlatform, Desk

NOON = datetime(2026, 11, 1, 4, tzinfo=UTC)
EVERYTHING = frozenset({SIGNED_IN, permissions.UPLOAD_FILES, permissions.READ_FILES})


@dataclass
class Platform(BarePlatform):
    """And a folder; ``answers`` are what plugins say of a file."""

    files: LocalFiles = field(kw_only=True)
    answers: list[Any] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)

    async def ask_plugins(self, _ctx: Context, hook: str, **arguments: Any) -> list[Any]:
        self.asked.append((hook, arguments["file"].path.read_bytes()))
        return self.answers


@pytest.fixture
def app_set() -> Sequence[App]:
    return [App("files", "guanxi.files.models", "guanxi.files.migrations")]


@pytest.fixture
def open_shop(db: Database, tmp_path: Path) -> Callable[[str], Desk]:
    """Shops share one folder, as they share one installation."""

    def opened(slug: str) -> Desk:
        platform: Any = Platform(db, files=LocalFiles(tmp_path / "kept"))
        principal = Principal(MerchantRef(uuid7(), slug, slug), Actor("token", "t", EVERYTHING))
        return Desk(Context(principal, platform, "r1", clock=lambda: NOON))

    return opened


@pytest.fixture
def shop(open_shop: Callable[[str], Desk]) -> Iterator[Desk]:
    """Shop A, bound for the whole test."""
    found = open_shop("tea-a")
    with found.acting():
        yield found


@pytest.fixture
def ctx(shop: Desk) -> Context:
    return shop.ctx


@pytest.fixture
def chunks() -> Callable[..., AsyncIterator[bytes]]:
    """Bytes as they come over a connection."""

    async def sent(*parts: bytes) -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    return sent


@pytest.fixture
def xlsx() -> bytes:
    """As much of a workbook as its kind is known by."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        parts.writestr("xl/workbook.xml", "<workbook/>")
    return made.getvalue()
