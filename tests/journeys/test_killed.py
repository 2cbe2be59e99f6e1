"""A server is killed under load: what it acknowledged stands, nothing is half, and a key sent again adds nothing."""

import asyncio
import json
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
from journey_documents import CUSTOMER, RECORD, Clerk, fact_of
from journey_servers import Caller, ServerProcess, Shop

from guanxi.customers.models import ContactPoint, Customer
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.interactions.models import Interaction, InteractionItem
from guanxi.merchants.models import Merchant
from guanxi.testing import counts

KILLS = 200 if counts.is_soaking() else 3
CLIENTS = 8
Request = tuple[str, dict[str, Any]]


class Load:
    """Clients that create customers and record facts, each under a key of its own, until the server is gone."""

    def __init__(self, caller: Caller, shop: Shop, customer: str) -> None:
        self.caller, self.shop, self.customer = caller, shop, customer
        self.sent: dict[str, Request] = {}
        self.answered: dict[str, bytes] = {}
        self.news = asyncio.Event()

    async def run(self, server: ServerProcess) -> None:
        """One client."""
        with suppress(httpx.TransportError):
            while True:
                key = f"key-{len(self.sent)}"
                self.sent[key] = self.request(key)
                await self.send(server, key)

    async def send(self, server: ServerProcess, key: str) -> bytes:
        """Send what the key stands for; the body of the answer."""
        document, variables = self.sent[key]
        response = await self.caller.send(server, self.shop, document, variables, {"idempotency-key": key})
        content = response.json()
        assert "errors" not in content, content
        assert next(iter(content["data"].values()))["errors"] == []
        self.answered.setdefault(key, response.content)
        self.news.set()
        return response.content

    def request(self, key: str) -> Request:
        number = len(self.sent)
        if number % 2:
            items = [{"sku": "tea", "qty": 1, "amountMinor": 50}, {"sku": "cup", "qty": 1, "amountMinor": 50}]
            return RECORD, {"in": fact_of(self.customer, key, kind="PURCHASE", amountMinor=100, items=items)}
        points = [{"kind": "PHONE", "value": f"138{number:08}"}, {"kind": "EMAIL", "value": f"{key}@tea.example"}]
        return CUSTOMER, {"in": {"displayName": key, "contactPoints": points}}

    async def kill_in_the_middle(self, server: ServerProcess) -> None:
        """Let clients work, and kill the server while some wait for answers."""
        clients = [asyncio.create_task(self.run(server)) for _ in range(CLIENTS)]
        wanted = len(self.answered) + random.randint(CLIENTS, 4 * CLIENTS)
        while len(self.answered) < wanted:
            self.news.clear()
            await self.news.wait()
        await asyncio.sleep(random.random() / 20)
        await asyncio.to_thread(server.kill)
        await asyncio.gather(*clients)

    def names(self, document: str) -> list[str]:
        """The keys under which this was sent."""
        return sorted(key for key, (sent, _) in self.sent.items() if sent == document)


async def test_what_was_acknowledged_before_a_kill_stands_and_a_key_that_is_sent_again_adds_nothing(
    serve: Callable[[], ServerProcess], shop: Shop, caller: Caller, db: Database
) -> None:
    server = serve()
    load = Load(caller, shop, await Clerk(caller, server, shop).add_customer("first"))

    for _ in range(KILLS):
        await load.kill_in_the_middle(server)
        server = await asyncio.to_thread(serve)
        acknowledged = random.sample(sorted(load.answered), 5)
        again = [key for key in load.sent if key not in load.answered] + acknowledged
        before = {key: load.answered[key] for key in acknowledged}
        repeated = {key: await load.send(server, key) for key in again}
        assert {key: repeated[key] for key in acknowledged} == before

    merchant = (await Merchant.get(slug=shop.slug)).id
    with acting_for(merchant):
        await check_customers(load)
        await check_facts(load)


async def check_customers(load: Load) -> None:
    """Each key made one customer, whole, and it is the one that was answered."""
    rows = {row.id: row.display_name for row in await Customer.exclude(display_name="first")}
    points = [rows[point.customer_id] for point in await ContactPoint.all()]
    answered = {row.hex for row in rows}

    assert sorted(rows.values()) == load.names(CUSTOMER)
    assert sorted(points) == sorted([*rows.values(), *rows.values()])
    assert {id_of(load.answered[key], "customer") for key in load.names(CUSTOMER)} == answered


async def check_facts(load: Load) -> None:
    """The same of facts and their items."""
    rows = {row.id: row.subject for row in await Interaction.all()}
    items = [rows[item.interaction_id] for item in await InteractionItem.all()]

    assert sorted(rows.values()) == load.names(RECORD)
    assert sorted(items) == sorted([*rows.values(), *rows.values()])
    assert {id_of(load.answered[key], "interaction") for key in load.names(RECORD)} == {row.hex for row in rows}


def id_of(body: bytes, name: str) -> str:
    (payload,) = json.loads(body)["data"].values()
    return str(payload[name]["id"]).partition("_")[2]
