"""Timelines and statistics as a client sees them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from guanxi.context import Context
from guanxi.customers.plugin import schema_part as customers_part
from guanxi.db import statements
from guanxi.interactions import permissions, service
from guanxi.interactions.plugin import schema_part
from guanxi.interactions.rules import facts
from guanxi.interactions.types import enums
from guanxi.plugins import composing
from guanxi.schema.composed import ComposedSchema
from guanxi.staff.schema import schema as staff_schema

RECORD = """mutation ($i: RecordInteractionInput!) { recordInteraction(input: $i) {
    isNew errors { code path message }
    interaction { __typename id kind channel occurredAt source externalId orderRef actor mode attributes
                  amount { amountMinor currency formatted(locale: "zh-CN") } customer { displayName }
                  items { position sku qty amountMinor } } } }"""
BATCH = """mutation ($i: RecordInteractionsInput!) { recordInteractions(input: $i) {
    recorded { isNew interaction { id kind } } errors { code path } } }"""
VOID = """mutation ($i: VoidInteractionInput!) { voidInteraction(input: $i) {
    interaction { amountMinor voidedBy { id } } voiding { amountMinor voids { id } subject } errors { code path } } }"""
BEST = """{ interactionStats(
    where: {kind: {eq: PURCHASE}}, groupBy: [CUSTOMER], orderBy: [{netMinor: DESC}], first: 10) {
    edges { cursor node { customer { displayName interactions(first: 3) { nodes { kind occurredAt amountMinor } } }
        net { amountMinor currency } amount { amountMinor } count kind channel bucket } }
    pageInfo { hasNextPage endCursor } totalCount } }"""
MONTHS = """query ($after: String) { interactionStats(groupBy: [MONTH, KIND], orderBy: [{bucket: ASC}, {count: DESC}],
    first: 2, after: $after) {
    nodes { bucket kind channel count firstAt lastAt currency } pageInfo { hasNextPage endCursor } } }"""


@pytest.fixture
def schema(shop: Any) -> ComposedSchema:
    return composing.schema_of(
        {"staff": staff_schema, "customers": customers_part(), "interactions": schema_part()}, {}
    )


@pytest.fixture
def ask(ctx: Context, schema: ComposedSchema) -> Any:
    """The answer's data; ``by`` is the context of another actor."""

    async def asked(document: str, by: Context | None = None, **variables: Any) -> Any:
        asking = replace(by or ctx, schema=schema, loaders={})
        answer = await schema.execute(document, variable_values=variables, context_value=asking)
        assert answer.errors is None, answer.errors
        return answer.data

    return asked


@pytest.fixture
def told(customer: Any) -> Any:
    """What a client sends of a purchase."""
    return {
        "customer": f"cus_{customer.hex}",
        "kind": "PURCHASE",
        "occurredAt": "2026-11-11T08:00:00+08:00",
        "channel": "TAOBAO",
        "externalId": "T-1",
        "orderRef": "O-1",
        "amountMinor": 129900,
        "attributes": {"gift": True},
        "items": [{"sku": "pot", "qty": 1, "amountMinor": 129900}],
    }


async def test_a_fact_is_recorded_and_read_back(ask: Any, told: Any) -> None:
    made = (await ask(RECORD, i=told))["recordInteraction"]
    again = (await ask(RECORD, i=told))["recordInteraction"]

    node = made["interaction"]
    assert (made["isNew"], made["errors"], again["isNew"]) == (True, [], False)
    assert again["interaction"] == node
    assert node.pop("id").startswith("int_")
    assert node == {
        "__typename": "GenericInteraction",
        "kind": "PURCHASE",
        "channel": "TAOBAO",
        "occurredAt": "2026-11-11T00:00:00Z",
        "source": "taobao",
        "externalId": "T-1",
        "orderRef": "O-1",
        "actor": "token:t",
        "mode": "LIVE",
        "attributes": {"gift": True},
        "amount": {"amountMinor": 129900, "currency": "CNY", "formatted": "¥1,299.00"},
        "customer": {"displayName": "c0"},
        "items": [{"position": 0, "sku": "pot", "qty": 1, "amountMinor": 129900}],
    }


async def test_refusals_are_data_with_code_and_place(ask: Any, told: Any) -> None:
    await ask(RECORD, i=told)
    conflict = await ask(RECORD, i={**told, "amountMinor": 1})
    negative = await ask(BATCH, i={"interactions": [told, {**told, "externalId": "T-2", "amountMinor": -1}]})
    stranger = await ask(BATCH, i={"interactions": [{**told, "customer": "cus_" + "0" * 32}]})

    assert [(e["code"], e["path"]) for e in conflict["recordInteraction"]["errors"]] == [("CONFLICT", ["externalId"])]
    assert negative["recordInteractions"] == {
        "recorded": [],
        "errors": [{"code": "BAD_USER_INPUT", "path": ["interactions", "1", "amountMinor"]}],
    }
    assert stranger["recordInteractions"]["errors"][0]["code"] == "NOT_FOUND"


async def test_a_batch_answers_in_the_order_sent(ask: Any, told: Any) -> None:
    visit = {"customer": told["customer"], "kind": "VISIT", "occurredAt": told["occurredAt"]}
    answer = await ask(BATCH, i={"interactions": [told, visit, told], "mode": "HISTORICAL"})

    recorded = answer["recordInteractions"]["recorded"]
    assert [(one["interaction"]["kind"], one["isNew"]) for one in recorded] == [
        ("PURCHASE", True),
        ("VISIT", True),
        ("PURCHASE", False),
    ]


async def test_a_fact_is_taken_back_once(ask: Any, told: Any) -> None:
    node = (await ask(RECORD, i=told))["recordInteraction"]["interaction"]
    voided = (await ask(VOID, i={"id": node["id"], "reason": "typed twice"}))["voidInteraction"]
    again = (await ask(VOID, i={"id": node["id"]}))["voidInteraction"]

    assert voided["voiding"] == {"amountMinor": -129900, "voids": {"id": node["id"]}, "subject": "typed twice"}
    assert voided["interaction"]["voidedBy"] is not None
    assert [(e["code"], e["path"]) for e in again["errors"]] == [("CONFLICT", ["id"])]
    assert (await ask(BEST))["interactionStats"]["edges"] == []


async def test_the_best_customers_with_their_last_interactions(ask: Any, shop: Any, ctx: Context, new: Any) -> None:
    people = await shop.customers(12)
    await service.record_interactions(ctx, [new(customer_id=one, amount_minor=n) for n, one in enumerate(people)])
    await service.record_interactions(ctx, [new(customer_id=one, kind="visit", amount_minor=None) for one in people])

    page = (await ask(BEST))["interactionStats"]

    node = page["edges"][0]["node"]
    assert (len(page["edges"]), page["totalCount"], page["pageInfo"]["hasNextPage"]) == (10, 12, True)
    assert node["customer"]["displayName"] == "c11"
    assert [one["kind"] for one in node["customer"]["interactions"]["nodes"]] == ["VISIT", "PURCHASE"]
    assert (node["net"], node["count"]) == ({"amountMinor": 11, "currency": "CNY"}, 1)
    assert (node["amount"], node["kind"], node["channel"], node["bucket"]) == ({"amountMinor": 11}, None, None, None)


async def test_months_are_chart_ready_and_page(ask: Any, ctx: Context, new: Any) -> None:
    october = ctx.now().replace(month=10)
    await service.record_interactions(
        ctx, [new(), new(), new(kind="visit", amount_minor=None), new(occurred_at=october)]
    )

    first = (await ask(MONTHS))["interactionStats"]
    second = (await ask(MONTHS, after=first["pageInfo"]["endCursor"]))["interactionStats"]

    rows = [(one["bucket"], one["kind"], one["count"]) for one in [*first["nodes"], *second["nodes"]]]
    assert rows == [("2026-10-01", "PURCHASE", 1), ("2026-11-01", "PURCHASE", 2), ("2026-11-01", "VISIT", 1)]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


async def test_timelines_are_filtered_and_ordered(ask: Any, shop: Any, ctx: Context, customer: Any, new: Any) -> None:
    (somebody,) = await shop.customers(1)
    await service.record_interactions(
        ctx, [new(amount_minor=n, channel="jd" if n % 2 else "web") for n in range(4)] + [new(customer_id=somebody)]
    )
    document = """query ($id: ID!) {
        interactions(where: {and: [{channel: {eq: JD}}, {amountMinor: {gt: 1}}]}) { nodes { amountMinor } totalCount }
        mine: interactions(where: {customerId: {eq: $id}}, orderBy: [{amountMinor: DESC}], first: 2) {
            nodes { amountMinor } totalCount }
        customer(by: {id: $id}) { interactions(where: {channel: {in: [WEB]}}, orderBy: [{amountMinor: ASC}]) {
            nodes { amountMinor } } } }"""

    answer = await ask(document, id=f"cus_{customer.hex}")

    assert answer["interactions"] == {"nodes": [{"amountMinor": 3}], "totalCount": 1}
    assert answer["mine"] == {"nodes": [{"amountMinor": 3}, {"amountMinor": 2}], "totalCount": 4}
    assert [one["amountMinor"] for one in answer["customer"]["interactions"]["nodes"]] == [0, 2]


async def test_ten_groups_cost_as_many_statements_as_two(ask: Any, shop: Any, ctx: Context, new: Any) -> None:
    people = await shop.customers(10)
    await service.record_interactions(ctx, [new(customer_id=one) for one in people])

    async def cost(size: int) -> int:
        with statements.counting() as counted:
            await ask(BEST.replace("first: 10", f"first: {size}"))
        return counted.count

    assert await cost(2) == await cost(10)


async def test_without_the_right_nothing_is_seen(ask: Any, shop: Any, schema: ComposedSchema, told: Any) -> None:
    blind = replace(shop.without(permissions.READ_INTERACTIONS), schema=schema, loaders={})
    document = """{ interactions { totalCount } interactionStats { totalCount }
        customers { nodes { interactions { totalCount } } } }"""
    answer = await schema.execute(document, context_value=blind)

    assert answer.data == {
        "interactions": None,
        "interactionStats": None,
        "customers": {"nodes": [{"interactions": None}]},
    }
    assert "interactions" not in schema.visible_to(blind.actor.permissions).query_type.fields


async def test_news_is_told_while_it_happens(shop: Any, ctx: Context, schema: ComposedSchema, new: Any) -> None:
    told: asyncio.Queue[Any] = asyncio.Queue()

    async def follow(_ctx: Context) -> AsyncIterator[Any]:
        while True:
            yield await told.get()

    shop.ctx.platform.follow = follow
    document = "subscription { interactionRecorded(where: {channel: {eq: JD}}) { kind channel amountMinor } }"
    answers = await schema.subscribe(document, context_value=replace(ctx, schema=schema, loaders={}))
    await service.record_interactions(ctx, [new(), new(channel="jd", amount_minor=7)])
    for event in shop.events:
        told.put_nowait(event)

    heard = await asyncio.wait_for(anext(answers), 10)
    assert heard.data == {"interactionRecorded": {"kind": "PURCHASE", "channel": "JD", "amountMinor": 7}}
    await answers.aclose()


def test_the_api_names_every_kind_and_channel_that_the_rules_know() -> None:
    for enum, known in ((enums.InteractionKind, facts.Kind), (enums.Channel, facts.Channel)):
        assert {str(member.value) for member in enum.core_members()} - {"other"} == set(known) - {"other"}
