"""Many customers at once, by what another system calls them."""

from typing import Any

import pytest

from guanxi.context import Context
from guanxi.customers import permissions, service
from guanxi.customers.models import ContactPoint, Customer, CustomerTag
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.rules.profile import Identity
from guanxi.customers.service import UpsertItem
from guanxi.db import statements
from guanxi.errors import BadUserInputError, ForbiddenError
from guanxi.events import CustomerCreated, CustomerUpdated


def item(key: str, name: str | None = None, **fields: Any) -> UpsertItem:
    """A customer with one phone, which ends with the key, and one tag."""
    given: Any = {"display_name": name or f"客{key}", **fields}
    return UpsertItem(
        Identity("shop", key),
        given,
        [NewContact("phone", f"138{key:0>8}")],
        ["进口"],
    )


async def test_items_are_created_then_unchanged_then_updated(shop: Any, ctx: Context) -> None:
    created = await service.upsert_customers(ctx, [item("1"), item("2")])
    unchanged = await service.upsert_customers(ctx, [item("2"), item("1")])
    updated = await service.upsert_customers(ctx, [item("1", "新名", source="web"), item("2"), item("3")])

    assert [one.status for one in created] == ["created", "created"]
    assert [one.status for one in unchanged] == ["unchanged", "unchanged"]
    assert [one.status for one in updated] == ["updated", "unchanged", "created"]
    first = updated[0].customer
    assert first is not None
    assert created[0].customer == first
    assert (first.version, first.display_name, first.source) == (2, "新名", "web")
    assert (await service.get_customer(ctx, first.id)).version == 2
    assert [type(event) for event in shop.events] == [
        CustomerCreated,
        CustomerCreated,
        CustomerUpdated,
        CustomerCreated,
    ]


async def test_each_row_gets_its_own_new_values(ctx: Context) -> None:
    await service.upsert_customers(ctx, [item("1"), item("2"), item("3")])
    await service.upsert_customers(ctx, [item("1", lifecycle="active"), item("2", gender="female"), item("3", "三")])

    rows = await Customer.all().order_by("id")

    assert [(r.display_name, r.lifecycle, r.gender) for r in rows] == [
        ("客1", "active", None),
        ("客2", "lead", "female"),
        ("三", "lead", None),
    ]


async def test_contacts_and_tags_are_added_and_none_is_taken_away(ctx: Context) -> None:
    await service.upsert_customers(ctx, [item("1")])
    more = UpsertItem(
        Identity("shop", "1"), contacts=[NewContact("phone", "13900000009", is_preferred=True)], tags=["VIP"]
    )
    outcome = (await service.upsert_customers(ctx, [more]))[0]

    assert outcome.customer is not None
    contacts = (await service.contact_points_of(ctx, [outcome.customer.id]))[0]
    assert [(c.value, c.is_preferred) for c in contacts] == [("13800000001", False), ("13900000009", True)]
    assert await service.tags_of(ctx, [outcome.customer.id]) == [["进口", "VIP"]]


async def test_a_refused_item_is_reported_at_its_place_and_stops_no_other(ctx: Context) -> None:
    await service.upsert_customers(ctx, [item("4")])
    outcomes = await service.upsert_customers(
        ctx,
        [
            item("1"),
            UpsertItem(Identity("shop", ""), {"display_name": "b"}),
            UpsertItem(Identity("shop", "2")),
            UpsertItem(Identity("shop", "3"), {"display_name": "c", "gender": "x"}),
            UpsertItem(Identity("shop", "4"), {"display_name": None, "source": "web"}),
        ],
    )

    assert [one.status for one in outcomes] == ["created", "error", "error", "error", "error"]
    assert [one.error and one.error.path for one in outcomes] == [
        None,
        ("items", 1, "externalId"),
        ("items", 2, "displayName"),
        ("items", 3, "gender"),
        ("items", 4, "displayName"),
    ]
    assert [row.source for row in await Customer.all()] == [None, None]


async def test_an_identity_that_comes_twice_is_changed_in_that_order(shop: Any, ctx: Context) -> None:
    outcomes = await service.upsert_customers(ctx, [item("1", "甲"), item("1", "乙"), item("1", "乙")])

    assert [one.status for one in outcomes] == ["created", "updated", "unchanged"]
    assert [(row.display_name, row.version) for row in await Customer.all()] == [("乙", 1)]
    assert [type(event) for event in shop.events] == [CustomerCreated]


async def test_more_than_five_hundred_items_are_refused(ctx: Context) -> None:
    with pytest.raises(BadUserInputError):
        await service.upsert_customers(ctx, [item(str(n)) for n in range(501)])

    assert await service.upsert_customers(ctx, []) == []


@pytest.mark.parametrize("missing", [permissions.WRITE_CUSTOMERS, permissions.WRITE_CONTACTS, permissions.WRITE_TAGS])
async def test_a_batch_needs_the_rights_of_all_its_parts(shop: Any, missing: str) -> None:
    with pytest.raises(ForbiddenError):
        await service.upsert_customers(shop.without(missing), [item("1")])


async def test_another_merchant_may_have_the_same_identities(shop: Any, other: Any) -> None:
    with other.acting() as theirs:
        await service.upsert_customers(theirs, [item("1", "乙店的")])

    outcome = (await service.upsert_customers(shop.ctx, [item("1", "甲店的")]))[0]

    assert outcome.status == "created"
    assert [row.display_name for row in await Customer.all()] == ["甲店的"]
    with other.acting():
        assert [row.display_name for row in await Customer.all()] == ["乙店的"]


async def test_ten_items_cost_as_many_statements_as_a_hundred(ctx: Context) -> None:
    costs = []
    for size in (10, 100):
        new = [item(f"{size}-{n}") for n in range(size)]
        with statements.counting() as creating:
            await service.upsert_customers(ctx, new)
        changed = [UpsertItem(one.identity, {"source": "web"}, [NewContact("email", "a@b.cn")], ["二"]) for one in new]
        with statements.counting() as updating:
            await service.upsert_customers(ctx, changed)
        costs.append((creating.count, updating.count))

    assert costs[0] == costs[1]
    assert max(costs[0]) <= 20


async def test_five_hundred_items_go_in_at_once(ctx: Context) -> None:
    items = [item(str(n)) for n in range(500)]
    await service.upsert_customers(ctx, items)
    changed = [UpsertItem(one.identity, {"source": f"s{place}"}) for place, one in enumerate(items)]
    outcomes = await service.upsert_customers(ctx, changed)

    assert {one.status for one in outcomes} == {"updated"}
    assert sorted(row.source or "" for row in await Customer.all()) == sorted(f"s{n}" for n in range(500))
    assert (await ContactPoint.all().count(), await CustomerTag.all().count()) == (500, 500)
