"""Contact points one at a time, and tags."""

from typing import Any

import pytest

from guanxi.context import Context
from guanxi.customers import permissions, service
from guanxi.customers.models import Customer
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.service import CustomerChanges, NewCustomer
from guanxi.errors import BadUserInputError, ForbiddenError, NotFoundError


@pytest.fixture
async def mei(ctx: Context) -> Customer:
    return await service.create_customer(ctx, NewCustomer({"display_name": "韩梅梅"}))


async def values_of(ctx: Context, row: Customer) -> list[str]:
    return [contact.value for contact in (await service.contact_points_of(ctx, [row.id]))[0]]


async def test_an_equal_contact_point_is_not_added_again(shop: Any, ctx: Context, mei: Customer) -> None:
    first = await service.add_contact_point(ctx, mei.id, NewContact("phone", "13800000001"))
    again = await service.add_contact_point(ctx, mei.id, NewContact("phone", "+86 138-0000-0001"))
    await service.add_contact_point(ctx, mei.id, NewContact("email", "nobody"))
    await service.add_contact_point(ctx, mei.id, NewContact("email", " NOBODY "))

    assert again.id == first.id
    assert await values_of(ctx, mei) == ["13800000001", "nobody"]
    assert (await service.get_customer(ctx, mei.id)).version == 3
    assert len(shop.events) == 3


async def test_one_contact_point_of_each_kind_is_preferred(ctx: Context, mei: Customer) -> None:
    old = await service.add_contact_point(ctx, mei.id, NewContact("phone", "13800000001", is_preferred=True))
    await service.add_contact_point(ctx, mei.id, NewContact("email", "a@example.com", is_preferred=True))
    new = await service.add_contact_point(ctx, mei.id, NewContact("phone", "13800000002", is_preferred=True))
    await service.update_contact_point(ctx, old.id, {"is_preferred": True})

    contacts = (await service.contact_points_of(ctx, [mei.id]))[0]
    assert new.is_preferred
    assert [(c.value, c.is_preferred) for c in contacts] == [
        ("13800000001", True),
        ("a@example.com", True),
        ("13800000002", False),
    ]


async def test_a_corrected_value_is_normalised_again(ctx: Context, mei: Customer) -> None:
    contact = await service.add_contact_point(ctx, mei.id, NewContact("phone", "1380000", source="表单"))
    corrected = await service.update_contact_point(ctx, contact.id, {"value": "１３８00000001"})

    assert (contact.is_valid, contact.invalid_reason) == (False, "no_such_number")
    assert (corrected.is_valid, corrected.normalised, corrected.source) == (True, "+8613800000001", "表单")


async def test_a_refused_correction_is_named_by_its_place(ctx: Context, mei: Customer) -> None:
    contact = await service.add_contact_point(ctx, mei.id, NewContact("phone", "13800000001"))

    with pytest.raises(BadUserInputError) as caught:
        await service.update_contact_point(ctx, contact.id, {"collected": "by guess"})

    assert caught.value.path == ("updateContactPoints", 0, "collected")


async def test_a_removed_contact_point_is_gone_and_cannot_be_removed_again(ctx: Context, mei: Customer) -> None:
    contact = await service.add_contact_point(ctx, mei.id, NewContact("wechat", "tea_lover"))
    await service.remove_contact_point(ctx, contact.id)

    assert await values_of(ctx, mei) == []
    with pytest.raises(NotFoundError):
        await service.remove_contact_point(ctx, contact.id)


async def test_one_customer_cannot_change_the_contact_point_of_another(ctx: Context, mei: Customer) -> None:
    li = await service.create_customer(ctx, NewCustomer({"display_name": "李雷"}))
    contact = await service.add_contact_point(ctx, li.id, NewContact("phone", "13800000001"))

    with pytest.raises(NotFoundError) as caught:
        await service.update_customer(ctx, mei.id, CustomerChanges(remove_contacts=[contact.id]))

    assert caught.value.path == ("removeContactPoints", 0)
    assert await values_of(ctx, li) == ["13800000001"]


async def test_another_merchants_contact_point_is_unknown(shop: Any, other: Any) -> None:
    with other.acting() as theirs:
        li = await service.create_customer(
            theirs, NewCustomer({"display_name": "李雷"}, contacts=[NewContact("phone", "13800000001")])
        )
        contact = (await service.contact_points_of(theirs, [li.id]))[0][0]

    with pytest.raises(NotFoundError):
        await service.update_contact_point(shop.ctx, contact.id, {"is_verified": True})
    with pytest.raises(NotFoundError):
        await service.remove_contact_point(shop.ctx, contact.id)


async def test_contact_points_and_tags_need_their_rights(shop: Any, mei: Customer) -> None:
    contact = await service.add_contact_point(shop.ctx, mei.id, NewContact("phone", "13800000001"))
    ctx = shop.without(permissions.WRITE_CONTACTS, permissions.WRITE_TAGS)

    with pytest.raises(ForbiddenError):
        await service.add_contact_point(ctx, mei.id, NewContact("phone", "13800000002"))
    with pytest.raises(ForbiddenError):
        await service.update_contact_point(ctx, contact.id, {"is_verified": True})
    with pytest.raises(ForbiddenError):
        await service.remove_contact_point(ctx, contact.id)
    with pytest.raises(ForbiddenError):
        await service.add_tags(ctx, mei.id, ["vip"])


async def test_tags_are_set_added_and_removed_without_case(shop: Any, ctx: Context, mei: Customer) -> None:
    await service.set_tags(ctx, mei.id, ["ＶＩＰ", "茶友"])
    await service.add_tags(ctx, mei.id, ["vip", "新客"])
    await service.remove_tags(ctx, mei.id, ["茶友", "没有"])
    unchanged = await service.set_tags(ctx, mei.id, ["vip", "新客"])

    assert await service.tags_of(ctx, [mei.id]) == [["VIP", "新客"]]
    assert unchanged.version == 4
    assert len(shop.events) == 4
