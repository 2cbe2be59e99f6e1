"""Departments and teams: created, renamed, moved, closed."""

from dataclasses import dataclass
from uuid import UUID

from guanxi.context import Context
from guanxi.merchants import rules as merchant_rules
from guanxi.merchants import service as merchants
from guanxi.staff import errors, permissions
from guanxi.staff.models import OrgUnit, Post
from guanxi.staff.rules import Reach
from guanxi.staff.service import scopes

MAX_UNITS, MAX_DEPTH = 1_000, 12
KEEP = UUID(int=0)


@dataclass(frozen=True, slots=True)
class UnitChanges:
    """What changes of a unit; None stays. ``parent_id`` None makes it a top unit, KEEP leaves it where it is."""

    name: str | None = None
    parent_id: UUID | None = KEEP
    is_archived: bool | None = None


async def create_unit(ctx: Context, *, name: str, parent_id: UUID | None = None) -> OrgUnit:
    """A new unit, under ``parent_id`` or at the top.

    Raises:
        ForbiddenError: WRITE_ORGANISATION is missing, or the parent is beyond the actor's own scope.
        BadUserInputError: the name is refused, there are too many units, or they are nested too deep.
        NotFoundError: there is no such parent in use.
    """
    ctx.require(permissions.WRITE_ORGANISATION)
    name = merchant_rules.checked_name(name)
    async with ctx.transaction():
        await merchants.raise_epoch(ctx)
        await _check_place(ctx, parent_id, levels=1)
        if await OrgUnit.all().count() >= MAX_UNITS:
            raise errors.too_many("name", MAX_UNITS)
        return await OrgUnit.create(name=name, parent_id=parent_id, created_at=ctx.now())


async def update_unit(ctx: Context, unit_id: UUID, changes: UnitChanges, *, expected_version: int) -> OrgUnit:
    """Rename, move, close or reopen a unit.

    Raises:
        ForbiddenError: WRITE_ORGANISATION is missing, or the unit, or its new place, is beyond the actor's own scope.
        BadUserInputError: the name is refused, or the unit would stand under itself or too deep.
        NotFoundError: there is no such unit, or no such parent in use.
        ConflictError: it changed meanwhile, or a unit to close has posts or units in use.
    """
    ctx.require(permissions.WRITE_ORGANISATION)
    values: dict[str, object] = {}
    if changes.name is not None:
        values["name"] = merchant_rules.checked_name(changes.name)
    async with ctx.transaction():
        await merchants.raise_epoch(ctx)
        unit = await _unit(unit_id)
        await scopes.check_unit(ctx, unit.id, Reach.UNIT)
        if unit.version != expected_version:
            raise errors.stale(unit.version)
        if changes.parent_id not in {KEEP, unit.parent_id}:
            values["parent_id"] = await _moved(ctx, unit, changes.parent_id)
        if changes.is_archived is not None and changes.is_archived != (unit.archived_at is not None):
            values["archived_at"] = await _archived_at(ctx, unit, is_archived=changes.is_archived)
        if values:
            await OrgUnit.filter(id=unit.id).update(**values, version=unit.version + 1)
            await unit.refresh_from_db()
    return unit


async def _moved(ctx: Context, unit: OrgUnit, parent_id: UUID | None) -> UUID | None:
    below = await scopes.units_below(unit.id)
    if parent_id in below:
        raise errors.circle()
    await _check_place(ctx, parent_id, levels=await _height(unit.id))
    return parent_id


async def _check_place(ctx: Context, parent_id: UUID | None, *, levels: int) -> None:
    """Whether a unit with ``levels`` of units, itself included, may stand under the parent."""
    if parent_id is None:
        scopes.require_merchant_wide(ctx)
        return
    parent = await _unit(parent_id, "parent", is_in_use=True)
    await scopes.check_unit(ctx, parent.id, Reach.SUBTREE)
    depth, above = 1, parent
    while above.parent_id is not None:
        depth, above = depth + 1, await _unit(above.parent_id, "parent")
    if depth + levels > MAX_DEPTH:
        raise errors.too_deep(MAX_DEPTH)


async def _height(unit_id: UUID) -> int:
    height, level = 0, [unit_id]
    while level:
        height += 1
        level = [row.id for row in await OrgUnit.filter(parent_id__in=level)]
    return height


async def _archived_at(ctx: Context, unit: OrgUnit, *, is_archived: bool) -> object:
    if not is_archived:
        if unit.parent_id is not None:
            await _unit(unit.parent_id, "parent", is_in_use=True)
        return None
    posts = await Post.filter(unit_id=unit.id, archived_at__isnull=True).exists()
    units = await OrgUnit.filter(parent_id=unit.id, archived_at__isnull=True).exists()
    if posts or units:
        raise errors.still_used()
    return ctx.now()


async def _unit(unit_id: UUID, field: str = "id", *, is_in_use: bool = False) -> OrgUnit:
    unit = await OrgUnit.get_or_none(id=unit_id)
    if unit is None or (is_in_use and unit.archived_at is not None):
        raise errors.unknown_unit(field)
    return unit
