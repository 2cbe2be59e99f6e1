"""Save, change and archive segments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from guanxi.audiences import errors, permissions
from guanxi.audiences.models import Segment
from guanxi.audiences.rules import storage
from guanxi.audiences.rules.tree import MemberOf, Node, leaves, segments_of
from guanxi.audiences.service import compiling, refreshing
from guanxi.context import Context
from guanxi.errors import GuanxiError

PLACE = "audience"
MAX_NAME = 80
MAX_DESCRIPTION = 500


@dataclass(frozen=True, slots=True)
class SegmentDraft:
    """What a segment is to be."""

    name: str
    audience: Node
    kind: str = refreshing.DYNAMIC
    description: str | None = None


async def save_segment(
    ctx: Context, draft: SegmentDraft, *, segment_id: UUID | None = None, expected_version: int | None = None
) -> UUID:
    """Save a new segment, or change one, and find its members; its id.

    The same new segment again is the one there is. A change that says what the segment says already is none.

    Raises:
        ForbiddenError: WRITE_SEGMENTS, or the right to one of the facts, is missing.
        BadUserInputError, PluginDisabledError: as ``compiling.known_facts``.
        NotFoundError: no such segment to change, or to refer to.
        ConflictError: the name is taken, it changed meanwhile, or it is archived.
    """
    ctx.require(permissions.WRITE_SEGMENTS)
    values = _checked(draft)
    try:
        await compiling.known_facts(ctx, draft.audience)
    except GuanxiError as error:
        raise error.at(PLACE) from None
    async with ctx.transaction():
        if segment_id is None:
            return await _create(ctx, values)
        return await _change(ctx, segment_id, draft, values, expected_version)


async def archive_segment(ctx: Context, segment_id: UUID, *, expected_version: int | None = None) -> None:
    """Put a segment away; its members stay in the table and are found no more. Twice is once.

    Raises:
        ForbiddenError: WRITE_SEGMENTS is missing.
        NotFoundError: there is no such segment.
        ConflictError: it changed meanwhile, or another segment depends on it.
    """
    ctx.require(permissions.WRITE_SEGMENTS)
    async with ctx.transaction():
        row = await Segment.filter(id=segment_id).select_for_update(no_key=True).first()
        if row is None:
            raise errors.unknown_segment(("id",))
        if row.is_archived:
            return
        _check_version(row, expected_version)
        for other in await Segment.filter(archived_at=None).exclude(id=segment_id):
            if segment_id in segments_of(storage.from_json(other.audience)):
                raise errors.in_use(other.id, other.name)
        await Segment.filter(id=segment_id).update(archived_at=ctx.now(), updated_at=ctx.now(), version=row.version + 1)


def _checked(draft: SegmentDraft) -> dict[str, Any]:
    """The columns that a draft fills."""
    name = draft.name.strip()
    description = (draft.description or "").strip() or None
    if not name.isprintable() or not 1 <= len(name) <= MAX_NAME:
        raise errors.bad_text("name", MAX_NAME)
    if description is not None and (not description.isprintable() or len(description) > MAX_DESCRIPTION):
        raise errors.bad_text("description", MAX_DESCRIPTION)
    return {
        "name": name,
        "description": description,
        "kind": draft.kind,
        "audience": storage.to_json(draft.audience),
    }


async def _create(ctx: Context, values: dict[str, Any]) -> UUID:
    row = Segment(**values, created_at=ctx.now(), updated_at=ctx.now())
    try:
        async with ctx.transaction():
            await row.save(force_create=True)
    except IntegrityError:
        known = await Segment.get(name=values["name"])
        if known.is_archived or _differs(known, values):
            raise errors.name_taken(values["name"]) from None
        return known.id
    await refreshing.find_members(ctx, row)
    return row.id


async def _change(
    ctx: Context, segment_id: UUID, draft: SegmentDraft, values: dict[str, Any], expected_version: int | None
) -> UUID:
    row = await refreshing.lock_segment(segment_id)
    if not _differs(row, values):
        return row.id
    if expected_version is None:
        raise errors.version_needed()
    _check_version(row, expected_version)
    await _check_circle(draft.audience, segment_id)
    has_new_members = (row.audience, row.kind) != (values["audience"], values["kind"])
    try:
        async with ctx.transaction():
            changed = {**values, "updated_at": ctx.now(), "version": row.version + 1}
            await Segment.filter(id=segment_id).update(
                **changed,  # names: this service writes them out
            )
    except IntegrityError as error:
        raise errors.name_taken(values["name"]) from error
    if has_new_members:
        row.update_from_dict(values)
        await refreshing.find_members(ctx, row)
    return segment_id


def _differs(row: Segment, values: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def _check_version(row: Segment, expected_version: int | None) -> None:
    if expected_version not in {None, row.version}:
        raise errors.stale_segment(row.version)


async def _check_circle(audience: Node, segment_id: UUID) -> None:
    """Whether the segment would be reached from its own condition."""
    stored = dict(await Segment.all().values_list("id", "audience"))
    for path, leaf in leaves(audience):
        if isinstance(leaf, MemberOf) and segment_id in _reached(leaf.segment_id, stored):
            raise errors.circle((PLACE, *path))


def _reached(segment_id: UUID, stored: Mapping[UUID, Any]) -> set[UUID]:
    """A segment and all that its condition depends on."""
    seen: set[UUID] = set()
    waiting = [segment_id]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += segments_of(storage.from_json(stored[one])) if one in stored else ()
    return seen
