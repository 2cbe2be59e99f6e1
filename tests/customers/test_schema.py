"""Customers as a client sees them."""

from dataclasses import replace
from typing import Any

import pytest

from guanxi.context import Context
from guanxi.customers import permissions, service
from guanxi.customers.plugin import schema_part
from guanxi.customers.rules import contacts, profile
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.rules.profile import Identity
from guanxi.customers.service import NewCustomer
from guanxi.customers.types import enums
from guanxi.db import statements
from guanxi.plugins import composing
from guanxi.schema.composed import ComposedSchema
from guanxi.staff.schema import schema as staff_schema

CREATE = """mutation ($i: CreateCustomerInput!) { createCustomer(input: $i) {
    customer { id displayName gender lifecycle version contactPoints { kind value normalised isValid invalidReason }
               identities { system externalId } tags { name } }
    errors { code path message } } }"""
UPDATE = """mutation ($i: UpdateCustomerInput!) { updateCustomer(input: $i) {
    customer { displayName gender source version contactPoints { id value isVerified } tags { name } }
    errors { code path ... on ConflictUserError { currentVersion } } } }"""
UPSERT = """mutation ($i: UpsertCustomersInput!) { upsertCustomers(input: $i) {
    outcomes { status customer { displayName version } error { code path } } errors { code } } }"""
LI = {
    "displayName": " 李　雷 ",
    "gender": "MALE",
    "contactPoints": [{"kind": "PHONE", "value": "138 0000 0001"}, {"kind": "EMAIL", "value": "nobody"}],
    "identities": [{"system": "Taobao", "externalId": "L-1"}],
    "tags": ["vip"],
}


@pytest.fixture
def schema(shop: Any) -> ComposedSchema:
    return composing.schema_of({"staff": staff_schema, "customers": schema_part()}, {})


@pytest.fixture
def ask(ctx: Context, schema: ComposedSchema) -> Any:
    """The answer's data; ``by`` is the context of another actor."""

    async def asked(document: str, by: Context | None = None, **variables: Any) -> Any:
        asking = replace(by or ctx, schema=schema, loaders={})
        answer = await schema.execute(document, variable_values=variables, context_value=asking)
        assert answer.errors is None
        return answer.data

    return asked


async def test_a_customer_is_created_and_read_back(ask: Any) -> None:
    made = (await ask(CREATE, i=LI))["createCustomer"]

    assert made["errors"] == []
    assert made["customer"]["id"].startswith("cus_")
    assert made["customer"] | {"id": ""} == {
        "id": "",
        "displayName": "李 雷",
        "gender": "MALE",
        "lifecycle": "LEAD",
        "version": 1,
        "contactPoints": [
            {"kind": "PHONE", "value": "138 0000 0001", "normalised": "+8613800000001", "isValid": True,
             "invalidReason": None},
            {"kind": "EMAIL", "value": "nobody", "normalised": None, "isValid": False,
             "invalidReason": "not_an_email"},
        ],
        "identities": [{"system": "taobao", "externalId": "L-1"}],
        "tags": [{"name": "vip"}],
    }  # fmt: skip


async def test_a_refusal_is_data_with_code_and_place(ask: Any) -> None:
    refused = await ask(CREATE, i={"displayName": "a", "contactPoints": [{"kind": "PHONE"}]})
    staged = await ask(CREATE, i={"displayName": "a", "lifecycle": "OTHER"})

    assert refused["createCustomer"]["customer"] is None
    assert [(e["code"], e["path"]) for e in refused["createCustomer"]["errors"]] == [
        ("BAD_USER_INPUT", ["contactPoints", "0", "value"])
    ]
    assert [e["path"] for e in staged["createCustomer"]["errors"]] == [["lifecycle"]]


async def test_absent_keeps_and_null_clears(ask: Any) -> None:
    made = (await ask(CREATE, i=LI | {"source": "web"}))["createCustomer"]["customer"]

    kept = await ask(UPDATE, i={"id": made["id"], "expectedVersion": 1, "displayName": "李雷"})
    cleared = await ask(UPDATE, i={"id": made["id"], "expectedVersion": 2, "gender": None, "tags": []})

    assert (kept["updateCustomer"]["customer"]["gender"], kept["updateCustomer"]["customer"]["source"]) == (
        "MALE",
        "web",
    )
    assert (cleared["updateCustomer"]["customer"]["gender"], cleared["updateCustomer"]["customer"]["tags"]) == (
        None,
        [],
    )


async def test_contact_points_are_added_changed_and_removed_by_their_ids(ask: Any) -> None:
    made = (await ask(CREATE, i=LI))["createCustomer"]["customer"]
    read = await ask("query ($i: ID!) { customer(by: {id: $i}) { contactPoints { id } } }", i=made["id"])
    phone, email = (contact["id"] for contact in read["customer"]["contactPoints"])

    changed = await ask(UPDATE, i={
        "id": made["id"],
        "expectedVersion": 1,
        "addContactPoints": [{"kind": "WECHAT", "value": "tea_lover"}],
        "updateContactPoints": [{"id": phone, "isVerified": True}],
        "removeContactPoints": [email],
    })  # fmt: skip

    contacts_now = changed["updateCustomer"]["customer"]["contactPoints"]
    assert [(c["value"], c["isVerified"]) for c in contacts_now] == [("138 0000 0001", True), ("tea_lover", False)]


async def test_a_stale_change_is_told_the_current_version(ask: Any) -> None:
    made = (await ask(CREATE, i=LI))["createCustomer"]["customer"]
    await ask(UPDATE, i={"id": made["id"], "expectedVersion": 1, "source": "web"})

    stale = (await ask(UPDATE, i={"id": made["id"], "expectedVersion": 1, "source": "app"}))["updateCustomer"]

    assert stale == {"customer": None, "errors": [{"code": "CONFLICT", "path": [], "currentVersion": 2}]}


async def test_a_customer_is_archived_and_restored(ask: Any) -> None:
    made = (await ask(CREATE, i=LI))["createCustomer"]["customer"]
    document = "mutation ($i: %s!) { %s(input: $i) { customer { archivedAt version } errors { code } } }"

    archived = await ask(
        document % ("ArchiveCustomerInput", "archiveCustomer"), i={"id": made["id"], "expectedVersion": 1}
    )
    restored = await ask(
        document % ("RestoreCustomerInput", "restoreCustomer"), i={"id": made["id"], "expectedVersion": 2}
    )

    assert archived["archiveCustomer"]["customer"] == {"archivedAt": "2026-11-01T04:00:00Z", "version": 2}
    assert restored["restoreCustomer"]["customer"] == {"archivedAt": None, "version": 3}


async def test_a_batch_answers_item_by_item(ask: Any) -> None:
    items = [{"externalId": {"system": "shop", "externalId": str(n)}, "displayName": f"客{n}"} for n in range(2)]
    bad = {"externalId": {"system": "shop", "externalId": "9"}}

    first = await ask(UPSERT, i={"items": items})
    second = await ask(UPSERT, i={"items": [items[0], items[1] | {"lifecycle": "ACTIVE"}, bad]})

    assert [one["status"] for one in first["upsertCustomers"]["outcomes"]] == ["CREATED", "CREATED"]
    assert second["upsertCustomers"]["outcomes"] == [
        {"status": "UNCHANGED", "customer": {"displayName": "客0", "version": 1}, "error": None},
        {"status": "UPDATED", "customer": {"displayName": "客1", "version": 2}, "error": None},
        {
            "status": "ERROR",
            "customer": None,
            "error": {"code": "BAD_USER_INPUT", "path": ["items", "2", "displayName"]},
        },
    ]


async def test_a_customer_is_found_by_every_key(ask: Any, ctx: Context) -> None:
    new = NewCustomer(
        {"display_name": "李雷"},
        [NewContact("phone", "13800000001"), NewContact("email", "li@example.com")],
        [Identity("shop", "L-1")],
    )
    await service.create_customer(ctx, new)

    found = await ask("""{
        phone: customer(by: {phone: "138 0000 0001"}) { displayName }
        email: customer(by: {email: "LI@example.com"}) { displayName }
        external: customer(by: {externalId: {system: "shop", externalId: "L-1"}}) { displayName }
        nobody: customer(by: {id: "cus_00000000000000000000000000000000"}) { displayName } }""")

    assert found == {name: {"displayName": "李雷"} for name in ("phone", "email", "external")} | {"nobody": None}


@pytest.mark.parametrize("by", [{"phone": "abc"}, {"phone": ""}, {"id": "cpt_00000000000000000000000000000000"}])
async def test_a_key_without_form_is_refused(ctx: Context, schema: ComposedSchema, by: dict[str, str]) -> None:
    document = "query ($by: CustomerBy!) { customer(by: $by) { id } }"
    answer = await schema.execute(document, variable_values={"by": by}, context_value=replace(ctx, schema=schema))

    assert answer.errors is not None
    assert getattr(answer.errors[0].original_error, "code", None) == "BAD_USER_INPUT"


async def test_contacts_are_masked_for_who_may_not_see_them(shop: Any, ask: Any) -> None:
    made = (await ask(CREATE, i=LI))["createCustomer"]["customer"]
    blind = shop.without(permissions.READ_CONTACTS)

    read = await ask(
        "query ($i: ID!) { customer(by: {id: $i}) { contactPoints { value normalised } } }", blind, i=made["id"]
    )

    assert read["customer"]["contactPoints"] == [
        {"value": "138****0001", "normalised": "138****0001"},
        {"value": "n****", "normalised": None},
    ]


async def test_customers_page_through_filters_and_orders(ask: Any, ctx: Context) -> None:
    for n in range(5):
        tags = ["vip"] if n % 2 else []
        await service.create_customer(ctx, NewCustomer({"display_name": f"客{n}", "lifecycle": "active"}, tags=tags))
    await service.create_customer(ctx, NewCustomer({"display_name": "访客"}))

    document = """query ($w: CustomerFilter, $after: String) {
        customers(where: $w, orderBy: [{displayName: DESC}], first: 2, after: $after) {
            totalCount pageInfo { endCursor hasNextPage } nodes { displayName } } }"""
    active = {"and": [{"lifecycle": {"in": ["ACTIVE"]}}, {"archivedAt": {"isNull": True}}]}
    first = (await ask(document, w=active))["customers"]
    second = (await ask(document, w=active, after=first["pageInfo"]["endCursor"]))["customers"]
    tagged = (await ask(document, w={"tag": {"eq": "vip"}}))["customers"]

    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (5, True)
    assert [node["displayName"] for node in first["nodes"] + second["nodes"]] == ["客4", "客3", "客2", "客1"]
    assert [node["displayName"] for node in tagged["nodes"]] == ["客3", "客1"]


async def test_ten_customers_cost_as_many_statements_as_one(ask: Any, ctx: Context) -> None:
    document = """{ customers { nodes { displayName contactPoints { value } identities { system } tags { name } } } }"""
    costs = []
    for size in (1, 9):
        for n in range(size):
            parts = [NewContact("phone", "13800000001")], [Identity("shop", f"{size}-{n}")], ["vip"]
            await service.create_customer(ctx, NewCustomer({"display_name": "客"}, *parts))
        with statements.counting() as counted:
            await ask(document)
        costs.append(counted.count)

    assert costs == [5, 5]  # one of them for the keys of all contact points


async def test_another_merchants_customers_are_not_there(ask: Any, other: Any) -> None:
    with other.acting() as theirs:
        row = await service.create_customer(theirs, NewCustomer({"display_name": "乙店的"}))

    foreign = f"cus_{row.id.hex}"
    read = await ask("query ($i: ID!) { customer(by: {id: $i}) { id } customers { totalCount } }", i=foreign)
    changed = await ask(UPDATE, i={"id": foreign, "expectedVersion": 1, "source": "web"})

    assert read == {"customer": None, "customers": {"totalCount": 0}}
    assert [e["code"] for e in changed["updateCustomer"]["errors"]] == ["NOT_FOUND"]


def test_the_api_names_every_value_that_the_rules_know() -> None:
    for enum, rule in (
        (enums.Gender, profile.Gender),
        (enums.Lifecycle, profile.Lifecycle),
        (enums.ContactKind, contacts.ContactKind),
        (enums.Collected, contacts.Collected),
    ):
        assert {member.value for member in enum.core_members()} - {"other"} == set(rule) - {"other"}
