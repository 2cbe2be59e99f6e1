"""Idempotency keys over HTTP, whichever process is asked again."""

import asyncio
import json
from typing import Any

import httpx
from journey_documents import CUSTOMER
from journey_servers import Caller, House, Shop

NAMES = "{ customers { nodes { displayName } } }"


def named(name: str) -> dict[str, Any]:
    return {"in": {"displayName": name}}


async def test_a_key_takes_effect_once_and_is_answered_byte_for_byte_by_every_process(
    house: House, tea: Shop, caller: Caller
) -> None:
    key = {"idempotency-key": "order-1"}

    sent = [await caller.send(server, tea, CUSTOMER, named("Ann"), key) for server in (*house.servers, *house.servers)]

    assert len({one.content for one in sent}) == 1
    assert [one.headers.get("idempotent-replayed") for one in sent] == [None, "true", "true", "true"]
    assert await names(caller, house, tea) == ["Ann"]


async def test_one_key_sent_fifty_times_at_once_to_two_processes_takes_effect_once(
    house: House, tea: Shop, caller: Caller
) -> None:
    key = {"idempotency-key": "at-once"}

    sent = await asyncio.gather(
        *(caller.send(house.servers[number % 2], tea, CUSTOMER, named("Ann"), key) for number in range(50))
    )

    refused = [one for one in sent if "errors" in one.json()]
    assert {code_of(one) for one in refused} <= {"IDEMPOTENCY_IN_PROGRESS"}
    assert len({one.content for one in sent if one not in refused}) == 1
    assert await names(caller, house, tea) == ["Ann"]


async def test_a_key_with_other_content_is_refused(house: House, tea: Shop, caller: Caller) -> None:
    key = {"idempotency-key": "order-1"}
    await caller.send(house.servers[0], tea, CUSTOMER, named("Ann"), key)

    other = await caller.send(house.servers[1], tea, CUSTOMER, named("Bob"), key)

    assert (other.status_code, code_of(other)) == (200, "IDEMPOTENCY_MISMATCH")
    assert await names(caller, house, tea) == ["Ann"]


async def test_a_key_of_one_merchant_means_nothing_to_another(
    house: House, tea: Shop, silk: Shop, caller: Caller
) -> None:
    key = {"idempotency-key": "order-1"}

    for shop, name in ((tea, "Ann"), (silk, "Bob")):
        await caller.send(house.servers[0], shop, CUSTOMER, named(name), key)

    assert [await names(caller, house, shop) for shop in (tea, silk)] == [["Ann"], ["Bob"]]


async def test_a_keyed_operation_has_one_root_field_and_reads_nothing_else(
    house: House, tea: Shop, caller: Caller
) -> None:
    document = "mutation ($in: CreateCustomerInput!) { %s }"
    roots = "a: createCustomer(input: $in) { errors { code } } b: createCustomer(input: $in) { errors { code } }"
    reading = "createCustomer(input: $in) { query { merchant { id } } }"

    for fields in (roots, reading):
        refused = await caller.send(
            house.servers[0], tea, document % fields, named("Ann"), {"idempotency-key": "order-1"}
        )
        assert (refused.status_code, code_of(refused)) == (200, "BAD_USER_INPUT")

    assert await names(caller, house, tea) == []


async def test_the_extension_says_the_same_as_the_header(house: House, tea: Shop, caller: Caller) -> None:
    body = {"query": CUSTOMER, "variables": named("Ann"), "extensions": {"idempotencyKey": "order-1"}}

    by_extension = await caller.http.post(
        f"{house.servers[0].url}/graphql", content=json.dumps(body), headers=tea.headers
    )
    by_header = await caller.send(house.servers[1], tea, CUSTOMER, named("Ann"), {"idempotency-key": "order-1"})

    assert by_extension.content == by_header.content
    assert by_header.headers["idempotent-replayed"] == "true"


async def names(caller: Caller, house: House, shop: Shop) -> list[str]:
    found = await caller.data_of(house.servers[0], shop, NAMES)
    return [one["displayName"] for one in found["customers"]["nodes"]]


def code_of(response: httpx.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])
