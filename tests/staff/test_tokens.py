"""Issue, rotate and revoke; no secret at rest; nobody grants more than he has."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError
from guanxi.staff import errors, service
from guanxi.staff.models import ApiToken, Credential


async def test_a_token_works_from_the_moment_it_is_issued(shop: Any) -> None:
    with shop.acting():
        issued = await shop.token("agent")

    principal = await shop.authenticate(issued.text)

    assert principal.actor.id == issued.token.public_id
    assert issued.token.created_by == f"token:{shop.ctx.actor.id}"


async def test_a_revoked_token_is_refused_at_once(shop: Any) -> None:
    with shop.acting():
        issued = await shop.token("agent")
        await shop.authenticate(issued.text)

        revoked = await service.revoke_token(shop.ctx, token_id=issued.token.id)
        again = await service.revoke_token(shop.ctx, token_id=issued.token.id)

    assert revoked.revoked_at == again.revoked_at == shop.clock()
    with pytest.raises(UnauthenticatedError):
        await shop.authenticate(issued.text)


async def test_both_tokens_of_a_rotation_work_during_the_overlap(shop: Any) -> None:
    with shop.acting():
        old = await shop.token("agent", scopes=["core.session.use"])
        new = await service.rotate_token(shop.ctx, token_id=old.token.id, overlap_seconds=60)
        replaced = await service.get_token(shop.ctx, old.token.id)

    shop.clock.advance(seconds=59)
    both = [await shop.authenticate(text) for text in (old.text, new.text)]
    shop.clock.advance(seconds=1)

    assert both[0].actor.permissions == both[1].actor.permissions
    assert replaced.replaced_by_id == new.token.id
    assert new.token.expires_at is None
    with pytest.raises(UnauthenticatedError):
        await shop.authenticate(old.text)
    await shop.authenticate(new.text)


async def test_of_parallel_rotations_one_wins(shop: Any) -> None:
    with shop.acting():
        old = await shop.token("agent")
        results = await asyncio.gather(
            *(service.rotate_token(shop.ctx, token_id=old.token.id) for _ in range(4)), return_exceptions=True
        )
        count = await ApiToken.all().count()

    assert sum(isinstance(result, service.IssuedToken) for result in results) == 1
    assert sum(isinstance(result, errors.SpentTokenError) for result in results) == 3
    assert count == 3


async def test_a_spent_token_cannot_be_rotated(shop: Any) -> None:
    with shop.acting():
        expired = await shop.token("agent", expires_at=shop.clock() + timedelta(seconds=1))
        revoked = await shop.token("agent")
        await service.revoke_token(shop.ctx, token_id=revoked.token.id)
        shop.clock.advance(seconds=1)

        for issued in (expired, revoked):
            with pytest.raises(ConflictError):
                await service.rotate_token(shop.ctx, token_id=issued.token.id)


async def test_no_secret_is_kept(shop: Any, tmp_path: Path) -> None:
    with shop.acting():
        issued = await shop.token("agent")
        rows = [dict(row) for row in [*await ApiToken.all().values(), *await Credential.all().values()]]
    secrets = {text.split("_")[3] for text in (shop.text, issued.text)}

    kept = "".join(map(repr, rows)).encode()
    for path in Path(tmp_path).rglob("*"):  # the SQLite file and its write-ahead log
        kept += path.read_bytes() if path.is_file() else b""

    assert issued.token.public_id.encode() in kept
    assert not any(secret.encode() in kept for secret in secrets)


async def test_nobody_grants_more_than_he_has(shop: Any) -> None:
    with shop.acting():
        held = ["staff.token.write", "staff.role.write", "staff.role.read"]
        await service.upsert_role(shop.ctx, name="keeper", permissions=held)
        admin_id, keeper_id = await shop.role_id("admin"), await shop.role_id("keeper")
        strong = await shop.token("admin")
        keeper = await shop.ctx_of((await shop.token("keeper")).text)
        before = await shop.epoch()

        for attempt in (
            service.create_token(keeper, name="up", role_id=admin_id),
            service.create_token(keeper, name="up", role_id=admin_id, scopes=["merchants.merchant.write"]),
            service.rotate_token(keeper, token_id=strong.token.id),
            service.upsert_role(keeper, name="up", permissions=["staff.token.read"]),
            service.upsert_role(
                keeper, name="keeper", permissions=[*held, "staff.token.read"], role_id=keeper_id, expected_version=1
            ),
        ):
            with pytest.raises(ForbiddenError, match="more than you have"):
                await attempt
        allowed = await service.create_token(keeper, name="same", role_id=admin_id, scopes=held[:1])

    assert (await shop.authenticate(allowed.text)).actor.permissions == {"staff.token.write", "core.session.use"}
    assert await shop.epoch() == before + 1


@pytest.mark.parametrize("missing", ["staff.token.write", "staff.token.read"])
async def test_tokens_need_their_permission(shop: Any, missing: str) -> None:
    with shop.acting():
        agent = await shop.ctx_of((await shop.token("agent")).text)
        attempts = {
            "staff.token.write": [
                service.create_token(agent, name="x", role_id=await shop.role_id("agent")),
                service.rotate_token(agent, token_id=shop.ctx.merchant.id),
                service.revoke_token(agent, token_id=shop.ctx.merchant.id),
            ],
            "staff.token.read": [service.tokens_of(agent, []), service.get_token(agent, shop.ctx.merchant.id)],
        }
        for attempt in attempts.pop(missing):
            with pytest.raises(ForbiddenError) as refused:
                await attempt
            assert refused.value.details == {"permission": missing}
        for unused in attempts.popitem()[1]:
            unused.close()


async def test_the_last_administrator_cannot_be_revoked(shop: Any) -> None:
    with shop.acting():
        first = await ApiToken.get(public_id=shop.ctx.actor.id)
        await shop.token("admin", scopes=["staff.role.read"])
        old = await shop.token("admin")
        new = await service.rotate_token(shop.ctx, token_id=old.token.id, overlap_seconds=3600)
        await service.revoke_token(shop.ctx, token_id=new.token.id)

        with pytest.raises(errors.LastAdminError):
            await service.revoke_token(shop.ctx, token_id=first.id)

    assert (await shop.authenticate(shop.text)).actor.id == first.public_id


async def test_of_two_last_administrators_revoked_at_once_one_stays(shop: Any) -> None:
    with shop.acting():
        for _round in range(5):
            await shop.token("admin")
            live = await ApiToken.filter(revoked_at__isnull=True)
            results = await asyncio.gather(
                *(service.revoke_token(shop.ctx, token_id=row.id) for row in live), return_exceptions=True
            )

            assert len(live) == 2
            assert [type(result) for result in results if isinstance(result, BaseException)] == [errors.LastAdminError]
            assert await ApiToken.filter(revoked_at__isnull=True).count() == 1


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        ({"name": " "}, ("name",)),
        ({"name": "two\nlines"}, ("name",)),
        ({"scopes": ["staff.role.raed"]}, ("scopes", 0)),
        ({"scopes": ["staff.role.read", "staff.role.write"]}, ("scopes", 1)),
        ({"expires_at": timedelta()}, ("expiresAt",)),
    ],
)
async def test_bad_terms_are_refused_at_their_place(shop: Any, terms: dict[str, Any], path: tuple[str | int]) -> None:
    if "expires_at" in terms:
        terms = {"expires_at": shop.clock() + terms["expires_at"]}
    with shop.acting():
        role_id = await shop.role_id("read-only")

        with pytest.raises(BadUserInputError) as refused:
            await service.create_token(shop.ctx, **{"name": "x", "role_id": role_id, **terms})

    assert refused.value.path == path


@pytest.mark.parametrize("seconds", [-1, 7 * 86_400 + 1])
async def test_an_overlap_is_at_most_a_week(shop: Any, seconds: int) -> None:
    with shop.acting(), pytest.raises(BadUserInputError) as refused:
        await service.rotate_token(shop.ctx, token_id=shop.ctx.merchant.id, overlap_seconds=seconds)

    assert refused.value.path == ("overlapSeconds",)


async def test_tokens_of_another_shop_do_not_exist(shop: Any, other: Any) -> None:
    with other.acting():
        theirs = await ApiToken.get(public_id=other.ctx.actor.id)
    with shop.acting():
        assert await service.tokens_of(shop.ctx, [theirs.id]) == [None]
        for attempt in (
            service.revoke_token(shop.ctx, token_id=theirs.id),
            service.rotate_token(shop.ctx, token_id=theirs.id),
            service.create_token(shop.ctx, name="x", role_id=theirs.role_id),
        ):
            with pytest.raises(NotFoundError):
                await attempt

    await other.authenticate(other.text)


async def test_the_public_id_stands_in_the_text(shop: Any) -> None:
    assert re.fullmatch(rf"gx_api_{shop.ctx.actor.id}_[0-9A-Za-z]{{43}}_[0-9A-Za-z]{{6}}", shop.text)
