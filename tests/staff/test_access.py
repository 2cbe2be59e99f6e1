"""Whom a token stands for, and since when no longer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from guanxi.db import statements
from guanxi.db.database import Database
from guanxi.errors import UnauthenticatedError
from guanxi.merchants import service as merchants
from guanxi.permissions import Permission
from guanxi.staff import rules, service
from guanxi.staff.models import ApiToken


async def test_a_token_stands_for_its_merchant_role_and_plugins(shop: Any) -> None:
    async def plugins_of(merchant_id: UUID) -> frozenset[str]:
        return frozenset({"membership"}) if merchant_id == shop.ctx.merchant.id else frozenset()

    with shop.acting():
        issued = await shop.token("read-only")
    principal = await service.authenticate(shop.db, issued.text, shop.clock(), plugins_of=plugins_of)

    assert principal.merchant == shop.ctx.merchant
    assert principal.actor.kind == "token"
    assert principal.actor.id == issued.token.public_id
    assert principal.plugins == {"membership"}
    assert "staff.role.read" in principal.actor.permissions
    assert "staff.role.write" not in principal.actor.permissions


async def test_an_administrator_may_do_whatever_is_declared_even_later(shop: Any) -> None:
    declared = Permission("laterplugin.thing.write", "Write a thing", "写")
    await merchants.raise_epoch(shop.ctx)

    principal = await shop.authenticate(shop.text)

    assert principal.actor.permissions == frozenset(Permission.known)
    assert declared in principal.actor.permissions


async def test_a_warm_authentication_is_one_statement(shop: Any) -> None:
    await shop.authenticate(shop.text)

    with statements.counting() as counted:
        await shop.authenticate(shop.text)

    assert counted.count == 1, counted.texts


async def test_a_mistyped_token_is_refused_without_a_statement(shop: Any) -> None:
    last = "0" if shop.text[-1] != "0" else "1"

    with statements.counting() as counted, pytest.raises(UnauthenticatedError):
        await shop.authenticate(shop.text[:-1] + last)

    assert counted.count == 0


async def test_all_failures_answer_alike(shop: Any) -> None:
    with shop.acting():
        expiring = await shop.token("agent", expires_at=shop.clock() + timedelta(hours=1))
        revoked = await shop.token("agent")
        await service.revoke_token(shop.ctx, token_id=revoked.token.id)
    unknown = rules.make_token("api", "00000000", "0" * 43)
    wrong_secret = rules.make_token("api", revoked.token.public_id, "0" * 43)
    other_kind = rules.make_token("platform", shop.ctx.actor.id, shop.text.split("_")[3])
    shop.clock.advance(hours=1)

    answers = set()
    for text in ("", "nonsense", unknown, wrong_secret, other_kind, expiring.text, revoked.text):
        with pytest.raises(UnauthenticatedError) as refused:
            await shop.authenticate(text)
        answers.add((refused.value.localized("en"), refused.value.localized("zh"), refused.value.path))

    assert len(answers) == 1


async def test_an_expired_token_is_refused_from_its_last_moment_on(shop: Any) -> None:
    with shop.acting():
        issued = await shop.token("agent", expires_at=shop.clock() + timedelta(seconds=10))
    shop.clock.advance(seconds=9)
    await shop.authenticate(issued.text)

    shop.clock.advance(seconds=1)

    with pytest.raises(UnauthenticatedError):
        await shop.authenticate(issued.text)


async def test_a_changed_role_is_in_force_with_the_next_request(shop: Any) -> None:
    with shop.acting():
        role = await service.upsert_role(shop.ctx, name="helper", permissions=["staff.role.read", "staff.token.read"])
        issued = await shop.token("helper")
        assert "staff.token.read" in (await shop.authenticate(issued.text)).actor.permissions

        await service.upsert_role(
            shop.ctx, name="helper", permissions=["staff.role.read"], role_id=role.id, expected_version=1
        )

    assert "staff.token.read" not in (await shop.authenticate(issued.text)).actor.permissions


async def test_an_open_socket_learns_in_one_statement_that_something_changed(shop: Any) -> None:
    principal = await shop.authenticate(shop.text)

    with statements.counting() as counted:
        assert await service.still_valid(shop.db, principal, shop.clock())
    await merchants.raise_epoch(shop.ctx)

    assert counted.count == 1
    assert not await service.still_valid(shop.db, principal, shop.clock())
    assert await service.still_valid(shop.db, await shop.authenticate(shop.text), shop.clock())


async def test_a_change_is_in_force_in_every_process_with_the_next_request(
    shop: Any, database_settings: Any, app_set: Any
) -> None:
    elsewhere = Database(database_settings, app_set)  # another process has its own connections and its own memory
    await elsewhere.open()
    with elsewhere.bound():
        before = await service.authenticate(elsewhere, shop.text, shop.clock())
    with shop.acting():
        await shop.token("admin")
        await service.revoke_token(shop.ctx, token_id=(await service.find_token(shop.ctx, shop.ctx.actor.id)).id)

    with elsewhere.bound():
        assert not await service.still_valid(elsewhere, before, shop.clock())
        with pytest.raises(UnauthenticatedError):
            await service.authenticate(elsewhere, shop.text, shop.clock())
    await elsewhere.close()


async def test_the_time_of_use_is_written_at_most_once_a_minute(shop: Any) -> None:
    async def used_at() -> object:
        with shop.acting():
            return (await ApiToken.get(public_id=shop.ctx.actor.id)).last_used_at

    first = await used_at()
    shop.clock.advance(seconds=59)
    await shop.authenticate(shop.text)
    within = await used_at()
    shop.clock.advance(seconds=1)
    await shop.authenticate(shop.text)

    assert first == within
    assert await used_at() == shop.clock()


async def test_a_platform_token_is_nobody_in_a_shop_and_can_be_revoked(shop: Any, platform_ctx: Any) -> None:
    text = await service.create_platform_token(platform_ctx)
    principal = await shop.authenticate(text)

    assert principal.actor.kind == "platform"
    assert principal.actor.permissions == {"core.session.use"}
    assert await service.still_valid(shop.db, principal, shop.clock())

    await service.revoke_platform_token(platform_ctx, public_id=principal.actor.id)

    assert not await service.still_valid(shop.db, principal, shop.clock())
    with pytest.raises(UnauthenticatedError):
        await shop.authenticate(text)
