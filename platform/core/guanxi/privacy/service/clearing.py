"""Emptying columns of rows that stay."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from tortoise import Model, fields
from tortoise.fields.base import Field

from guanxi.db.fields import EncryptedField
from guanxi.privacy.service.tables import HangingTable

CHUNK = 500


async def clear(table: HangingTable, ids: Sequence[UUID], names: Iterable[str]) -> int:
    """Empty these columns of these rows, in the caller's transaction; how many rows."""
    wanted = list(names)
    model, unique = table.model, _unique_columns(table.model)
    blank = {name: blank_of(model._meta.fields_map[name]) for name in wanted if name not in unique}
    sealed = {name for name, value in blank.items() if value is not None and _is_encrypted(model, name)}
    blank = {name: value for name, value in blank.items() if name not in sealed}
    apart = [name for name in wanted if name in unique]
    for start in range(0, len(ids), CHUNK):
        page = list(ids[start : start + CHUNK])
        if sealed:
            await _seal_nothing(model, page, sorted(sealed))
        if blank:
            await model.filter(id__in=page).update(**blank)  # names: columns of the model
        for row_id in page if apart else ():
            own = {name: _own_blank(model._meta.fields_map[name], row_id) for name in apart}
            await model.filter(id=row_id).update(**own)  # names: columns of the model
    return len(ids) if wanted else 0


def _is_encrypted(model: type[Model], name: str) -> bool:
    return isinstance(model._meta.fields_map[name], EncryptedField)


async def _seal_nothing(model: type[Model], ids: Sequence[UUID], names: Sequence[str]) -> None:
    """Only a row's own write seals a value, and nothing is sealed like anything else."""
    rows = await model.filter(id__in=ids)
    for row in rows:
        row.update_from_dict(dict.fromkeys(names, ""))
    await model.bulk_update(rows, fields=list(names))


def is_filled(row: Model, names: Iterable[str]) -> bool:
    """Whether any of these columns holds something."""
    unique = _unique_columns(type(row))
    fields_map = row._meta.fields_map
    return any(
        getattr(row, name) != (_own_blank(fields_map[name], row.pk) if name in unique else blank_of(fields_map[name]))
        for name in names
    )


def blank_of(field: Field[Any]) -> Any:
    """What stands for nothing: NULL where that may be, else what is empty or what a new row would have."""
    if field.null:
        return None
    if field.default is not None:
        return field.default() if callable(field.default) else field.default
    if isinstance(field, fields.JSONField):
        return {}
    if isinstance(field, fields.BinaryField):
        return b""
    if isinstance(field, fields.BooleanField):
        return False
    return 0 if isinstance(field, fields.IntField | fields.BigIntField | fields.SmallIntField) else ""


def _own_blank(field: Field[Any], row_id: UUID) -> Any:
    """Nothing, but another nothing for each row."""
    return None if field.null else row_id.hex[: getattr(field, "max_length", None) or 32]


def _unique_columns(model: type[Model]) -> set[str]:
    meta = model._meta
    alone = {name for name, field in meta.fields_map.items() if field.unique and not field.pk}
    return alone | {name for group in meta.unique_together for name in group if name != "merchant_id"}
