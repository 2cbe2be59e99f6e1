"""A merchant enables a plugin while fifty clients query two server processes."""

import asyncio
from typing import Any

from journey_documents import DISABLE, ENABLE, Clerk
from journey_servers import Caller, House, Shop

from guanxi.testing.counts import scaled

PLAIN = "{ viewer { actor { id } } customers(first: 5) { nodes { id displayName } } }"
TIERS = "{ memberTiers(first: 5) { nodes { name } } }"


async def test_no_request_fails_while_a_plugin_is_enabled_and_the_next_one_sees_it(
    house: House, tea: Shop, caller: Caller
) -> None:
    answers: list[dict[str, Any]] = []
    stop = asyncio.Event()

    async def query(number: int) -> None:
        while not stop.is_set():
            answers.append(await caller.ask(house.servers[number % 2], tea, PLAIN))

    clients = [asyncio.create_task(query(number)) for number in range(50)]
    while len(answers) < scaled(2000, 200):  # noqa: ASYNC110 - the clients are the only ones to tell
        await asyncio.sleep(0.01)
    enabled = await caller.data_of(house.servers[0], tea, ENABLE, id="membership")
    seen = [await caller.data_of(server, tea, TIERS) for server in house.servers]
    stop.set()
    await asyncio.gather(*clients)

    assert enabled["enablePlugin"]["plugin"] == {"state": "ENABLED"}
    assert seen == [{"memberTiers": {"nodes": []}}] * 2
    assert [one for one in answers if "errors" in one] == []


async def test_a_disabled_field_fails_as_if_it_had_never_existed(
    house: House, tea: Shop, silk: Shop, caller: Caller
) -> None:
    clerk = Clerk(caller, house.servers[0], tea)
    await clerk.enable("membership")
    await clerk.disable("membership")

    disabled, never = [await caller.ask(house.servers[0], shop, TIERS) for shop in (tea, silk)]
    invented = await caller.ask(house.servers[0], silk, TIERS.replace("memberTiers", "memberTaxes"))

    assert messages_of(disabled) == messages_of(never) != []
    assert messages_of(never) == [one.replace("memberTaxes", "memberTiers") for one in messages_of(invented)]


async def test_a_plugin_that_is_disabled_in_one_process_is_gone_with_the_next_request_in_the_other(
    house: House, tea: Shop, caller: Caller
) -> None:
    here, there = house.servers
    await caller.data_of(here, tea, ENABLE, id="membership")
    before = await caller.ask(there, tea, TIERS)

    await caller.data_of(here, tea, DISABLE, id="membership")
    after = await caller.ask(there, tea, TIERS)

    assert (before["data"], "data" in after) == ({"memberTiers": {"nodes": []}}, False)


def messages_of(answer: dict[str, Any]) -> list[str]:
    return [error["message"] for error in answer["errors"]]
