"""One customer: created, changed, archived, restored."""

from datetime import date
from typing import Any

import pytest

from guanxi.context import Context
from guanxi.customers import permissions, service
from guanxi.customers.models import Customer
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.rules.profile import Identity
from guanxi.customers.service import ContactChange, CustomerChanges, NewCustomer
from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError
from guanxi.events import CustomerCreated, CustomerUpdated

LI = NewCustomer(
    {"display_name": "李雷", "birthday": date(1990, 2, 28), "is_lunar_birthday": True, "gender": "male"},
    contacts=[NewContact("phone", "138 0000 0001", is_preferred=True), NewContact("email", "nobody")],
    identities=[Identity("taobao", "li-1")],
    tags=["VIP", "茶友", "vip"],
)


async def tags_of(ctx: Context, row: Customer) -> list[str]:
    return (await service.tags_of(ctx, [row.id]))[0]


async def test_a_customer_is_created_with_all_its_parts(shop: Any, ctx: Context) -> None:
    row = await service.create_customer(ctx, LI)
    read = await service.get_customer(ctx, row.id)
    contacts = (await service.contact_points_of(ctx, [row.id]))[0]

    assert (read.display_name, read.birthday, read.is_lunar_birthday) == ("李雷", date(1990, 2, 28), True)
    assert (read.lifecycle, read.version, read.created_at) == ("lead", 1, ctx.now())
    assert [(c.value, c.normalised, c.is_valid) for c in contacts] == [
        ("138 0000 0001", "+8613800000001", True),
        ("nobody", None, False),
    ]
    assert [(one.system, one.external_id) for one in (await service.identities_of(ctx, [row.id]))[0]] == [
        ("taobao", "li-1")
    ]
    assert await tags_of(ctx, row) == ["VIP", "茶友"]
    assert [type(event) for event in shop.events] == [CustomerCreated]


async def test_a_name_to_show_is_made_where_none_is_given_and_where_it_is_cleared(ctx: Context) -> None:
    row = await service.create_customer(ctx, NewCustomer({"family_name": "韩", "given_name": "梅梅"}))
    cleared = await service.update_customer(ctx, row.id, CustomerChanges({"given_name": None, "display_name": None}))

    assert row.display_name == "韩梅梅"
    assert (cleared.display_name, cleared.given_name) == ("韩", None)


@pytest.mark.parametrize(
    ("new", "path"),
    [
        (NewCustomer({}), ("displayName",)),
        (NewCustomer({"display_name": "a\x00"}), ("displayName",)),
        (
            NewCustomer({"display_name": "a"}, contacts=[NewContact("phone", "1"), NewContact("fax", "1")]),
            ("contactPoints", 1, "kind"),
        ),
        (NewCustomer({"display_name": "a"}, identities=[Identity("", "1")]), ("identities", 0, "system")),
        (NewCustomer({"display_name": "a"}, tags=["ok", " "]), ("tags", 1)),
        (NewCustomer({"display_name": "a"}, tags=["t"] * 51), ("tags",)),
    ],
)
async def test_a_refused_value_is_named_by_its_place_and_nothing_is_written(
    ctx: Context, new: NewCustomer, path: tuple[str | int, ...]
) -> None:
    with pytest.raises(BadUserInputError) as caught:
        await service.create_customer(ctx, new)

    assert caught.value.path == path
    assert await Customer.all().count() == 0


async def test_an_identity_that_is_taken_refuses_the_whole_customer(shop: Any, ctx: Context) -> None:
    await service.create_customer(ctx, LI)

    with pytest.raises(ConflictError):
        await service.create_customer(ctx, NewCustomer({"display_name": "b"}, identities=[Identity("Taobao", "li-1")]))
    assert await Customer.all().count() == 1
    assert len(shop.events) == 1


async def test_absent_keeps_and_none_clears(shop: Any, ctx: Context) -> None:
    row = await service.create_customer(ctx, LI)

    changed = await service.update_customer(
        ctx, row.id, CustomerChanges({"gender": None, "lifecycle": "active"}), expected_version=1
    )

    assert (changed.gender, changed.birthday, changed.lifecycle) == (None, date(1990, 2, 28), "active")
    assert (await service.get_customer(ctx, row.id)).gender is None
    assert isinstance(shop.events[-1], CustomerUpdated)
    assert shop.events[-1].changed == ("gender", "lifecycle")


async def test_what_it_already_is_makes_no_version_and_no_event(shop: Any, ctx: Context) -> None:
    row = await service.create_customer(ctx, LI)
    same = CustomerChanges(LI.fields, add_contacts=LI.contacts, add_identities=LI.identities, tags=["vip", "茶友"])

    assert (await service.update_customer(ctx, row.id, same)).version == 1
    assert len(shop.events) == 1


async def test_a_stale_change_is_told_the_current_version(ctx: Context) -> None:
    row = await service.create_customer(ctx, LI)
    await service.update_customer(ctx, row.id, CustomerChanges({"source": "web"}), expected_version=1)

    with pytest.raises(ConflictError) as caught:
        await service.update_customer(ctx, row.id, CustomerChanges({"source": "app"}), expected_version=1)

    assert caught.value.details == {"currentVersion": 2}
    assert (await service.get_customer(ctx, row.id)).source == "web"


async def test_parts_are_removed_changed_and_added_in_one_change(shop: Any, ctx: Context) -> None:
    row = await service.create_customer(ctx, LI)
    phone, email = (await service.contact_points_of(ctx, [row.id]))[0]

    await service.update_customer(
        ctx,
        row.id,
        CustomerChanges(
            add_contacts=[NewContact("phone", "13900000002", is_preferred=True)],
            change_contacts=[ContactChange(phone.id, {"is_verified": True})],
            remove_contacts=[email.id],
            add_identities=[Identity("jd", "9")],
            remove_identities=[Identity("taobao", "li-1")],
            add_tags=["新客"],
            remove_tags=["vip"],
        ),
    )

    contacts = (await service.contact_points_of(ctx, [row.id]))[0]
    assert [(c.value, c.is_verified, c.is_preferred) for c in contacts] == [
        ("138 0000 0001", True, False),
        ("13900000002", False, True),
    ]
    assert [one.system for one in (await service.identities_of(ctx, [row.id]))[0]] == ["jd"]
    assert await tags_of(ctx, row) == ["茶友", "新客"]
    assert shop.events[-1].changed == ("contact_points", "identities", "tags")


async def test_archiving_keeps_everything_and_twice_is_once(ctx: Context) -> None:
    row = await service.create_customer(ctx, LI)

    archived = await service.archive_customer(ctx, row.id, expected_version=1)
    again = await service.archive_customer(ctx, row.id)
    restored = await service.restore_customer(ctx, row.id, expected_version=2)

    assert archived.archived_at == again.archived_at == ctx.now()
    assert (again.version, restored.version, restored.archived_at) == (2, 3, None)
    assert await tags_of(ctx, row) == ["VIP", "茶友"]


@pytest.mark.parametrize("call", [
    service.get_customer,
    lambda ctx, cid: service.update_customer(ctx, cid, CustomerChanges({"source": "web"})),
    service.archive_customer,
    service.restore_customer,
    lambda ctx, cid: service.add_contact_point(ctx, cid, NewContact("phone", "13800000001")),
    lambda ctx, cid: service.set_tags(ctx, cid, ["a"]),
])  # fmt: skip
async def test_another_merchants_customer_is_as_unknown_as_none(shop: Any, other: Any, call: Any) -> None:
    with other.acting() as theirs:
        row = await service.create_customer(theirs, LI)

    with pytest.raises(NotFoundError):
        await call(shop.ctx, row.id)

    with other.acting() as theirs:
        assert (await service.get_customer(theirs, row.id)).version == 1


@pytest.mark.parametrize(
    ("missing", "wanted"),
    [
        (permissions.WRITE_CUSTOMERS, CustomerChanges({"source": "web"})),
        (permissions.WRITE_CUSTOMERS, CustomerChanges(add_identities=[Identity("jd", "1")])),
        (permissions.WRITE_CUSTOMERS, CustomerChanges()),
        (permissions.WRITE_CONTACTS, CustomerChanges(add_contacts=[NewContact("phone", "1")])),
        (permissions.WRITE_TAGS, CustomerChanges(tags=[])),
        (permissions.WRITE_TAGS, CustomerChanges(remove_tags=["a"])),
    ],
)
async def test_each_part_of_a_change_needs_its_own_right(shop: Any, missing: str, wanted: CustomerChanges) -> None:
    row = await service.create_customer(shop.ctx, LI)

    with pytest.raises(ForbiddenError) as caught:
        await service.update_customer(shop.without(missing), row.id, wanted)

    assert caught.value.details == {"permission": missing}
