"""Units, posts and people: the tree, one person on one post, and what nobody may give."""

from typing import Any

import pytest

from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, GuanxiError, NotFoundError
from guanxi.staff import errors, service
from guanxi.staff.models import ApiToken, Post, PostHolding, Role
from guanxi.staff.rules import StaffState


@pytest.fixture
async def unit(shop: Any) -> Any:
    with shop.acting():
        return await service.create_unit(shop.ctx, name="Head office")


async def open_post(shop: Any, unit: Any, role: str = "agent", **more: Any) -> Post:
    new = service.NewPost(unit.id, await shop.role_id(role), more.pop("title", "A post"), **more)
    return await service.create_post(shop.ctx, new)


async def person(shop: Any, name: str) -> Any:
    made = await service.invite_staff(shop.ctx, name=name, email=f"{name}@tea.example")
    return await service.set_state(shop.ctx, made.id, StaffState.ACTIVE)


async def test_a_unit_cannot_stand_under_itself(shop: Any, unit: Any) -> None:
    with shop.acting():
        below = await service.create_unit(shop.ctx, name="Team", parent_id=unit.id)
        with pytest.raises(BadUserInputError) as refused:
            await service.update_unit(shop.ctx, unit.id, service.UnitChanges(parent_id=below.id), expected_version=1)

    assert refused.value.path == ("parent",)


async def test_a_unit_closes_only_when_nothing_in_it_is_in_use(shop: Any, unit: Any) -> None:
    close = service.UnitChanges(is_archived=True)
    with shop.acting():
        post = await open_post(shop, unit)
        with pytest.raises(ConflictError):
            await service.update_unit(shop.ctx, unit.id, close, expected_version=1)
        await service.update_post(shop.ctx, post.id, service.PostChanges(is_archived=True), expected_version=1)
        closed = await service.update_unit(shop.ctx, unit.id, close, expected_version=1)

        assert closed.archived_at is not None
        with pytest.raises(NotFoundError):
            await open_post(shop, unit)


async def test_a_post_has_one_holder_and_a_person_one_post(shop: Any, unit: Any) -> None:
    with shop.acting():
        first, second = await open_post(shop, unit), await open_post(shop, unit)
        lin, wu = await person(shop, "lin"), await person(shop, "wu")
        await service.assign_post(shop.ctx, post_id=first.id, person_id=lin.id)
        await service.assign_post(shop.ctx, post_id=first.id, person_id=lin.id)

        with pytest.raises(errors.OccupiedPostError):
            await service.assign_post(shop.ctx, post_id=first.id, person_id=wu.id)
        with pytest.raises(errors.OtherPostError):
            await service.assign_post(shop.ctx, post_id=second.id, person_id=lin.id)
        assert await PostHolding.all().count() == 1


async def test_a_vacated_post_keeps_its_history_and_loses_its_tokens(shop: Any, unit: Any) -> None:
    with shop.acting():
        post, lin = await open_post(shop, unit), await person(shop, "lin")
        await service.assign_post(shop.ctx, post_id=post.id, person_id=lin.id)
        issued = await service.create_token(shop.ctx, name="till", post_id=post.id)
        await service.vacate_post(shop.ctx, post_id=post.id)
        held = await PostHolding.get(post_id=post.id)

        assert (held.person_id, held.until is not None) == (lin.id, True)
        assert await service.holders_of(shop.ctx, [post.id]) == [None]
    with pytest.raises(GuanxiError):
        await shop.authenticate(issued.text)


async def test_a_token_of_a_post_may_what_the_post_may_from_the_next_request_on(shop: Any, unit: Any) -> None:
    with shop.acting():
        post = await open_post(shop, unit, "read-only", scope="unit")
        issued = await service.create_token(shop.ctx, name="till", post_id=post.id)
        before = (await shop.authenticate(issued.text)).actor
        changes = service.PostChanges(role_id=await shop.role_id("manager"), scope="merchant")
        await service.update_post(shop.ctx, post.id, changes, expected_version=post.version)
        after = (await shop.authenticate(issued.text)).actor

    assert before.post_id == after.post_id == post.id
    assert before.scope is not None
    assert after.scope is None
    assert "staff.role.read" in before.permissions & after.permissions


async def test_whoever_sees_a_part_of_the_merchant_gives_no_sight_of_more(shop: Any, unit: Any) -> None:
    with shop.acting():
        team = await service.create_unit(shop.ctx, name="Team", parent_id=unit.id)
        post = await open_post(shop, team, "admin", scope="subtree")
        text = (await service.create_token(shop.ctx, name="lead", post_id=post.id)).text
        lead = await shop.ctx_of(text)
        agent = await shop.role_id("agent")

        await service.create_post(lead, service.NewPost(team.id, agent, "below", scope="unit"))
        for refused in (
            service.create_post(lead, service.NewPost(unit.id, agent, "above")),
            service.create_post(lead, service.NewPost(team.id, agent, "all", scope="merchant")),
            service.update_post(lead, post.id, service.PostChanges(scope="merchant"), expected_version=post.version),
            service.update_post(lead, post.id, service.PostChanges(unit_id=unit.id), expected_version=post.version),
            service.update_unit(lead, unit.id, service.UnitChanges(parent_id=team.id), expected_version=1),
            service.create_unit(lead, name="top"),
            service.create_token(lead, name="wide", role_id=agent),
            service.check_heir(lead, None),
        ):
            with pytest.raises(ForbiddenError):
                await refused


async def test_the_last_who_may_do_everything_cannot_go_by_any_way(shop: Any, unit: Any) -> None:
    """The token is revoked first, so that a person on a post is the last."""
    with shop.acting():
        post, boss = await open_post(shop, unit, "admin", scope="merchant"), await person(shop, "boss")
        await service.assign_post(shop.ctx, post_id=post.id, person_id=boss.id)
        first = await ApiToken.get(name="first")
        await service.revoke_token(shop.ctx, token_id=first.id)
        version = (await Post.get(id=post.id)).version
        agent = await shop.role_id("agent")
        other = await service.invite_staff(shop.ctx, name="Other", email="other@tea.example")

        for going in (
            service.vacate_post(shop.ctx, post_id=post.id),
            service.set_state(shop.ctx, boss.id, StaffState.SUSPENDED),
            service.update_post(shop.ctx, post.id, service.PostChanges(role_id=agent), expected_version=version),
            service.update_post(shop.ctx, post.id, service.PostChanges(scope="subtree"), expected_version=version),
            service.update_post(shop.ctx, post.id, service.PostChanges(is_archived=True), expected_version=version),
            service.hand_over(shop.ctx, post_id=post.id, to_person_id=other.id, expected_version=version),
        ):
            with pytest.raises(errors.LastAdminError):
                await going
        assert await service.administrators(shop.clock()) == {boss.id}


async def test_a_role_keeps_what_it_allows_of_a_plugin_that_is_away(shop: Any) -> None:
    with shop.acting():
        role = await Role.create(name="own", permissions=["away.thing.read"], created_at=shop.clock())
        kept = ["away.thing.read", "staff.role.read"]
        changed = await service.upsert_role(
            shop.ctx, name="own", permissions=kept, role_id=role.id, expected_version=role.version
        )
        with pytest.raises(BadUserInputError):
            await service.upsert_role(shop.ctx, name="new", permissions=kept)

    assert changed.permissions == kept


async def test_an_address_stands_for_one_person(shop: Any) -> None:
    with shop.acting():
        await service.invite_staff(shop.ctx, name="Lin", email=" Lin@Tea.Example ")
        with pytest.raises(ConflictError):
            await service.invite_staff(shop.ctx, name="Lin", email="lin@tea.example")
        with pytest.raises(BadUserInputError):
            await service.invite_staff(shop.ctx, name="Lin", email="lin@tea")


async def test_the_organisation_is_read_and_changed_by_graphql(shop: Any) -> None:
    made = await shop.ask(
        """mutation {
          createOrgUnit(input: {name: "East"}) { unit { id name version } errors { code } }
          inviteStaff(input: {name: "Lin", email: "lin@tea.example"}) { person { id state } }
        }"""
    )
    unit, lin = made.data["createOrgUnit"]["unit"]["id"], made.data["inviteStaff"]["person"]["id"]
    roles = await shop.ask("{ roles { nodes { id name } } }")
    role = next(one["id"] for one in roles.data["roles"]["nodes"] if one["name"] == "agent")
    post = await shop.ask(
        """mutation ($unit: ID!, $role: ID!) {
          createPost(input: {unit: $unit, role: $role, title: "Till", scope: UNIT}) { post { id } errors { code } }
        }""",
        unit=unit,
        role=role,
    )
    post_id = post.data["createPost"]["post"]["id"]
    assigned = await shop.ask(
        "mutation ($post: ID!, $person: ID!) { assignPost(input: {post: $post, person: $person}) { errors { code } } }",
        post=post_id,
        person=lin,
    )

    read = await shop.ask(
        """{ orgUnits { nodes { name posts { title layer scope holder { name } holdings { until person { name } } } } }
             posts { nodes { unit { name } role { name } } } staff { nodes { email state post { title } } }
             viewer { actor { scope postId } } }"""
    )

    assert assigned.data["assignPost"]["errors"] == []
    held = {"until": None, "person": {"name": "Lin"}}
    till = {"title": "Till", "layer": "EXECUTION", "scope": "UNIT", "holder": {"name": "Lin"}, "holdings": [held]}
    assert read.data["orgUnits"]["nodes"] == [{"name": "East", "posts": [till]}]
    assert read.data["posts"]["nodes"] == [{"unit": {"name": "East"}, "role": {"name": "agent"}}]
    assert read.data["staff"]["nodes"] == [{"email": "lin@tea.example", "state": "INVITED", "post": {"title": "Till"}}]
    assert read.data["viewer"] == {"actor": {"scope": "MERCHANT", "postId": None}}
