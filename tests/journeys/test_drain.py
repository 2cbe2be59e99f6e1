"""SIGTERM: what was asked for is answered, sockets are told to come again, the process ends well."""

import asyncio
import json
import signal
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
from journey_documents import Clerk, fact_of
from journey_servers import Caller, ServerProcess, Shop
from journey_sockets import connected

from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.interactions.models import Interaction
from guanxi.merchants.models import Merchant

BATCH = """mutation ($in: RecordInteractionsInput!) {
  recordInteractions(input: $in) { recorded { isNew } errors { message } }
}"""
SUBSCRIPTION = "subscription { interactionRecorded { subject } }"
SIZE = 200


async def test_sigterm_under_load_fails_no_request_closes_sockets_and_ends_well(
    serve: Callable[[], ServerProcess], shop: Shop, caller: Caller, db: Database
) -> None:
    server = serve()
    clerk = Clerk(caller, server, shop)
    customer = await clerk.add_customer()
    async with connected(server, shop) as socket:
        await socket.follow("1", SUBSCRIPTION, partial(clerk.record, customer))
        clients = [asyncio.create_task(keep_asking(caller, server, shop, customer)) for _ in range(6)]
        await asyncio.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        closed, *told = await asyncio.gather(socket.close_code(), *clients)

    answers = [one for each in told for one in each]
    assert [one for one in answers if one["errors"]] == []
    assert min(len(each) for each in told) > 0
    assert (closed, await asyncio.to_thread(server.process.wait, 30)) == (1012, 0)
    assert not any(word in server.log.read_text() for word in ("Traceback", '"stack"'))
    assert await count_facts(db, shop) == len(answers) * SIZE


async def count_facts(db: Database, shop: Shop) -> int:
    """How many batched facts are there."""
    with acting_for((await Merchant.get(slug=shop.slug)).id):
        return await Interaction.filter(mode="HISTORICAL").count()


async def keep_asking(caller: Caller, server: ServerProcess, shop: Shop, customer: str) -> list[dict[str, Any]]:
    """Payloads of one large mutation after the other, until the address is closed; any other end is an error."""
    facts = [fact_of(customer, str(number)) for number in range(SIZE)]
    told = []
    while True:
        variables = {"in": {"interactions": facts, "mode": "HISTORICAL"}}
        try:
            sent = await caller.send(server, shop, BATCH, variables, {"connection": "close"})
        except httpx.ConnectError:
            return told
        content = json.loads(sent.content)
        assert (sent.status_code, content.get("errors")) == (200, None), content
        told.append(content["data"]["recordInteractions"])
