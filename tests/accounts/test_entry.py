"""Who signs in, what every failure costs and says, and how invitations set passwords."""

import asyncio
import hashlib
import statistics
import time

import pytest
from account_house import DESK, SECRET, House

from guanxi.accounts import rules, service
from guanxi.accounts.models import Account, Invitation, LoginFailure, Session
from guanxi.accounts.service import Browser, passwords
from guanxi.errors import (
    BadUserInputError,
    ConflictError,
    ForbiddenError,
    GuanxiError,
    NotFoundError,
    RateLimitedError,
    UnauthenticatedError,
)
from guanxi.staff.models import StaffMember
from guanxi.testing import counts


async def outcome_of(house: House, **given: str) -> tuple[str, str]:
    with pytest.raises(UnauthenticatedError) as refused:
        await house.sign_in(**given)
    return refused.value.code, refused.value.localized("en")


async def test_who_knows_the_password_gets_a_session_with_the_rights_of_the_post(house: House) -> None:
    person = await house.admit("li", "manager")

    principal = (await house.resume((await house.sign_in("li")).key)).principal

    assert (principal.actor.kind, principal.actor.person_id) == ("staff", person.id)
    assert "accounts.staff.invite" in principal.actor.permissions
    assert "staff.role.write" not in principal.actor.permissions


async def test_every_failure_says_the_same_and_verifies_one_hash(house: House) -> None:
    await house.admit("li")
    await house.hire("wang", state="invited")
    failures = [{"name": "li", "password": "wrong"}, {"name": "nobody"}, {"name": "wang"}, {"name": "li", "shop": "no"}]

    told, costs = set(), []
    for given in failures:
        before = passwords.count_verified()
        told.add(await outcome_of(house, **given))
        costs.append(passwords.count_verified() - before)

    assert len(told) == 1
    assert costs == [1, 1, 1, 1]


async def test_a_suspended_person_is_told_the_same(house: House) -> None:
    person = await house.admit("li")
    wrong = await outcome_of(house, name="li", password="wrong")
    await StaffMember.filter(id=person.id).update(state="suspended")

    assert await outcome_of(house, name="li") == wrong


async def test_nothing_of_a_password_or_an_id_is_stored_in_clear(house: House) -> None:
    person = await house.hire("li")
    invitation = await house.invite(person)
    entered = await service.accept(house.db, invitation, SECRET, DESK, house.clock())

    (account,) = await Account.all().values()
    (session,) = await Session.all().values()
    (invited,) = await Invitation.all().values()

    assert account["password_hash"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert session["key_hash"] == hashlib.sha256(entered.key.encode()).hexdigest()
    stored = repr([account, session, invited])
    assert SECRET not in stored
    assert entered.key not in stored
    assert invitation not in stored


async def test_an_old_hash_is_renewed_with_the_next_sign_in(house: House) -> None:
    await house.admit("li")
    weak = type(passwords.HASHER)(time_cost=1, memory_cost=1024, parallelism=1).hash(SECRET)
    await Account.all().update(password_hash=weak)

    await house.sign_in("li")

    assert not passwords.is_outdated((await Account.get()).password_hash)


async def test_an_account_is_locked_after_its_tries_and_for_longer_each_time(house: House) -> None:
    await house.admit("li")
    for _ in range(rules.ACCOUNT_TRIES):
        await outcome_of(house, name="li", password="wrong")

    with pytest.raises(RateLimitedError) as locked:
        await house.sign_in("li")
    assert locked.value.details["retryAfter"] == 30
    house.clock.advance(seconds=31)
    await outcome_of(house, name="li", password="wrong")
    with pytest.raises(RateLimitedError) as again:
        await house.sign_in("li")

    assert again.value.details["retryAfter"] == 60
    house.clock.advance(seconds=61)
    assert (await house.sign_in("li")).name == "li"


async def test_an_account_that_does_not_exist_is_locked_alike(house: House) -> None:
    for _ in range(rules.ACCOUNT_TRIES):
        await outcome_of(house, name="nobody")

    with pytest.raises(RateLimitedError) as locked:
        await house.sign_in("nobody")
    assert locked.value.details["retryAfter"] == 30


async def test_parallel_guesses_get_no_more_tries_than_others(house: House) -> None:
    await house.admit("li")
    before = passwords.count_verified()

    told = await asyncio.gather(*(house.sign_in("li", f"guess {n}") for n in range(20)), return_exceptions=True)

    assert passwords.count_verified() - before == rules.ACCOUNT_TRIES
    assert sum(isinstance(one, RateLimitedError) for one in told) == 20 - rules.ACCOUNT_TRIES


async def test_an_address_is_locked_over_all_accounts(house: House) -> None:
    await house.admit("li")
    key = rules.address_key(DESK.address)
    await LoginFailure.filter(key_hash=key).delete()
    await LoginFailure.create(key_hash=key, failures=rules.ADDRESS_TRIES - 1, failed_at=house.clock())

    await outcome_of(house, name="nobody")

    with pytest.raises(RateLimitedError):
        await house.sign_in("li")
    assert (await house.sign_in("li", browser=Browser("198.51.100.1"))).name == "li"


async def test_failures_are_forgotten_after_a_day_and_a_success(house: House) -> None:
    await house.admit("li")
    for _ in range(rules.ACCOUNT_TRIES - 1):
        await outcome_of(house, name="li", password="wrong")
    await house.sign_in("li")
    assert await LoginFailure.filter(key_hash=rules.account_key("tea-a", "li@tea.example")).count() == 0

    await outcome_of(house, name="li", password="wrong")
    house.clock.advance(days=2)
    await house.sign_in("li")

    assert await LoginFailure.filter(failures__gt=1).count() == 0


async def test_an_invitation_is_good_once_and_for_a_week(house: House) -> None:
    first, second = await house.hire("li", state="invited"), await house.hire("wang", state="invited")
    text, late = await house.invite(first), await house.invite(second)

    await service.accept(house.db, text, SECRET, DESK, house.clock())

    assert (await StaffMember.get(id=first.id)).state == "active"
    house.clock.advance(days=7)
    for spent in (text, late, text[:-1] + "x", "gx_invite_"):
        with pytest.raises(UnauthenticatedError):
            await service.accept(house.db, spent, SECRET, DESK, house.clock())


async def test_a_new_invitation_ends_the_one_before(house: House) -> None:
    person = await house.hire("li")
    first = await house.invite(person)
    second = await house.invite(person)

    with pytest.raises(UnauthenticatedError):
        await service.accept(house.db, first, SECRET, DESK, house.clock())
    await service.accept(house.db, second, SECRET, DESK, house.clock())


async def test_parallel_acceptances_set_one_password(house: House) -> None:
    text = await house.invite(await house.hire("li"))

    told = await asyncio.gather(
        *(service.accept(house.db, text, f"{SECRET} {n}", DESK, house.clock()) for n in range(6)),
        return_exceptions=True,
    )

    assert sum(isinstance(one, service.SignedIn) for one in told) == 1
    assert sum(isinstance(one, UnauthenticatedError) for one in told) == 5
    assert await Session.all().count() == 1


async def test_a_refused_password_leaves_the_invitation_good(house: House) -> None:
    text = await house.invite(await house.hire("li"))

    for password in ("short", "x" * 201, "aaaaaaaaaaaaaa", "li@tea.example"):
        with pytest.raises(BadUserInputError):
            await service.accept(house.db, text, password, DESK, house.clock())

    await service.accept(house.db, text, SECRET, DESK, house.clock())


async def test_an_accepted_invitation_ends_all_sessions_of_the_person(house: House) -> None:
    person = await house.admit("li")
    old = (await house.sign_in("li")).key

    await service.accept(house.db, await house.invite(person), "another good password", DESK, house.clock())

    with pytest.raises(UnauthenticatedError):
        await house.resume(old)
    await outcome_of(house, name="li")


async def test_nobody_invites_who_may_do_more_than_he_may(house: House) -> None:
    boss = await house.admit("boss", "admin")
    manager = await house.ctx_of((await house.sign_in_new("manager")).key)

    with pytest.raises(ForbiddenError):
        await service.invite(manager, boss.id)


async def test_whom_nobody_knows_or_who_is_suspended_gets_no_invitation(house: House) -> None:
    person = await house.hire("li", state="suspended")

    with pytest.raises(ConflictError):
        await service.invite(house.ctx, person.id)
    with pytest.raises(NotFoundError):
        await service.invite(house.ctx, house.ctx.merchant.id)


async def test_changing_the_password_ends_the_other_sessions_alone(house: House) -> None:
    await house.admit("li")
    mine, other = await house.sign_in("li"), await house.sign_in("li")
    ctx = await house.ctx_of(mine.key)

    with pytest.raises(UnauthenticatedError):
        await service.change_password(ctx, current="wrong", new="another good password")
    await service.change_password(ctx, current=SECRET, new="another good password")

    assert (await house.resume(mine.key)).principal.actor.kind == "staff"
    with pytest.raises(UnauthenticatedError):
        await house.resume(other.key)
    assert (await house.sign_in("li", "another good password")).name == "li"


async def test_hashing_takes_two_threads_and_refuses_a_crowd() -> None:
    told = await asyncio.gather(
        *(passwords.verify(None, "x") for _ in range(passwords.WAITING + 5)), return_exceptions=True
    )

    refused = [one for one in told if isinstance(one, GuanxiError)]
    assert [one.code for one in refused] == ["UNAVAILABLE"] * 5
    assert told.count(False) == passwords.WAITING


@pytest.mark.soak
async def test_an_unknown_person_takes_as_long_as_a_wrong_password(house: House) -> None:
    await house.admit("li")

    async def median(name: str) -> float:
        found = []
        for _ in range(counts.scaled(200)):
            await LoginFailure.all().delete()
            begun = time.perf_counter()
            await outcome_of(house, name=name, password="wrong")
            found.append(time.perf_counter() - begun)
        return statistics.median(found)

    known, unknown = await median("li"), await median("nobody")

    assert abs(known - unknown) / known < 0.05
