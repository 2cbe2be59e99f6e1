"""Deleting a plugin's rows of one merchant for good, after they were written to a file."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import orjson
from tortoise import Model

from guanxi.context import Context
from guanxi.plugins.models import Delivery

CHUNK = 1_000


async def save(ctx: Context, folder: Path, plugin: str, models: Sequence[type[Model]]) -> int:
    """Write all rows to ``<folder>/<merchant>-<plugin>-<time>.jsonl``; how many there were."""
    name = f"{ctx.merchant.slug}-{plugin}-{ctx.now():%Y%m%dT%H%M%S}.jsonl"
    file = await asyncio.to_thread(_open, folder / name)
    count = 0
    with file:
        for model in models:
            async for row in _rows(model):
                file.write(orjson.dumps({"table": model._meta.db_table, "row": row}, default=_plain) + b"\n")
                count += 1
    return count


def _open(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")


async def delete(plugin: str, models: Sequence[type[Model]]) -> None:
    """Delete all rows of the bound merchant, children first, in the caller's transaction."""
    for model in models:
        await model.all().delete()
    await Delivery.filter(plugin=plugin).delete()


async def _rows(model: type[Model]) -> Any:
    last: UUID | None = None
    while True:
        query = model.all().order_by("id").limit(CHUNK)
        page = await (query.filter(id__gt=last) if last else query).values()
        for row in page:
            yield row
        if len(page) < CHUNK:
            return
        last = page[-1]["id"]


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be saved")
