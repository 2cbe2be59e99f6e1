"""Subscriptions: what arrives, what never does, and how one ends whose plugin or right is taken away."""

import asyncio
from functools import partial

from journey_documents import Clerk
from journey_servers import Caller, House, Shop
from journey_sockets import Socket, connected

PLAIN = "subscription { interactionRecorded { subject } }"
PURCHASES = "subscription { interactionRecorded(where: {kind: {eq: PURCHASE}}) { subject kind customer { id } } }"
MEMBERS = "subscription { interactionRecorded { ...all } } fragment all on Interaction { subject customer { %s } }"
READ, READ_CUSTOMERS = "interactions.interaction.read", "customers.customer.read"


async def test_a_fact_that_is_recorded_over_http_arrives_filtered_and_only_at_its_merchant(
    house: House, tea: Shop, silk: Shop, caller: Caller
) -> None:
    mine, theirs = (Clerk(caller, house.servers[0], shop) for shop in (tea, silk))
    customer, foreign = await mine.add_customer(), await theirs.add_customer()
    buy = partial(mine.record, customer, kind="PURCHASE", amountMinor=100)

    async with connected(house.servers[0], tea) as socket:
        await socket.follow("1", PURCHASES, buy)
        await theirs.record(foreign, "foreign", kind="PURCHASE", amountMinor=100)
        await mine.record(customer, "only a visit")
        await mine.record(customer, "long ago", kind="PURCHASE", amountMinor=100, mode="HISTORICAL")
        await buy("bought")
        arrived = await socket.data()

    assert arrived == {"interactionRecorded": {"subject": "bought", "kind": "PURCHASE", "customer": {"id": customer}}}


async def test_facts_that_another_process_records_arrive_once_and_in_their_order(
    house: House, tea: Shop, caller: Caller
) -> None:
    here, there = house.servers
    clerk = Clerk(caller, there, tea)
    customer = await clerk.add_customer()
    subjects = [f"number {number}" for number in range(5)]

    async with connected(here, tea) as socket:
        await socket.follow("1", PLAIN, partial(clerk.record, customer))
        for subject in subjects:
            await clerk.record(customer, subject)
        arrived = [(await socket.data())["interactionRecorded"]["subject"] for _ in subjects]

    assert arrived == subjects


async def test_a_subscription_ends_when_a_plugin_is_disabled_that_it_uses_and_others_go_on(
    house: House, tea: Shop, caller: Caller
) -> None:
    here, there = house.servers
    clerk, other = Clerk(caller, here, tea), Clerk(caller, there, tea)
    customer = await clerk.add_customer()
    await clerk.enable("membership")

    async with connected(here, tea) as socket, connected(here, tea) as plain:
        await socket.follow("1", MEMBERS % "membership { id }", partial(clerk.record, customer))
        await plain.follow("1", PLAIN, partial(clerk.record, customer))
        await other.disable("membership")  # it runs in this process, the change is made in another
        ended = await ending_of(socket)
        await clerk.record(customer, "goes on")
        arrived = await plain.data()

    assert ended == {"code": "PLUGIN_DISABLED", "plugin": "membership"}
    assert arrived == {"interactionRecorded": {"subject": "goes on"}}


async def test_a_running_subscription_has_the_rights_of_now(house: House, tea: Shop, caller: Caller) -> None:
    here, there = house.servers
    admin, other = Clerk(caller, here, tea), Clerk(caller, there, tea)
    customer = await admin.add_customer()
    role = await admin.set_role([READ, READ_CUSTOMERS])
    _, narrow = await admin.add_token(role)

    async with connected(here, narrow) as socket:
        await socket.follow("1", MEMBERS % "id", partial(admin.record, customer))
        role = await other.set_role([READ], role)
        masked = await until_masked(socket, admin, customer)
        await other.set_role([READ_CUSTOMERS], role)
        ended = await ending_of(socket)

    assert masked == "FORBIDDEN"
    assert ended == {"code": "FORBIDDEN", "permission": READ}


async def ending_of(socket: Socket) -> dict[str, str]:
    """Code and details of the error that ends the one subscription of a socket."""
    message = await socket.receive()
    while message["type"] == "next":
        message = await socket.receive()
    assert message["type"] == "error", message
    (told,) = message["payload"]
    return {name: value for name, value in told["extensions"].items() if name != "requestId"}


async def until_masked(socket: Socket, clerk: Clerk, customer: str) -> str:
    """The code of the first error in an event; events are made until there is one."""
    while True:
        await clerk.record(customer, "again")
        payload = (await socket.receive())["payload"]
        if payload.get("errors"):
            return str(payload["errors"][0]["extensions"]["code"])
        await asyncio.sleep(0.05)
