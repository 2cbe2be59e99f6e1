"""Built-in roles and a merchant's own."""

import asyncio
from typing import Any

import pytest

from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError
from guanxi.staff import errors, service
from guanxi.staff.models import Role


async def test_a_shop_opens_with_the_built_in_roles(shop: Any) -> None:
    with shop.acting():
        roles = await service.list_roles(shop.ctx)
        await service.create_builtin_roles(shop.ctx)

        assert [role.name for role in roles] == ["admin", "agent", "manager", "read-only"]
        assert all(role.is_builtin and role.permissions == [] for role in roles)
        assert await Role.all().count() == 4


async def test_a_role_is_created_and_changed(shop: Any) -> None:
    with shop.acting():
        made = await service.upsert_role(shop.ctx, name=" seller ", permissions=["staff.role.read"] * 2)
        changed = await service.upsert_role(
            shop.ctx, name="buyer", permissions=["staff.token.read"], role_id=made.id, expected_version=1
        )

        assert (made.name, made.permissions, made.version) == ("seller", ["staff.role.read"], 1)
        assert (changed.name, changed.permissions, changed.version) == ("buyer", ["staff.token.read"], 2)
        assert service.permissions_of(changed) == {"staff.token.read", "core.session.use"}


async def test_a_stale_version_is_a_conflict_that_names_the_current_one(shop: Any) -> None:
    with shop.acting():
        role = await service.upsert_role(shop.ctx, name="seller", permissions=[])
        results = await asyncio.gather(
            *(
                service.upsert_role(shop.ctx, name=f"s{n}", permissions=[], role_id=role.id, expected_version=1)
                for n in range(5)
            ),
            return_exceptions=True,
        )

    lost = [result for result in results if isinstance(result, ConflictError)]
    assert len(lost) == 4
    assert {error.details["currentVersion"] for error in lost} == {2}


async def test_an_unknown_permission_is_refused_with_the_nearest_known(shop: Any) -> None:
    with shop.acting(), pytest.raises(BadUserInputError) as refused:
        await service.upsert_role(shop.ctx, name="seller", permissions=["staff.role.read", "staff.tokens.wirte"])

    assert refused.value.path == ("permissions", 1)
    assert refused.value.details == {"nearest": "staff.token.write"}
    assert "staff.token.write" in refused.value.localized("zh")


async def test_a_change_without_its_version_is_refused(shop: Any) -> None:
    with shop.acting():
        role = await service.upsert_role(shop.ctx, name="seller", permissions=[])

        with pytest.raises(BadUserInputError):
            await service.upsert_role(shop.ctx, name="seller", permissions=[], role_id=role.id)


async def test_names_are_unique_within_the_shop_only(shop: Any, other: Any) -> None:
    with shop.acting():
        await service.upsert_role(shop.ctx, name="seller", permissions=[])
        for taken in ("seller", "admin"):
            with pytest.raises(ConflictError) as refused:
                await service.upsert_role(shop.ctx, name=taken, permissions=[])
            assert refused.value.path == ("name",)
    with other.acting():
        await service.upsert_role(other.ctx, name="seller", permissions=[])


async def test_a_built_in_role_cannot_be_changed(shop: Any) -> None:
    with shop.acting(), pytest.raises(errors.BuiltinRoleError):
        await service.upsert_role(
            shop.ctx, name="admin", permissions=[], role_id=await shop.role_id("admin"), expected_version=1
        )


async def test_roles_of_another_shop_do_not_exist(shop: Any, other: Any) -> None:
    with other.acting():
        theirs = await service.upsert_role(other.ctx, name="secret", permissions=[])
    with shop.acting():
        assert "secret" not in [role.name for role in await service.list_roles(shop.ctx)]
        assert await service.roles_of(shop.ctx, [theirs.id]) == [None]
        with pytest.raises(NotFoundError):
            await service.get_role(shop.ctx, "secret")
        with pytest.raises(NotFoundError):
            await service.upsert_role(
                shop.ctx, name="mine", permissions=[], role_id=theirs.id, expected_version=theirs.version
            )


async def test_roles_come_in_the_order_asked(shop: Any) -> None:
    with shop.acting():
        roles = await service.list_roles(shop.ctx)
        ids = [role.id for role in reversed(roles)]

        assert [role and role.id for role in await service.roles_of(shop.ctx, [*ids, shop.ctx.merchant.id])] == [
            *ids,
            None,
        ]


async def test_roles_need_their_permission(shop: Any) -> None:
    with shop.acting():
        agent = await shop.ctx_of((await shop.token("agent")).text)
        with pytest.raises(ForbiddenError):
            await service.list_roles(agent)
        with pytest.raises(ForbiddenError):
            await service.upsert_role(agent, name="x", permissions=[])


@pytest.mark.parametrize("change", ["role", "changed role", "token", "rotation", "revocation"])
async def test_every_change_of_rights_raises_the_epoch(shop: Any, change: str) -> None:
    with shop.acting():
        role = await service.upsert_role(shop.ctx, name="seller", permissions=[])
        issued = await shop.token("agent")
        before = await shop.epoch()

        await {
            "role": lambda: service.upsert_role(shop.ctx, name="new", permissions=[]),
            "changed role": lambda: service.upsert_role(
                shop.ctx, name="seller", permissions=[], role_id=role.id, expected_version=1
            ),
            "token": lambda: shop.token("agent"),
            "rotation": lambda: service.rotate_token(shop.ctx, token_id=issued.token.id),
            "revocation": lambda: service.revoke_token(shop.ctx, token_id=issued.token.id),
        }[change]()

        assert await shop.epoch() == before + 1
