"""Defining, changing and archiving fields."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from guanxi.context import Context
from guanxi.customfields import errors, permissions, rules
from guanxi.customfields.models import CustomField
from guanxi.customfields.rules import FieldKind
from guanxi.errors import Text


@dataclass(frozen=True, slots=True)
class FieldChanges:
    """What changes of a field; None stays. Options are only added: values may be one of those there are."""

    label: str | None = None
    options: Sequence[str] | None = None
    is_archived: bool | None = None


async def create_field(
    ctx: Context, *, key: str, label: str, kind: FieldKind, options: Sequence[str] = ()
) -> CustomField:
    """Define a field.

    Raises:
        ForbiddenError: WRITE_FIELDS is missing.
        BadUserInputError: a value is refused, or there are too many fields in use.
        ConflictError: the key is taken.
    """
    ctx.require(permissions.WRITE_FIELDS)
    clean: dict[str, Any] = {"key": rules.checked_key(key), "label": rules.checked_label(label)}
    chosen = rules.checked_options(kind, options)
    async with ctx.transaction():
        await _check_count()
        try:
            async with ctx.transaction():
                now = ctx.now()
                return await CustomField.create(
                    **clean, kind=kind.value, options=chosen, created_at=now, updated_at=now
                )  # names: those above
        except IntegrityError:
            raise errors.key_taken() from None


async def update_field(ctx: Context, field_id: UUID, changes: FieldChanges, *, expected_version: int) -> CustomField:
    """Change a field, archive it or take it back into use. Values of an archived field are kept and not shown.

    Raises:
        ForbiddenError: WRITE_FIELDS is missing.
        BadUserInputError: as ``create_field``.
        NotFoundError, ConflictError: there is no such field, or it changed meanwhile.
    """
    ctx.require(permissions.WRITE_FIELDS)
    async with ctx.transaction():
        row = await CustomField.filter(id=field_id).select_for_update().first()
        if row is None:
            raise errors.unknown_field("", "id")
        if row.version != expected_version:
            raise errors.stale(row.version)
        wanted = _wanted(ctx, row, changes)
        if row.archived_at is not None and wanted["archived_at"] is None:
            await _check_count()
        if any(getattr(row, name) != value for name, value in wanted.items()):
            row.update_from_dict({**wanted, "version": row.version + 1, "updated_at": ctx.now()})
            await row.save()
    return row


async def list_fields(*, is_archived: bool = False) -> list[CustomField]:
    """The fields in use, in the order that they were defined; or the archived ones. The caller has checked rights."""
    return await CustomField.filter(archived_at__isnull=not is_archived).order_by("created_at", "id")


async def fields_by_key(keys: Collection[str]) -> dict[str, CustomField]:
    """Those of the keys that name a field in use. The caller has checked rights."""
    return {row.key: row for row in await CustomField.filter(key__in=list(keys), archived_at__isnull=True)}


def _wanted(ctx: Context, row: CustomField, changes: FieldChanges) -> dict[str, object]:
    options = row.options
    if changes.options is not None:
        options = rules.checked_options(row.kind, changes.options, row.options)
    archived_at: datetime | None = row.archived_at
    if changes.is_archived is not None and changes.is_archived != (archived_at is not None):
        archived_at = ctx.now() if changes.is_archived else None
    label = row.label if changes.label is None else rules.checked_label(changes.label)
    return {"label": label, "options": options, "archived_at": archived_at}


async def _check_count() -> None:
    if await CustomField.filter(archived_at__isnull=True).count() >= rules.MAX_FIELDS:
        raise errors.refused(
            "key",
            Text(f"There are {rules.MAX_FIELDS} custom fields already.", f"自定义字段已达 {rules.MAX_FIELDS} 个。"),
            Text("Archive those that are not used.", "请归档不再使用的字段。"),
        )
