"""How long sessions last, what ends them, and what they cost."""

import asyncio
from dataclasses import replace

import pytest
from account_house import DESK, SECRET, House

from guanxi.accounts import rules, service
from guanxi.accounts.models import Session
from guanxi.accounts.service import Browser
from guanxi.audit.models import AuditEntry
from guanxi.context import FRESH
from guanxi.db import statements
from guanxi.errors import ForbiddenError, GuanxiError, NotFoundError, StepUpRequiredError, UnauthenticatedError
from guanxi.staff.models import PostHolding, Role, StaffMember


async def is_refused(house: House, key: str) -> bool:
    try:
        await house.resume(key)
    except UnauthenticatedError:
        return True
    return False


async def give_role(house: House, person: StaffMember, role: str) -> None:
    """As an administrator does it: the epoch rises."""
    holding = await PostHolding.get(person_id=person.id).select_related("post")
    async with house.ctx.transaction():
        holding.post.role_id = (await Role.get(name=role)).id
        await holding.post.save()
    await house.raise_epoch()


async def test_a_session_ends_when_it_is_not_used(house: House) -> None:
    await house.admit("li")
    key = (await house.sign_in("li")).key

    house.clock.advance(minutes=29)
    await house.resume(key)
    house.clock.advance(minutes=29)
    await house.resume(key)
    house.clock.advance(minutes=30)

    assert await is_refused(house, key)


async def test_a_session_ends_after_twelve_hours_however_much_it_is_used(house: House) -> None:
    await house.admit("li")
    key = (await house.sign_in("li")).key

    for _ in range(12 * 3 - 1):
        house.clock.advance(minutes=20)
        await house.resume(key)
    house.clock.advance(minutes=20)

    assert await is_refused(house, key)


async def test_a_session_that_is_known_costs_one_statement(house: House) -> None:
    await house.admit("li")
    key = (await house.sign_in("li")).key
    await house.resume(key)

    with statements.counting() as counted:
        await house.resume(key)

    assert counted.count == 1


async def test_signing_in_never_takes_over_an_id_that_was_there(house: House) -> None:
    await house.admit("li")
    planted = (await house.sign_in("li")).key

    entered = await house.sign_in("li", browser=Browser(DESK.address, session=planted))

    assert entered.key != planted
    assert await is_refused(house, planted)


async def test_other_rights_make_another_id_and_the_old_one_ends_soon(house: House) -> None:
    person = await house.admit("li")
    key = (await house.sign_in("li")).key
    await house.resume(key)

    await give_role(house, person, "manager")
    resumed = await house.resume(key)

    assert resumed.key not in {None, key}
    assert "accounts.staff.invite" in resumed.principal.actor.permissions
    assert (await house.resume(key)).key is None
    assert (await house.resume(str(resumed.key))).key is None
    house.clock.advance(seconds=31)
    assert await is_refused(house, key)
    assert not await is_refused(house, str(resumed.key))


async def test_parallel_requests_after_a_change_make_one_successor(house: House) -> None:
    person = await house.admit("li")
    key = (await house.sign_in("li")).key
    await give_role(house, person, "manager")

    resumed = await asyncio.gather(*(house.resume(key) for _ in range(6)))

    assert sum(one.key is not None for one in resumed) == 1


async def test_a_change_that_is_no_concern_of_the_person_changes_no_id(house: House) -> None:
    await house.admit("li")
    key = (await house.sign_in("li")).key

    await house.raise_epoch()

    assert (await house.resume(key)).key is None


async def test_who_is_suspended_is_out_with_the_next_request(house: House) -> None:
    person = await house.admit("li")
    entered = await house.sign_in("li")
    principal = (await house.resume(entered.key)).principal

    await StaffMember.filter(id=person.id).update(state="suspended")
    await house.raise_epoch()

    assert await is_refused(house, entered.key)
    assert await service.renewed(house.db, principal, house.clock(), plugins_of=lambda _: frozenset()) is None


async def test_who_holds_no_post_may_do_nothing(house: House) -> None:
    person = await house.admit("li")
    key = (await house.sign_in("li")).key
    await PostHolding.filter(person_id=person.id).update(until=house.clock())
    await house.raise_epoch()

    assert (await house.resume(key)).principal.actor.permissions == {"core.session.use"}


async def test_a_revoked_session_is_refused_at_once_and_its_sockets_with_it(house: House) -> None:
    await house.admit("li")
    mine, stolen = await house.sign_in("li"), await house.sign_in("li", browser=Browser("203.0.113.9", "elsewhere"))
    thief = (await house.resume(stolen.key)).principal
    ctx = await house.ctx_of(mine.key)

    listed = await service.list_sessions(ctx)
    await service.revoke_session(ctx, next(one.public_id for one in listed if one.agent == "elsewhere"))

    assert {one.agent for one in listed} == {"a browser", "elsewhere"}
    assert await AuditEntry.filter(action="accounts.session.revoked", actor=f"staff:{ctx.actor.id}").count() == 1
    assert await is_refused(house, stolen.key)
    assert await service.renewed(house.db, thief, house.clock(), plugins_of=lambda _: frozenset()) is None
    assert not await is_refused(house, mine.key)


async def test_sessions_of_others_are_for_those_who_may_end_them(house: House) -> None:
    other = await house.admit("wang")
    await house.sign_in("wang")
    agent = await house.ctx_of((await house.sign_in_new("agent")).key)
    theirs = (await service.list_sessions(house.ctx, other.id))[0]

    with pytest.raises(ForbiddenError):
        await service.list_sessions(agent, other.id)
    with pytest.raises(NotFoundError):
        await service.revoke_session(agent, theirs.public_id)

    await service.revoke_session(house.ctx, theirs.public_id)
    assert theirs.public_id not in {one.public_id for one in await service.list_sessions(house.ctx, other.id)}


async def test_a_token_has_no_sessions_of_its_own(house: House) -> None:
    with pytest.raises(GuanxiError) as refused:
        await service.list_sessions(house.ctx)

    assert refused.value.code == "CONFLICT"


async def test_signing_out_ends_one_session(house: House) -> None:
    await house.admit("li")
    first, second = await house.sign_in("li"), await house.sign_in("li")

    await service.end(first.key, house.clock())

    assert await is_refused(house, first.key)
    assert not await is_refused(house, second.key)


async def test_what_is_asked_over_a_socket_keeps_the_session_alive(house: House) -> None:
    await house.admit("li")
    entered = await house.sign_in("li")
    principal = (await house.resume(entered.key)).principal

    for _ in range(4):
        house.clock.advance(minutes=25)
        await service.note_use(principal, house.clock())

    assert not await is_refused(house, entered.key)


async def test_a_session_is_fresh_for_ten_minutes(house: House) -> None:
    await house.admit("li")
    ctx = await house.ctx_of((await house.sign_in("li")).key)

    house.clock.moment += FRESH
    ctx.require_fresh_sign_in()
    house.clock.advance(seconds=1)

    with pytest.raises(StepUpRequiredError):
        ctx.require_fresh_sign_in()
    house.ctx.require_fresh_sign_in()  # a token has nothing to type


async def test_a_session_is_of_its_merchant_alone(house: House) -> None:
    await house.admit("li")
    await house.sign_in("li")
    row = await Session.all().order_by("-signed_in_at").first()
    assert row is not None
    foreign = replace(house.ctx.principal.merchant, id=row.person_id)
    ctx = replace(house.ctx, principal=replace(house.ctx.principal, merchant=foreign))

    with pytest.raises(NotFoundError):
        await service.revoke_session(ctx, row.public_id)
    assert await service.list_sessions(ctx, row.person_id) == []


def test_the_lock_doubles_up_to_a_quarter_of_an_hour() -> None:
    seconds = [rules.lock_after(n, 5) for n in range(4, 30)]

    assert [one and one.total_seconds() for one in seconds[:7]] == [None, 30, 60, 120, 240, 480, 900]
    assert seconds[-1] == rules.LONGEST_LOCK


def test_addresses_of_one_network_count_together() -> None:
    assert rules.address_key("2001:db8:1:2::5") == rules.address_key("2001:db8:1:2:ffff::1")
    assert rules.address_key("192.0.2.1") != rules.address_key("192.0.2.2")


def test_a_password_is_one_however_it_is_composed() -> None:
    assert rules.as_hashed("caf\u0065\u0301") == rules.as_hashed("caf\u00e9")
    assert len(rules.as_hashed(SECRET * 100)) == 4 * rules.LONGEST
