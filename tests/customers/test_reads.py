"""Customers are found by id and by natural keys, and their parts come in batches."""

from typing import Any

import pytest

from guanxi.context import Context
from guanxi.customers import permissions, service
from guanxi.customers.models import Customer
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.rules.profile import Identity
from guanxi.customers.service import NewCustomer
from guanxi.db import statements
from guanxi.db.fields import uuid7
from guanxi.errors import BadUserInputError, ForbiddenError


async def known(ctx: Context, name: str, *contacts: NewContact, identity: str = "") -> Customer:
    identities = [Identity("shop", identity)] if identity else []
    return await service.create_customer(ctx, NewCustomer({"display_name": name}, contacts, identities, ["vip"]))


async def test_a_customer_is_found_by_each_of_its_keys(ctx: Context) -> None:
    li = await known(
        ctx, "李雷", NewContact("phone", "13800000001"), NewContact("email", "li@example.com"), identity="L-1"
    )

    keys: list[dict[str, Any]] = [
        {"customer_id": li.id},
        {"phone": "１３８ 0000 0001"},
        {"email": "LI@Example.com"},
        {"identity": Identity("Shop", "L-1")},
    ]
    for key in keys:
        found = await service.find_customer(ctx, **key)
        assert found is not None
        assert found.id == li.id


async def test_what_nobody_has_finds_none(ctx: Context) -> None:
    await known(ctx, "李雷", NewContact("phone", "13800000001"), identity="L-1")

    assert await service.find_customer(ctx, customer_id=uuid7()) is None
    assert await service.find_customer(ctx, phone="13800000002") is None
    assert await service.find_customer(ctx, email="li@example.com") is None
    assert await service.find_customer(ctx, identity=Identity("shop", "l-1")) is None


async def test_among_sharers_the_one_in_use_comes_first_then_the_proven_then_the_oldest(ctx: Context) -> None:
    archived = await known(ctx, "旧", NewContact("phone", "13800000001", is_verified=True))
    await service.archive_customer(ctx, archived.id)
    oldest = await known(ctx, "早", NewContact("phone", "13800000001"))
    proven = await known(ctx, "真", NewContact("phone", "13800000001", is_verified=True))

    first = await service.find_customer(ctx, phone="13800000001")
    await service.archive_customer(ctx, proven.id)
    second = await service.find_customer(ctx, phone="13800000001")

    assert first is not None
    assert second is not None
    assert (first.id, second.id) == (proven.id, oldest.id)


async def test_a_hotline_is_nobodys_number(ctx: Context) -> None:
    await known(ctx, "李雷", NewContact("phone", "95588"))

    assert await service.find_customer(ctx, phone="95588") is None


@pytest.mark.parametrize("key", [{"phone": "abc"}, {"email": "abc"}, {"identity": Identity("", "1")}])
async def test_a_key_without_form_is_refused(ctx: Context, key: dict[str, Any]) -> None:
    with pytest.raises(BadUserInputError):
        await service.find_customer(ctx, **key)


async def test_who_may_not_see_contacts_cannot_search_by_them(shop: Any) -> None:
    await known(shop.ctx, "李雷", NewContact("phone", "13800000001"))
    ctx = shop.without(permissions.READ_CONTACTS)

    keys: list[dict[str, Any]] = [{"phone": "13800000001"}, {"phone": "13800000002"}, {"email": "li@example.com"}]
    for key in keys:
        with pytest.raises(ForbiddenError):
            await service.find_customer(ctx, **key)


async def test_contacts_are_masked_for_who_may_not_see_them(shop: Any) -> None:
    address = NewContact("address", province="浙江", city="杭州", street="西湖路8号")
    li = await known(shop.ctx, "李雷", NewContact("phone", "13800000001"), address)

    phone, place = (await service.contact_points_of(shop.without(permissions.READ_CONTACTS), [li.id]))[0]

    assert (phone.value, phone.normalised) == ("138****0001", "138****0001")
    assert (place.value, place.city, place.street) == ("浙****", "杭州", "西****")


async def test_batches_answer_in_the_order_asked_in_one_statement_each(ctx: Context) -> None:
    rows = [await known(ctx, f"客{n}", NewContact("phone", f"1380000000{n}"), identity=str(n)) for n in range(5)]
    asked = [rows[3].id, uuid7(), rows[0].id, rows[3].id]

    with statements.counting() as counted:
        customers = await service.customers_of(ctx, asked)
        contacts = await service.contact_points_of(ctx, asked)
        identities = await service.identities_of(ctx, asked)
        tags = await service.tags_of(ctx, asked)

    assert [row and row.display_name for row in customers] == ["客3", None, "客0", "客3"]
    assert [[c.value[-1] for c in group] for group in contacts] == [["3"], [], ["0"], ["3"]]
    assert [[one.external_id for one in group] for group in identities] == [["3"], [], ["0"], ["3"]]
    assert tags == [["vip"], [], ["vip"], ["vip"]]
    assert counted.count == 5  # and one for the keys of the contact points


async def test_another_merchants_customers_are_not_there(shop: Any, other: Any) -> None:
    with other.acting() as theirs:
        li = await known(theirs, "李雷", NewContact("phone", "13800000001"), identity="L-1")

    assert await service.find_customer(shop.ctx, customer_id=li.id) is None
    assert await service.find_customer(shop.ctx, phone="13800000001") is None
    assert await service.find_customer(shop.ctx, identity=Identity("shop", "L-1")) is None
    assert await service.customers_of(shop.ctx, [li.id]) == [None]
    assert await service.contact_points_of(shop.ctx, [li.id]) == [[]]
    assert await service.tags_of(shop.ctx, [li.id]) == [[]]


async def test_reading_needs_its_right(shop: Any) -> None:
    ctx = shop.without(permissions.READ_CUSTOMERS)

    for call in (service.customers_of, service.contact_points_of, service.identities_of, service.tags_of):
        with pytest.raises(ForbiddenError):
            await call(ctx, [])
    with pytest.raises(ForbiddenError):
        await service.find_customer(ctx, customer_id=uuid7())
