"""Tokens revoked and roles changed in one process are so in every process, at once over HTTP, within a second else."""

import asyncio
import time

from journey_documents import Clerk
from journey_servers import Caller, House, Shop
from journey_sockets import connected

from guanxi.testing import counts

VIEWER = "{ viewer { actor { id } } }"
CUSTOMERS = "{ customers { nodes { id } } }"
TIERS = "{ memberTiers { nodes { id } } }"
SECOND = 1.0 if counts.is_soaking() else 20.0  # a busy machine is late; `make soak` has it for itself


async def test_a_revoked_token_is_refused_at_once_and_its_sockets_are_closed_in_every_process(
    house: House, tea: Shop, caller: Caller
) -> None:
    clerk = Clerk(caller, house.servers[0], tea)
    token, narrow = await clerk.add_token(await clerk.set_role(["customers.customer.read"]))
    for server in house.servers:
        await caller.data_of(server, narrow, VIEWER)

    async with connected(house.servers[0], narrow) as here, connected(house.servers[1], narrow) as there:
        await clerk.revoke(token)
        revoked_at = time.monotonic()
        statuses = [(await caller.send(server, narrow, VIEWER)).status_code for server in house.servers]
        closed = await asyncio.gather(here.close_code(), there.close_code())

    assert statuses == [401, 401]
    assert closed == [4401, 4401]
    assert time.monotonic() - revoked_at < SECOND


async def test_a_changed_role_is_in_force_with_the_next_request_of_another_process(
    house: House, tea: Shop, caller: Caller
) -> None:
    here, there = house.servers
    clerk = Clerk(caller, here, tea)
    role = await clerk.set_role(["customers.customer.read"])
    _, narrow = await clerk.add_token(role)
    allowed = await caller.ask(there, narrow, CUSTOMERS)

    await clerk.set_role([], role)
    refused = await caller.ask(there, narrow, CUSTOMERS)

    assert allowed["data"] == {"customers": {"nodes": []}}
    assert (refused["data"], refused["errors"][0]["extensions"]["code"]) == ({"customers": None}, "FORBIDDEN")


async def test_open_sockets_of_another_process_have_new_rights_and_plugins_within_a_second(
    house: House, tea: Shop, caller: Caller
) -> None:
    here, there = house.servers
    clerk = Clerk(caller, here, tea)
    role = await clerk.set_role([])
    _, narrow = await clerk.add_token(role)

    async with connected(there, narrow) as socket:
        before = [await socket.ask(document) for document in (CUSTOMERS, TIERS)]
        await clerk.set_role(["customers.customer.read", "membership.program.read"], role)
        await clerk.enable("membership")
        changed_at = time.monotonic()
        while "errors" in await socket.ask(CUSTOMERS) or "errors" in await socket.ask(TIERS):
            assert time.monotonic() - changed_at < SECOND
            await asyncio.sleep(0.05)

    assert before[0]["data"] == {"customers": None}
    assert "memberTiers" in before[1]["errors"][0]["message"]
