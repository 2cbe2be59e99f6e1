"""Merchant, roles and tokens as a client sees them."""

from typing import Any

import pytest

from guanxi.errors import UnauthenticatedError
from guanxi.staff import service

TOKENS = "{ tokens { nodes { id name publicId scopes role { name } replacedBy { publicId } revokedAt } } }"
CREATE = (
    "mutation ($i: CreateTokenInput!) { createToken(input: $i) { text token { id } errors { code path message } } }"
)
UPSERT = """mutation ($i: UpsertRoleInput!) { upsertRole(input: $i) {
    role { id name permissions version }
    errors { code path message ... on ConflictUserError { currentVersion } } } }"""


async def role_id(shop: Any, name: str) -> str:
    answer = await shop.ask("{ roles { nodes { id name } } }")
    return next(node["id"] for node in answer.data["roles"]["nodes"] if node["name"] == name)


async def test_a_front_end_learns_who_asks_and_for_which_shop(shop: Any) -> None:
    with shop.acting():
        agent = await shop.token("agent")
    answer = await shop.ask(
        "{ merchant { slug currency documentMode } viewer { actor { kind id } permissions } }", agent.text
    )

    assert answer.errors is None
    assert answer.data == {
        "merchant": {"slug": "tea-a", "currency": "CNY", "documentMode": "LIMITED"},
        "viewer": {"actor": {"kind": "token", "id": agent.token.public_id}, "permissions": ["core.session.use"]},
    }


async def test_roles_say_what_they_allow_but_not_of_plugins_that_the_shop_lacks(shop: Any) -> None:
    answer = await shop.ask("{ roles { totalCount nodes { name isBuiltin permissions } } permissions { name } }")
    by_name = {node["name"]: node for node in answer.data["roles"]["nodes"]}
    names = [each["name"] for each in answer.data["permissions"]]

    assert answer.data["roles"]["totalCount"] == 4
    assert by_name["admin"]["permissions"] == names == sorted(names)
    assert by_name["read-only"]["permissions"] == ["core.session.use", *(n for n in names if n.endswith(".read"))]
    assert {name.split(".")[0] for name in names} == {"core", "merchants", "staff"}


async def test_a_token_is_created_used_rotated_and_revoked(shop: Any) -> None:
    terms = {"name": "web", "role": await role_id(shop, "read-only"), "scopes": ["staff.role.read"]}
    created = (await shop.ask(CREATE, i=terms)).data["createToken"]
    rotated = await shop.ask(
        "mutation ($i: RotateTokenInput!) { rotateToken(input: $i) { text token { id } errors { code } } }",
        i={"id": created["token"]["id"], "overlapSeconds": 0},
    )
    new = rotated.data["rotateToken"]
    used = await shop.ask("{ viewer { permissions } tokens { totalCount } }", new["text"])
    revoked = await shop.ask(
        "mutation ($i: RevokeTokenInput!) { revokeToken(input: $i) { token { revokedAt } errors { code } } }",
        i={"id": new["token"]["id"]},
    )

    assert created["errors"] == new["errors"] == revoked.data["revokeToken"]["errors"] == []
    assert used.data == {"viewer": {"permissions": ["core.session.use", "staff.role.read"]}, "tokens": None}
    assert revoked.data["revokeToken"]["token"]["revokedAt"] == "2026-11-11T12:00:00Z"
    for text in (created["text"], new["text"]):
        with pytest.raises(UnauthenticatedError):
            await shop.authenticate(text)


async def test_tokens_are_listed_newest_first_without_their_secrets(shop: Any) -> None:
    with shop.acting():
        old = await shop.token("agent")
        new = await service.rotate_token(shop.ctx, token_id=old.token.id)

    answer = await shop.ask(TOKENS)
    nodes = answer.data["tokens"]["nodes"]

    assert [node["publicId"] for node in nodes] == [new.token.public_id, old.token.public_id, shop.ctx.actor.id]
    assert nodes[1]["replacedBy"] == {"publicId": new.token.public_id}
    assert nodes[1]["role"] == {"name": "agent"}
    assert not any(text.split("_")[3] in str(answer.data) for text in (old.text, new.text, shop.text))


async def test_a_role_is_created_and_a_stale_change_is_told_the_version(shop: Any) -> None:
    made = await shop.ask(UPSERT, i={"name": "seller", "permissions": ["staff.role.read"]})
    role = made.data["upsertRole"]["role"]
    change = {"name": "seller", "permissions": [], "id": role["id"], "expectedVersion": 1}

    changed = await shop.ask(UPSERT, i=change)
    stale = await shop.ask(UPSERT, i=change)

    assert role["permissions"] == ["core.session.use", "staff.role.read"]
    assert changed.data["upsertRole"]["role"]["version"] == 2
    assert stale.data["upsertRole"]["role"] is None
    assert [(e["code"], e["currentVersion"]) for e in stale.data["upsertRole"]["errors"]] == [("CONFLICT", 2)]


async def test_refusals_are_data_with_code_and_place(shop: Any) -> None:
    with shop.acting():
        keeper = ["staff.token.write", "staff.role.read", "staff.role.write"]
        await service.upsert_role(shop.ctx, name="keeper", permissions=keeper)
        text = (await shop.token("keeper")).text
    admin = await role_id(shop, "admin")

    grown = await shop.ask(CREATE, text, i={"name": "up", "role": admin})
    unknown = await shop.ask(UPSERT, text, i={"name": "x", "permissions": ["staff.role.wirte"]})
    foreign = await shop.ask(CREATE, text, i={"name": "x", "role": "rol_" + "0" * 32})

    assert [e["code"] for e in grown.data["createToken"]["errors"]] == ["FORBIDDEN"]
    assert [(e["code"], e["path"]) for e in unknown.data["upsertRole"]["errors"]] == [
        ("BAD_USER_INPUT", ["permissions", "0"])
    ]
    assert [e["code"] for e in foreign.data["createToken"]["errors"]] == ["NOT_FOUND"]


async def test_a_field_without_its_permission_is_null_and_forbidden(shop: Any) -> None:
    with shop.acting():
        agent = await shop.token("agent")

    answer = await shop.ask(
        "{ merchant { name } tokens { totalCount } roles { totalCount } permissions { name } }", agent.text
    )

    assert answer.data == {"merchant": {"name": "Tea-A"}, "tokens": None, "roles": None, "permissions": None}
    assert len(answer.errors) == 3


async def test_settings_are_changed_and_what_is_absent_stays(shop: Any) -> None:
    document = """mutation ($i: UpdateMerchantInput!) { updateMerchant(input: $i) {
        merchant { name currency documentMode allowedOrigins version } errors { code path } } }"""
    changes = {
        "expectedVersion": 1,
        "name": "Tea House",
        "documentMode": "TRUSTED",
        "allowedOrigins": ["https://a.example/"],
    }

    changed = await shop.ask(document, i=changes)
    refused = await shop.ask(document, i={"expectedVersion": 2, "locale": "??"})

    assert changed.data["updateMerchant"]["merchant"] == {
        "name": "Tea House",
        "currency": "CNY",
        "documentMode": "TRUSTED",
        "allowedOrigins": ["https://a.example"],
        "version": 2,
    }
    assert refused.data["updateMerchant"]["errors"] == [{"code": "BAD_USER_INPUT", "path": ["locale"]}]


async def test_a_token_is_never_issued_under_a_key_whose_answer_would_be_stored(shop: Any) -> None:
    shop.ctx.idempotency_key = "once"

    answer = await shop.ask(CREATE, i={"name": "web", "role": await role_id(shop, "agent")})

    assert answer.data["createToken"]["text"] is None
    assert [e["code"] for e in answer.data["createToken"]["errors"]] == ["BAD_USER_INPUT"]
