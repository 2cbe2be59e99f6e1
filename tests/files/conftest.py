"""A shop with a folder for files, and bytes of many kinds."""

import io
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.files import permissions
from guanxi.files.service import LocalFiles
from guanxi.permissions import SIGNED_IN

NOON = datetime(2026, 11, 1, 4, tzinfo=UTC)
EVERYTHING = frozenset({SIGNED_IN, permissions.UPLOAD_FILES, permissions.READ_FILES})


@dataclass
class Platform:
    """Transactions of the database and a folder; ``answers`` are what plugins say of a file."""

    db: Database
    files: LocalFiles
    answers: list[Any] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    cursor_key: bytes = b"k" * 32

    def transaction(self) -> AbstractAsyncContextManager[None]:
        return self.db.transaction()

    def reading(self) -> AbstractAsyncContextManager[None]:
        return self.db.reading()

    @property
    def dialect(self) -> str:
        return self.db.dialect

    async def fetch(self, sql: str, params: Any) -> list[dict[str, Any]]:
        return await self.db.fetch(sql, params)

    async def ask_plugins(self, ctx: Context, hook: str, **arguments: Any) -> list[Any]:
        self.asked.append((hook, arguments["file"].path.read_bytes()))
        return self.answers


@dataclass
class Shop:
    """A merchant as one of its actors sees it."""

    ctx: Context
    platform: Platform

    @contextmanager
    def acting(self) -> Iterator[Context]:
        with acting_for(self.ctx.merchant.id):
            yield self.ctx

    def without(self, *missing: str) -> Context:
        actor = replace(self.ctx.actor, permissions=EVERYTHING - set(missing))
        return replace(self.ctx, principal=replace(self.ctx.principal, actor=actor), loaders={})


@pytest.fixture
def app_set() -> Sequence[App]:
    return [App("files", "guanxi.files.models", "guanxi.files.migrations")]


@pytest.fixture
def open_shop(db: Database, tmp_path: Path) -> Callable[[str], Shop]:
    """Shops share one folder, as they share one installation."""

    def opened(slug: str) -> Shop:
        platform: Any = Platform(db, LocalFiles(tmp_path / "kept"))
        principal = Principal(MerchantRef(uuid7(), slug, slug), Actor("token", "t", EVERYTHING))
        return Shop(Context(principal, platform, "r1", clock=lambda: NOON), platform)

    return opened


@pytest.fixture
def shop(open_shop: Callable[[str], Shop]) -> Iterator[Shop]:
    """Shop A, bound for the whole test."""
    found = open_shop("tea-a")
    with found.acting():
        yield found


@pytest.fixture
def ctx(shop: Shop) -> Context:
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
