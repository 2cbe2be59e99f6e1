"""Create and change sources; their secrets."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from tortoise.exceptions import IntegrityError

from guanxi.context import Context
from guanxi.db.fields import uuid7
from guanxi.interactions.rules import facts
from guanxi.sources import errors, permissions
from guanxi.sources.models import Source
from guanxi.sources.rules import presets, signatures
from guanxi.sources.rules.mapping import SourceMapping

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
MAX_TITLE = 80
OVERLAP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Issued:
    """A source with its secret, which nobody can read again."""

    id: UUID
    secret: str


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """What changes; None stays as it is."""

    title: str | None = None
    preset: str | None = None
    mapping: Mapping[str, Any] | None = None
    mode: str | None = None
    is_enabled: bool | None = None


async def create_source(ctx: Context, name: str, wanted: SourceChanges) -> Issued:
    """Create a source that sends by a preset's mapping, or by one of its own.

    Raises:
        ForbiddenError: WRITE_SOURCES is missing.
        BadUserInputError: the name or the mapping is refused.
        ConflictError: the name is taken.
    """
    ctx.require(permissions.WRITE_SOURCES)
    if not NAME.fullmatch(name):
        raise errors.bad_name()
    values = {"mode": "LIVE", "title": name, **_values(wanted)}
    if "mapping" not in values:
        raise errors.unknown_preset(", ".join(presets.PRESETS))
    row = Source(id=uuid7(), name=name, salt=_new_salt(), created_at=ctx.now(), updated_at=ctx.now(), **values)
    async with ctx.transaction():
        try:
            async with ctx.transaction():
                await row.save(force_create=True)
        except IntegrityError as error:
            raise errors.name_taken() from error
    return Issued(row.id, signatures.secret_of(ctx.platform.cursor_key, row.id, row.salt))


async def update_source(
    ctx: Context, source_id: UUID, wanted: SourceChanges, *, expected_version: int | None = None
) -> None:
    """Change a source. Rows that wait as dead letters are read by the new mapping when they are retried.

    Raises:
        ForbiddenError: WRITE_SOURCES is missing.
        NotFoundError: there is no such source.
        BadUserInputError: the mapping is refused.
        ConflictError: it changed meanwhile.
    """
    ctx.require(permissions.WRITE_SOURCES)
    values = _values(wanted)
    async with ctx.transaction():
        row = await _lock(source_id)
        if expected_version not in {None, row.version}:
            raise errors.stale_source(row.version)
        if any(getattr(row, name) != value for name, value in values.items()):
            values |= {"version": row.version + 1, "updated_at": ctx.now()}
            await Source.filter(id=source_id).update(
                **values,  # names: this service writes them out
            )


async def rotate_secret(ctx: Context, source_id: UUID, *, overlap: timedelta = OVERLAP) -> Issued:
    """Give a source a new secret; the one before works on for ``overlap``, those before it no more.

    Raises:
        ForbiddenError: WRITE_SOURCES is missing.
        NotFoundError: there is no such source.
    """
    ctx.require(permissions.WRITE_SOURCES)
    salt = _new_salt()
    async with ctx.transaction():
        row = await _lock(source_id)
        await Source.filter(id=source_id).update(
            salt=salt,
            old_salt=row.salt,
            old_until=ctx.now() + overlap,
            updated_at=ctx.now(),
            version=row.version + 1,
        )
    return Issued(source_id, signatures.secret_of(ctx.platform.cursor_key, source_id, salt))


async def find_source(name: str) -> Source | None:
    """The bound merchant's source of this name, where its batches are taken."""
    return await Source.get_or_none(name=name, is_enabled=True)


def secrets_of(source: Source, installation_key: bytes, now: datetime) -> list[str]:
    """The secrets that work now, the newest first."""
    old = source.old_salt if source.old_until is not None and now < source.old_until else None
    salts = [source.salt, *([old] if old is not None else [])]
    return [signatures.secret_of(installation_key, source.id, salt) for salt in salts]


async def _lock(source_id: UUID) -> Source:
    row = await Source.filter(id=source_id).select_for_update(no_key=True).first()
    if row is None:
        raise errors.unknown_source()
    return row


def _values(wanted: SourceChanges) -> dict[str, Any]:
    """The columns that change, checked."""
    values: dict[str, Any] = {}
    if wanted.title is not None:
        values["title"] = wanted.title.strip()[:MAX_TITLE] or "-"
    if wanted.preset is not None or wanted.mapping is not None:
        values["mapping"] = _mapping(wanted).model_dump(mode="json")
    if wanted.mode is not None:
        values["mode"] = facts.checked_mode(wanted.mode)
    if wanted.is_enabled is not None:
        values["is_enabled"] = wanted.is_enabled
    return values


def _mapping(wanted: SourceChanges) -> SourceMapping:
    if wanted.mapping is None:
        if wanted.preset not in presets.PRESETS:
            raise errors.unknown_preset(", ".join(presets.PRESETS))
        return presets.PRESETS[wanted.preset]
    try:
        return SourceMapping.model_validate(wanted.mapping)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise errors.bad_mapping(first["loc"], first["msg"]) from None


def _new_salt() -> str:
    return secrets.token_hex(32)
