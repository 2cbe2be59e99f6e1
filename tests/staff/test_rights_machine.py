"""Whatever tokens and people do to the organisation: nobody gains what the doer lacks, and somebody may do all."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from guanxi.context import Actor, Context, Principal
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.errors import GuanxiError
from guanxi.merchants import service as merchants
from guanxi.settings import Settings
from guanxi.staff import service
from guanxi.staff.models import ApiToken, OrgUnit, Post, PostHolding, Role, StaffMember
from guanxi.staff.rules import Reach, StaffState
from guanxi.testing import counts
from guanxi.testing.clock import Clock

GRANTABLE = (
    *("staff.role.read", "staff.role.write", "staff.token.read", "staff.token.write"),
    *("staff.organisation.read", "staff.organisation.write", "staff.post.handover"),
)
REACHES = tuple(Reach)
Rights = tuple[frozenset[str], frozenset[UUID | None]]


@dataclass
class House:
    """One database for all runs, each of which has a merchant of its own."""

    runner: asyncio.Runner
    db: Database
    platform: Any

    def run(self, work: Any) -> Any:
        return self.runner.run(work)


class Organisation:
    """A merchant whose tokens and people change what they can."""

    def __init__(self, house: House) -> None:
        self.house, self.clock = house, Clock()
        self.ctx = Context(service.platform_principal(), house.platform, "machine", clock=self.clock)
        self.texts: dict[UUID, str] = {}
        self.picks: list[int] = []

    @contextmanager
    def acting(self) -> Iterator[None]:
        with self.house.db.bound(), acting_for(self.ctx.merchant.id):
            yield

    async def found(self) -> None:
        """An administrator's token, two units, and people of whom nobody has a post."""
        with self.house.db.bound():
            new = merchants.NewMerchant(slug=f"m{uuid7().hex}", name="M")
            row = await service.found_merchant(self.ctx, new)
        self.ctx = replace(self.ctx, principal=service.platform_principal(merchants.ref_of(row)))
        with self.acting():
            admin = await Role.get(name="admin")
            await self.keep(await service.create_token(self.ctx, name="first", role_id=admin.id))
            top = await service.create_unit(self.ctx, name="top")
            await service.create_unit(self.ctx, name="team", parent_id=top.id)
            for number in range(3):
                made = await service.invite_staff(self.ctx, name=f"p{number}", email=f"p{number}@tea.example")
                await service.set_state(self.ctx, made.id, StaffState.ACTIVE)

    async def keep(self, issued: service.IssuedToken) -> None:
        self.texts[issued.token.id] = issued.text

    async def step(self, picks: list[int]) -> None:
        """One move of one actor; what it changes is compared with what the actor had."""
        with self.acting():
            self.picks = list(picks)
            self.clock.advance(seconds=1)
            before = await self.everybody()
            who = sorted(before)[self.pick(len(before))]
            actor = await self.actor(who)
            posts = frozenset([None, *(post.id for post in await Post.all())])
            with suppress(GuanxiError):
                await self.pick_of(MOVES)(self, replace(self.ctx, principal=Principal(self.ctx.merchant, actor)))
            self.check(before, await self.everybody(), before[who], posts)

    def check(self, before: dict[str, Rights], after: dict[str, Rights], own: Rights, posts: Any) -> None:
        for one, (allowed, seen) in after.items():
            had = before.get(one, (frozenset(), frozenset()))
            assert allowed - had[0] <= own[0], f"{one} may more than whoever gave it"
            assert (seen - had[1]) & posts <= own[1], f"{one} sees more than whoever gave it"

    async def everybody(self) -> dict[str, Rights]:
        """What each live token and each person on a post may do, and the posts that it sees; None: the merchant."""
        names = [f"token:{one.id}" for one in await ApiToken.filter(revoked_at__isnull=True) if one.id in self.texts]
        held = await PostHolding.filter(until__isnull=True, person__state="active")
        names += [f"person:{one.person_id}" for one in held]
        found = {}
        for name in names:
            try:
                actor = await self.actor(name)
            except GuanxiError:
                continue  # rotated, and the overlap is over
            found[name] = (actor.permissions, await self.seen_by(actor))
        return found

    async def actor(self, name: str) -> Actor:
        kind, _, key = name.partition(":")
        if kind == "token":
            return (await service.authenticate(self.house.db, self.texts[UUID(key)], self.clock())).actor
        held = await PostHolding.get(person_id=UUID(key), until__isnull=True).select_related("post__role")
        post_id, scope = await service.sight_of(UUID(key))
        allowed = service.permissions_of(held.post.role)
        return Actor("staff", key, allowed, person_id=UUID(key), post_id=post_id, scope=scope)

    async def seen_by(self, actor: Actor) -> frozenset[UUID | None]:
        if actor.scope is None:
            return frozenset([None, *(post.id for post in await Post.all())])
        params: list[Any] = []

        def bind(value: Any) -> str:
            params.append(value)
            return f"?{len(params)}"

        to_id = Post._meta.fields_map["id"].to_python_value
        rows = await self.house.db.fetch(actor.scope.posts(bind), params)
        return frozenset(to_id(row["id"]) for row in rows)

    def pick(self, size: int) -> int:
        return self.picks.pop(0) % max(size, 1) if self.picks else 0

    def pick_of(self, things: Any) -> Any:
        return things[self.pick(len(things))]

    async def any_of(self, model: Any) -> Any:
        return self.pick_of(await model.all().order_by("id") or [model(id=uuid7())])

    def some(self) -> list[str]:
        return [one for place, one in enumerate(GRANTABLE) if self.pick(1 << 7) >> place & 1]


async def create_post(house: Organisation, ctx: Context) -> None:
    unit, role = await house.any_of(OrgUnit), await house.any_of(Role)
    await service.create_post(ctx, service.NewPost(unit.id, role.id, "post", scope=house.pick_of(REACHES)))


async def change_post(house: Organisation, ctx: Context) -> None:
    post, unit, role = await house.any_of(Post), await house.any_of(OrgUnit), await house.any_of(Role)
    wanted = (
        service.PostChanges(role_id=role.id),
        service.PostChanges(scope=house.pick_of(REACHES)),
        service.PostChanges(unit_id=unit.id),
        service.PostChanges(is_archived=bool(house.pick(2))),
    )
    await service.update_post(ctx, post.id, house.pick_of(wanted), expected_version=post.version)


async def move_unit(house: Organisation, ctx: Context) -> None:
    unit, parent = await house.any_of(OrgUnit), await house.any_of(OrgUnit)
    wanted = service.UnitChanges(parent_id=parent.id if house.pick(2) else None)
    await service.update_unit(ctx, unit.id, wanted, expected_version=unit.version)


async def assign(house: Organisation, ctx: Context) -> None:
    post, person = await house.any_of(Post), await house.any_of(StaffMember)
    await service.assign_post(ctx, post_id=post.id, person_id=person.id)


async def vacate(house: Organisation, ctx: Context) -> None:
    await service.vacate_post(ctx, post_id=(await house.any_of(Post)).id)


async def hand_over(house: Organisation, ctx: Context) -> None:
    post, person = await house.any_of(Post), await house.any_of(StaffMember)
    await service.hand_over(ctx, post_id=post.id, to_person_id=person.id, expected_version=post.version)


async def create_token(house: Organisation, ctx: Context) -> None:
    role, post = await house.any_of(Role), await house.any_of(Post)
    given = {"role_id": role.id} if house.pick(2) else {"post_id": post.id}
    await house.keep(await service.create_token(ctx, name="walk", scopes=house.some(), **given))


async def rotate_token(house: Organisation, ctx: Context) -> None:
    token = await house.any_of(ApiToken)
    await house.keep(await service.rotate_token(ctx, token_id=token.id, overlap_seconds=house.pick(3)))


async def revoke_token(house: Organisation, ctx: Context) -> None:
    await service.revoke_token(ctx, token_id=(await house.any_of(ApiToken)).id)


async def change_role(house: Organisation, ctx: Context) -> None:
    role = await Role.get_or_none(name="own")
    known = {"role_id": role.id, "expected_version": role.version} if role else {}
    await service.upsert_role(ctx, name="own", permissions=house.some(), **known)


async def suspend(house: Organisation, ctx: Context) -> None:
    person = await house.any_of(StaffMember)
    state = StaffState.SUSPENDED if person.state == StaffState.ACTIVE else StaffState.ACTIVE
    if state == StaffState.SUSPENDED or not await PostHolding.filter(person_id=person.id, until=None).exists():
        await service.set_state(ctx, person.id, state)


MOVES = (
    *(create_post, change_post, change_post, move_unit, assign, assign, vacate, hand_over),
    *(create_token, create_token, rotate_token, revoke_token, change_role, suspend),
)


def machine_of(house: House) -> type[RuleBasedStateMachine]:
    """The machine over one database."""

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.organisation = Organisation(house)
            house.run(self.organisation.found())

        @rule(picks=st.lists(st.integers(0, 1 << 16), min_size=4, max_size=14))
        def anybody_does_something(self, picks: list[int]) -> None:
            house.run(self.organisation.step(picks))

        @invariant()
        def somebody_may_do_everything(self) -> None:
            assert house.run(self._administrators())

        @invariant()
        def one_person_holds_one_post(self) -> None:
            held = house.run(self._held())
            for side in zip(*held, strict=True):
                assert len(set(side)) == len(side)

        async def _administrators(self) -> set[UUID]:
            with self.organisation.acting():
                return await service.administrators(self.organisation.clock())

        async def _held(self) -> list[tuple[UUID, UUID]]:
            with self.organisation.acting():
                return [(one.post_id, one.person_id) for one in await PostHolding.filter(until__isnull=True)]

    return Machine


@pytest.fixture
def house(database_settings: Settings, app_set: list[App], platform_of: Any) -> Iterator[House]:
    """An open database; the tests run in a loop of its own."""
    with asyncio.Runner() as runner:
        db = Database(database_settings, app_set)
        runner.run(db.open())
        yield House(runner, db, platform_of(db))
        runner.run(db.close())


def test_no_walk_through_the_organisation_adds_rights_or_sight(house: House) -> None:
    runs, steps = (1_000, 50) if counts.is_soaking() else (4, 25)
    wanted = settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine_of(house), settings=wanted)
