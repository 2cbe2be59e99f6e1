"""Deleting a plugin's rows of one merchant for good, after they were written to a file."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from tortoise import Model

from guanxi.context import Context
from guanxi.db.fields import uuid7
from guanxi.db.models import MerchantModel
from guanxi.plugins.models import Delivery

CHUNK = 1_000


def own_rows(models: Iterable[type[Model]]) -> list[type[Model]]:
    """Those whose rows are a merchant's; a platform's table belongs to all."""
    return [model for model in models if issubclass(model, MerchantModel)]


async def save(ctx: Context, folder: Path, plugin: str, models: Sequence[type[Model]]) -> int:
    """Write all rows to ``<folder>/<merchant>-<plugin>-<time>-<id>.jsonl``; how many there were.

    The file has its name only when it is whole and on the disk.
    """
    name = f"{ctx.merchant.slug}-{plugin}-{ctx.now():%Y%m%dT%H%M%S}-{uuid7().hex[-8:]}.jsonl"
    partial = folder / f"{name}.part"
    await asyncio.to_thread(_create, partial)
    count = 0
    for model in models:
        async for page in _pages(model):
            lines = [orjson.dumps({"table": model._meta.db_table, "row": row}, default=_plain) for row in page]
            await asyncio.to_thread(_append, partial, lines)
            count += len(page)
    await asyncio.to_thread(partial.rename, folder / name)
    return count


async def delete(plugin: str, models: Sequence[type[Model]]) -> int:
    """Delete all rows of the bound merchant, children first, in the caller's transaction; how many."""
    count = 0
    for model in models:
        count += await model.all().delete()
    await Delivery.filter(plugin=plugin).delete()
    return count


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # it holds personal data


def _append(path: Path, lines: Sequence[bytes]) -> None:
    with path.open("ab") as file:
        file.write(b"".join(line + b"\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())


async def _pages(model: type[Model]) -> AsyncIterator[list[dict[str, Any]]]:
    last: UUID | None = None
    while True:
        query = model.all().order_by("id").limit(CHUNK)
        page = await (query.filter(id__gt=last) if last else query).values()
        if page:
            yield page
            last = page[-1]["id"]
        if len(page) < CHUNK:
            return


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else str(value)
