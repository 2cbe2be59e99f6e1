"""PostgreSQL stops at once and comes back: the server says so, lives on, and is well within seconds."""

import asyncio
import re
import time
import uuid
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pytest
from journey_documents import CUSTOMER, Clerk
from journey_postgres import Stoppable, stoppable
from journey_servers import Caller, ServerProcess, Shop, open_shops, serving
from journey_sockets import connected

from guanxi.testing import counts

READ = "{ customers(first: 5) { nodes { id displayName contactPoints { value } } } }"
OPEN = 10  # keys without an answer, before they are sent again
INSIDE = re.compile(r"Traceback|asyncpg|tortoise|\bpool\b|Error\b|Connection(?!s)|localhost|/tmp|errno", re.IGNORECASE)
HEALTHY_SECONDS = 5.0 if counts.is_soaking() else 30.0  # a busy machine is late


@pytest.fixture(scope="module")
def database() -> Iterator[Stoppable]:
    with stoppable() as found:
        yield found


@pytest.fixture(scope="module")
def shops(database: Stoppable) -> Iterator[Shop]:
    return iter(open_shops(database.settings, 2))


@pytest.fixture
def shop(shops: Iterator[Shop]) -> Shop:
    return next(shops)


@pytest.fixture(scope="module")
def server(database: Stoppable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with serving(database.settings, tmp_path_factory.mktemp("outage")) as (started,):
        yield started


async def test_an_immediate_restart_of_postgres_is_told_as_503_and_is_over_within_seconds(
    database: Stoppable, shop: Shop, server: ServerProcess, caller: Caller
) -> None:
    outage = Outage(caller, server, shop)

    async with outage.load(clients=6):
        await outage.until(lambda: outage.answered[200] > 20)
        await asyncio.to_thread(database.stop)
        await outage.until(lambda: outage.answered[503] > 20)
        was_ready = await outage.ready()
        await asyncio.to_thread(database.start)
        seconds = await outage.seconds_until_healthy()
    await outage.finish()
    total = await caller.data_of(server, shop, "{ customers { totalCount } }")

    assert outage.strange == []
    assert set(outage.answered) == {200, 503}
    assert not was_ready
    assert seconds < HEALTHY_SECONDS
    assert total["customers"]["totalCount"] == len(outage.done)


async def test_open_sockets_outlive_an_outage_and_refuse_what_is_asked_meanwhile(
    database: Stoppable, shop: Shop, server: ServerProcess, caller: Caller
) -> None:
    clerk, outage = Clerk(caller, server, shop), Outage(caller, server, shop)
    customer = await clerk.add_customer()

    async with connected(server, shop) as following, connected(server, shop) as asking:
        await following.follow("1", "subscription { interactionRecorded { subject } }", partial(clerk.record, customer))
        await asyncio.to_thread(database.stop)
        refused = await asking.ask(READ)
        await asyncio.sleep(1.5)  # the watch over open sockets meets the outage more than once
        await asyncio.to_thread(database.start)
        await outage.seconds_until_healthy()
        await clerk.record(customer, "after")
        arrived = await following.data()

    assert [one["extensions"]["code"] for one in refused["errors"]] == ["UNAVAILABLE"]
    assert arrived == {"interactionRecorded": {"subject": "after"}}


@dataclass
class Outage:
    """Clients that go on through an outage, and what they are told."""

    caller: Caller
    server: ServerProcess
    shop: Shop
    answered: Counter[int] = field(default_factory=Counter)
    strange: list[Any] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    open: deque[str] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def load(self, *, clients: int) -> AsyncIterator[None]:
        """Clients that read, as many that write, and one that asks whether the process lives."""
        stop = asyncio.Event()
        works = [self.live, *([self.read, self.write] * (clients // 2))]
        tasks = [asyncio.create_task(self._go_on(work, stop)) for work in works]
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*tasks)

    async def finish(self) -> None:
        """Send again whatever was not acknowledged."""
        while self.open:
            key = self.open.popleft()
            assert await self._write(key)

    async def until(self, is_reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not is_reached():
                self.news.clear()
                await self.news.wait()

    async def seconds_until_healthy(self) -> float:
        """Until it says that it is ready, and answers."""
        back_at = time.monotonic()
        while not (await self.ready() and await self.read()):  # noqa: ASYNC110 - nobody else tells
            await asyncio.sleep(0.05)
        return time.monotonic() - back_at

    async def ready(self) -> bool:
        return (await self.caller.http.get(f"{self.server.url}/readyz")).status_code == 200

    async def live(self) -> bool:
        answer = await self.caller.http.get(f"{self.server.url}/livez")
        self.strange += [] if answer.status_code == 200 else [answer.text]
        await asyncio.sleep(0.02)
        return True

    async def read(self) -> bool:
        return self._note(await self.caller.send(self.server, self.shop, READ))

    async def write(self) -> bool:
        return await self._write(self.open.popleft() if len(self.open) > OPEN else uuid.uuid4().hex)

    async def _write(self, key: str) -> bool:
        """An outage leaves open whether the effect was made: the key says so when it is sent again."""
        variables = {"in": {"displayName": key, "contactPoints": [{"kind": "EMAIL", "value": f"{key}@tea.example"}]}}
        sent = await self.caller.send(self.server, self.shop, CUSTOMER, variables, {"idempotency-key": key})
        is_done = self._note(sent)
        (self.done if is_done else self.open).append(key)
        return is_done

    async def _go_on(self, work: Callable[[], Awaitable[bool]], stop: asyncio.Event) -> None:
        while not stop.is_set():
            await work()
            await asyncio.sleep(0.01)

    def _note(self, answer: httpx.Response) -> bool:
        """Whether it was answered; whatever is neither an answer nor an honest refusal is strange."""
        content = answer.json()
        codes = {one["extensions"]["code"] for one in content.get("errors", ())}
        is_refusal = codes == {"UNAVAILABLE"} and answer.headers.get("retry-after", "").isdigit()
        if not (answer.status_code == 200 and not codes) and not (answer.status_code == 503 and is_refusal):
            self.strange.append((answer.status_code, dict(answer.headers), content))
        if INSIDE.search(" ".join(one["message"] for one in content.get("errors", ()))):
            self.strange.append(content)
        self.answered[answer.status_code] += 1
        self.news.set()
        return answer.status_code == 200
