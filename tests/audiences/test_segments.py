"""Segments keep who matched, tell who moved, and stay right when customers are merged or erased."""

import asyncio
import dataclasses
from typing import Any
from uuid import UUID

import pytest
from audience_world import people, without

from guanxi.app import Installation
from guanxi.audiences import service
from guanxi.audiences.events import SegmentChanged
from guanxi.audiences.models import Segment, SegmentMember
from guanxi.audiences.permissions import WRITE_SEGMENTS
from guanxi.audiences.rules.tree import And, MemberOf, Node, Not, TextIs
from guanxi.audiences.service import Change, Moved, SegmentDraft
from guanxi.context import Context
from guanxi.customers import service as customers
from guanxi.db import statements
from guanxi.db.fields import uuid7
from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError, PluginDisabledError
from guanxi.events import CustomerErased, CustomerMerged, CustomerUnmerged
from guanxi.plugins.models import OutboxEvent
from guanxi.testing import counts

ACTIVE = TextIs("customers.lifecycle", ("active",))
GRADE = TextIs("membership.tier", ("金",))


async def members_of(segment_id: UUID) -> set[UUID]:
    return set(await SegmentMember.filter(segment_id=segment_id).values_list("customer_id", flat=True))


async def told(segment_id: UUID) -> list[tuple[int, int, int]]:
    rows = await OutboxEvent.filter(name="segment_changed").order_by("id").values_list("payload", flat=True)
    mine = [one for one in rows if one["segment_id"] == str(segment_id)]
    return [(one["refresh_number"], one["entered"], one["left"]) for one in mine]


@pytest.fixture
async def active(ctx: Context) -> list[UUID]:
    return await people(ctx, 3, lifecycle="active")


async def test_a_refresh_moves_who_came_and_went_and_tells_it_once(ctx: Context, active: list[UUID]) -> None:
    segment = await service.save_segment(ctx, SegmentDraft("active", ACTIVE))
    await customers.update_customer(ctx, active[0], customers.CustomerChanges(fields={"lifecycle": "lost"}))
    [new] = await people(ctx, 1, lifecycle="active")

    moved = await service.refresh_segment(ctx, segment)
    again = await service.refresh_segment(ctx, segment)

    assert (moved, again) == (Moved(1, 1), Moved(0, 0))
    assert await members_of(segment) == {*active[1:], new}
    assert await told(segment) == [(1, 3, 0), (2, 1, 1)]
    assert set(await service.changes_of(ctx, segment, 2)) == {Change(new, True), Change(active[0], False)}
    assert (await Segment.get(id=segment)).member_count == 3
    assert await service.segments_of(ctx, [new, active[0]]) == [[segment], []]


async def test_a_refresh_costs_the_same_for_few_and_for_many(ctx: Context) -> None:
    costs = []
    for number in (2, 40):
        segment = await service.save_segment(ctx, SegmentDraft(f"s{number}", ACTIVE))
        await people(ctx, number, lifecycle="active")
        with statements.counting() as asked:
            await service.refresh_segment(ctx, segment)
        costs.append(asked.count)

    assert costs[0] == costs[1]


async def test_concurrent_refreshes_move_everybody_once(ctx: Context, active: list[UUID]) -> None:
    segment = await service.save_segment(ctx, SegmentDraft("active", ACTIVE))
    for _ in range(counts.scaled(20)):
        [new] = await people(ctx, 1, lifecycle="active")
        moved = await asyncio.gather(*(service.refresh_segment(ctx, segment) for _ in range(3)))
        assert sorted(one.entered for one in moved) == [0, 0, 1]
        active.append(new)

    assert await members_of(segment) == set(active)
    assert (await Segment.get(id=segment)).member_count == len(active)


async def test_a_static_segment_keeps_whom_it_was_saved_with(ctx: Context, active: list[UUID]) -> None:
    segment = await service.save_segment(ctx, SegmentDraft("then", ACTIVE, kind="static"))
    await people(ctx, 1, lifecycle="active")

    with pytest.raises(ConflictError, match="static"):
        await service.refresh_segment(ctx, segment)
    assert await service.refresh_all(ctx) == {}
    assert await members_of(segment) == set(active)


async def test_saving_again_is_once_and_changing_needs_the_version(ctx: Context, active: list[UUID]) -> None:
    draft = SegmentDraft("active", ACTIVE)
    segment = await service.save_segment(ctx, draft)
    other = dataclasses.replace(draft, audience=Not(ACTIVE))

    assert await service.save_segment(ctx, draft) == segment
    with pytest.raises(ConflictError, match="another segment"):
        await service.save_segment(ctx, other)
    with pytest.raises(BadUserInputError, match="version"):
        await service.save_segment(ctx, other, segment_id=segment)
    with pytest.raises(ConflictError, match="meanwhile"):
        await service.save_segment(ctx, other, segment_id=segment, expected_version=7)
    assert await service.save_segment(ctx, other, segment_id=segment, expected_version=1) == segment
    assert (await members_of(segment), (await Segment.get(id=segment)).version) == (set(), 2)


async def test_a_segment_cannot_depend_on_itself_or_lose_what_it_depends_on(ctx: Context) -> None:
    inner = await service.save_segment(ctx, SegmentDraft("inner", ACTIVE))
    outer = await service.save_segment(ctx, SegmentDraft("outer", MemberOf(inner)))
    circle: Node = And((ACTIVE, MemberOf(outer)))

    with pytest.raises(BadUserInputError, match="itself") as caught:
        await service.save_segment(ctx, SegmentDraft("inner", circle), segment_id=inner, expected_version=1)
    with pytest.raises(ConflictError, match="outer"):
        await service.archive_segment(ctx, inner)
    await service.archive_segment(ctx, outer)
    await service.archive_segment(ctx, outer)
    with pytest.raises(NotFoundError):
        await service.save_segment(ctx, SegmentDraft("third", MemberOf(outer)))
    assert caught.value.path == ("audience", "and", 1, "segment")


async def test_members_stay_while_a_plugin_is_off(ctx: Context) -> None:
    segment = await service.save_segment(ctx, SegmentDraft("gold", Not(GRADE)))
    before = await people(ctx, 2)
    await service.refresh_segment(ctx, segment)
    off = dataclasses.replace(ctx, principal=dataclasses.replace(ctx.principal, plugins=frozenset(), epoch=-1))

    with pytest.raises(PluginDisabledError):
        await service.refresh_segment(off, segment)
    assert await service.refresh_all(off) == {}
    assert await members_of(segment) == set(before)


async def test_a_preview_counts_only_whom_the_actor_may_see(ctx: Context, active: list[UUID]) -> None:
    class Nobody:
        def posts(self, bind: Any) -> str:
            return str(bind(uuid7()))

    actor = dataclasses.replace(ctx.actor, scope=Nobody())
    scoped = dataclasses.replace(ctx, principal=dataclasses.replace(ctx.principal, actor=actor))

    assert (await service.preview_audience(ctx, ACTIVE)).count == 3
    assert await service.preview_audience(scoped, ACTIVE) == service.Preview(0, [])


async def test_a_merge_moves_places_in_static_segments_and_an_unmerge_moves_them_back(
    ctx: Context, active: list[UUID]
) -> None:
    kept = await service.save_segment(ctx, SegmentDraft("then", ACTIVE, kind="static"))
    [survivor] = await people(ctx, 1)
    merge = {"merge_id": uuid7(), "survivor_id": survivor, "absorbed_id": active[0], "occurred_at": ctx.now()}
    both = {"merge_id": uuid7(), "survivor_id": active[1], "absorbed_id": active[2], "occurred_at": ctx.now()}

    for event in (CustomerMerged(**merge), CustomerMerged(**both), CustomerMerged(**merge)):
        async with ctx.transaction():
            await ctx.publish(event)
    assert await members_of(kept) == {survivor, active[1]}

    for event in (CustomerUnmerged(**both), CustomerUnmerged(**merge), CustomerUnmerged(**merge)):
        async with ctx.transaction():
            await ctx.publish(event)
    assert await members_of(kept) == set(active)
    assert (await Segment.get(id=kept)).member_count == 3


async def test_an_erased_customer_is_counted_no_more(ctx: Context, active: list[UUID]) -> None:
    segment = await service.save_segment(ctx, SegmentDraft("active", ACTIVE))

    async with ctx.transaction():
        await ctx.publish(CustomerErased(customer_id=active[0], occurred_at=ctx.now()))
        await SegmentMember.filter(customer_id=active[0]).delete()

    assert (await Segment.get(id=segment)).member_count == 2


async def test_segments_need_their_permission(ctx: Context) -> None:
    with pytest.raises(ForbiddenError):
        await service.save_segment(without(ctx, WRITE_SEGMENTS), SegmentDraft("x", ACTIVE))


async def test_what_moved_is_told_to_followers(ctx: Context, installation: Installation, active: list[UUID]) -> None:
    follower = installation.platform.follow(ctx)
    waiting = asyncio.ensure_future(anext(follower))
    await asyncio.sleep(0)
    segment = await service.save_segment(ctx, SegmentDraft("active", ACTIVE))

    event = await asyncio.wait_for(waiting, 20)

    assert isinstance(event, SegmentChanged)
    assert (event.segment_id, event.entered, event.left) == (segment, 3, 0)
