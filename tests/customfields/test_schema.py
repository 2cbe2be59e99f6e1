"""Custom fields as a client sees them."""

from typing import Any

import pytest

from guanxi.customers import service as customers
from guanxi.customers.models import Customer
from guanxi.customfields import permissions, service
from guanxi.customfields.models import CustomField, CustomValue
from guanxi.customfields.rules import FieldKind, Value
from guanxi.customfields.service import Origin
from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError
from guanxi.schema import ids

CREATE = """mutation ($i: CreateCustomFieldInput!) { createCustomField(input: $i) {
    customField { id key label kind options version } errors { code path } } }"""
UPDATE = """mutation ($i: UpdateCustomFieldInput!) { updateCustomField(input: $i) {
    customField { label options archivedAt version } errors { code path } } }"""
SET = """mutation ($i: SetCustomFieldsInput!) { setCustomFields(input: $i) {
    customer { version customFields { ...value } } errors { code path } } }
    fragment value on CustomFieldValue { field { key } text number money { amountMinor currency } date option flag
        reference { displayName } source collected }"""
FIND = "query ($w: CustomerFilter) { customers(where: $w) { nodes { displayName } } }"
KINDS = {kind.value: ["小", "中", "大"] if kind is FieldKind.ENUM else [] for kind in FieldKind}


@pytest.fixture
async def fields(ctx: Any) -> dict[str, CustomField]:
    """One field of each kind, called by it."""
    return {
        kind: await service.create_field(ctx, key=f"f_{kind}", label=f"字段 {kind}", kind=FieldKind(kind), options=more)
        for kind, more in KINDS.items()
    }


def value(key: str, **said: Any) -> dict[str, Any]:
    return {"key": key, "value": said or None}


async def test_a_field_is_defined_changed_and_archived(ask: Any) -> None:
    made = await ask(CREATE, i={"key": "size", "label": " 尺码 ", "kind": "ENUM", "options": ["小", "大"]})
    field = made["createCustomField"]["customField"]
    changed = await ask(UPDATE, i={"id": field["id"], "expectedVersion": 1, "options": ["小", "大", "特大"]})
    archived = await ask(UPDATE, i={"id": field["id"], "expectedVersion": 2, "isArchived": True})
    stale = await ask(UPDATE, i={"id": field["id"], "expectedVersion": 2, "label": "码"})

    assert field | {"id": ""} == {
        "id": "", "key": "size", "label": "尺码", "kind": "ENUM", "options": ["小", "大"], "version": 1,
    }  # fmt: skip
    assert changed["updateCustomField"]["customField"]["options"] == ["小", "大", "特大"]
    assert archived["updateCustomField"]["customField"]["archivedAt"] == "2026-11-11T04:00:00Z"
    assert [one["code"] for one in stale["updateCustomField"]["errors"]] == ["CONFLICT"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "Größe"}, {"key": "1a"}, {"label": " "}, {"kind": "OTHER"}, {"kind": "ENUM"}, {"options": ["a"]},
        {"kind": "ENUM", "options": ["a", "a"]}, {"kind": "ENUM", "options": [str(n) for n in range(201)]},
    ],
)  # fmt: skip
async def test_a_definition_that_makes_no_sense_is_refused(ask: Any, wrong: dict[str, Any]) -> None:
    refused = await ask(CREATE, i={"key": "size", "label": "尺码", "kind": "TEXT"} | wrong)

    assert [one["code"] for one in refused["createCustomField"]["errors"]] == ["BAD_USER_INPUT"]


async def test_every_kind_is_filled_in_and_read_back_typed(ask: Any, buyer: Any, fields: Any) -> None:
    me = ids.encode("cus", buyer.id)
    values = [
        value("f_text", text="爱喝普洱"), value("f_number", number=1.5), value("f_date", date="2020-02-29"),
        value("f_money", money={"amountMinor": 1250, "currency": "CNY"}), value("f_enum", option="中"),
        value("f_bool", flag=False), value("f_reference", reference=me),
    ]  # fmt: skip

    said = {"customer": me, "expectedVersion": 1, "values": values, "source": "问卷", "collected": "DIRECT"}
    done = (await ask(SET, i=said))["setCustomFields"]

    assert (done["errors"], done["customer"]["version"]) == ([], 2)
    found = {one["field"]["key"]: one for one in done["customer"]["customFields"]}
    assert (found["f_text"]["text"], found["f_number"]["number"], found["f_date"]["date"]) == (
        "爱喝普洱",
        1.5,
        "2020-02-29",
    )
    assert found["f_money"]["money"] == {"amountMinor": 1250, "currency": "CNY"}
    assert (found["f_enum"]["option"], found["f_bool"]["flag"]) == ("中", False)
    assert (found["f_reference"]["reference"], found["f_text"]["source"]) == ({"displayName": "李雷"}, "问卷")


async def test_what_is_so_already_makes_no_version_and_null_clears(ask: Any, buyer: Any, fields: Any) -> None:
    me = ids.encode("cus", buyer.id)
    for version in (1, 2):
        said = {"customer": me, "expectedVersion": version, "values": [value("f_text", text="a")]}
        same = (await ask(SET, i=said))["setCustomFields"]
    cleared = await ask(SET, i={"customer": me, "expectedVersion": 2, "values": [value("f_text")]})

    assert same["customer"]["version"] == 2
    assert cleared["setCustomFields"]["customer"] == {"version": 3, "customFields": []}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (value("f_text", number=1), "BAD_USER_INPUT"), (value("f_enum", option="巨大"), "BAD_USER_INPUT"),
        (value("f_text", text="a" * 501), "BAD_USER_INPUT"), (value("nothing", text="a"), "NOT_FOUND"),
        (value("f_reference", reference="cus_" + "0" * 32), "NOT_FOUND"), 
        (value("f_number", number=1e300), "BAD_USER_INPUT"),
    ],
)  # fmt: skip
async def test_one_wrong_value_changes_nothing(ask: Any, buyer: Any, fields: Any, wrong: Any, code: str) -> None:
    values = [value("f_bool", flag=True), wrong]

    refused = await ask(SET, i={"customer": ids.encode("cus", buyer.id), "expectedVersion": 1, "values": values})

    assert [one["code"] for one in refused["setCustomFields"]["errors"]] == [code]
    assert await CustomValue.all().count() == 0
    assert (await Customer.get(id=buyer.id)).version == 1


async def test_customers_are_found_by_what_their_fields_say(ask: Any, ctx: Any, fields: Any) -> None:
    said = [
        {"f_text": Value(text="普洱茶"), "f_number": Value(number=1.5), "f_bool": Value(flag=True)},
        {"f_money": Value(money=(500, "CNY")), "f_enum": Value(choice="大"), "f_number": Value(number=-3.0)},
        {},
    ]
    for number, wanted in enumerate(said):
        row = await customers.create_customer(ctx, customers.NewCustomer({"display_name": str(number)}))
        await service.set_custom_fields(ctx, row.id, wanted, origin=Origin())

    async def found(**condition: Any) -> list[str]:
        nodes = (await ask(FIND, w={"customField": condition}))["customers"]["nodes"]
        return sorted(one["displayName"] for one in nodes)

    assert await found(key="f_number") == ["0", "1"]
    assert await found(key="f_number", isSet=False) == ["2"]
    assert await found(key="f_number", number={"gt": 0, "lte": 1.5}) == ["0"]
    assert await found(key="f_text", text={"contains": "洱"}) == ["0"]
    assert await found(key="f_money", amountMinor={"gte": 500}) == ["1"]
    assert await found(key="f_enum", option={"in": ["大", "小"]}) == ["1"]
    assert await found(key="f_bool", flag={"eq": True}) == ["0"]
    assert await found(key="f_date", date={"lt": "2026-01-01"}) == []
    assert await found(key="f_number", isSet=False, number={"gt": 0}) == ["1", "2"]


async def test_fields_are_chosen_by_key_and_archived_ones_hide_with_their_values(
    ask: Any, ctx: Any, buyer: Any, fields: Any
) -> None:
    both = {"f_text": Value(text="a"), "f_bool": Value(flag=True)}
    await service.set_custom_fields(ctx, buyer.id, both, origin=Origin())
    document = "{ customers { nodes { customFields%s { field { key } } } } }"

    async def keys(arguments: str = "") -> list[str]:
        (read,) = (await ask(document % arguments))["customers"]["nodes"]
        return [one["field"]["key"] for one in read["customFields"]]

    assert await keys('(keys: ["f_bool"])') == ["f_bool"]
    changes = service.FieldChanges(is_archived=True)
    await service.update_field(ctx, fields["text"].id, changes, expected_version=1)
    assert await keys() == ["f_bool"]
    assert (await ask(FIND, w={"customField": {"key": "f_text"}}))["customers"]["nodes"] == []
    with pytest.raises(NotFoundError):
        await service.set_custom_fields(ctx, buyer.id, {"f_text": Value(text="b")}, origin=Origin())
    await service.update_field(ctx, fields["text"].id, service.FieldChanges(is_archived=False), expected_version=2)
    assert await keys() == ["f_text", "f_bool"]


async def test_a_key_is_taken_once_and_there_are_limits(ctx: Any, fields: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConflictError):
        await service.create_field(ctx, key="f_text", label="again", kind=FieldKind.TEXT)
    monkeypatch.setattr("guanxi.customfields.rules.MAX_FIELDS", len(fields))
    with pytest.raises(BadUserInputError):
        await service.create_field(ctx, key="one_more", label="more", kind=FieldKind.TEXT)
    changes = service.FieldChanges(options=["小", "大"])
    with pytest.raises(BadUserInputError):
        await service.update_field(ctx, fields["enum"].id, changes, expected_version=1)


async def test_who_lacks_a_right_defines_and_fills_in_nothing(shop: Any, buyer: Any, fields: Any) -> None:
    with pytest.raises(ForbiddenError):
        await service.create_field(shop.without(permissions.WRITE_FIELDS), key="a", label="a", kind=FieldKind.TEXT)
    blind = shop.without(permissions.WRITE_VALUES)
    with pytest.raises(ForbiddenError):
        await service.set_custom_fields(blind, buyer.id, {"f_bool": Value(flag=True)}, origin=Origin())


async def test_another_merchant_has_fields_of_its_own(open_shop: Any, ctx: Any, buyer: Any, fields: Any) -> None:
    with open_shop("tea-b").acting() as other:
        assert await service.list_fields() == []
        await service.create_field(other, key="f_text", label="own", kind=FieldKind.NUMBER)
        with pytest.raises(NotFoundError):
            await service.set_custom_fields(other, buyer.id, {"f_text": Value(number=1)}, origin=Origin())
        stranger = await customers.create_customer(other, customers.NewCustomer({"display_name": "外人"}))
        await service.create_field(other, key="friend", label="friend", kind=FieldKind.REFERENCE)
        wanted = {"friend": Value(reference=buyer.id)}
        with pytest.raises(NotFoundError):
            await service.set_custom_fields(other, stranger.id, wanted, origin=Origin())
