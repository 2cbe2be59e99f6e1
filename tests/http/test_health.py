"""What an orchestrator learns."""

import asyncio
import time

import httpx
from toy_shop import ToyShop

from guanxi.http.health import Lifecycle


async def test_a_process_is_ready_when_all_its_parts_are(client: httpx.AsyncClient, shop: ToyShop) -> None:
    ready = await client.get("/readyz")
    shop.checks["migrations"] = False
    unready = await client.get("/readyz")

    assert (ready.status_code, ready.json()) == (200, {"ready": True, "checks": {"database": True}})
    assert (unready.status_code, unready.json()["checks"]["migrations"]) == (503, False)


async def test_a_check_that_fails_or_hangs_is_not_ready(
    client: httpx.AsyncClient, shop: ToyShop, monkeypatch: object
) -> None:
    async def hang() -> dict[str, bool]:
        await asyncio.sleep(60)
        return {}

    shop.ready = hang

    answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]) == (503, {"gateway": False})


async def test_a_loop_that_was_held_shows_in_its_lag() -> None:
    lifecycle = Lifecycle()
    measuring = asyncio.create_task(lifecycle.measure_lag())
    await asyncio.sleep(0.01)

    time.sleep(1.3)
    await asyncio.sleep(0.01)

    assert lifecycle.lag_seconds > 1
    measuring.cancel()


async def test_a_process_whose_loop_is_held_is_not_alive(client: httpx.AsyncClient) -> None:
    alive = await client.get("/livez")
    client._transport.app.state.lifecycle.lag_seconds = 1.5
    held = await client.get("/livez")

    assert (alive.status_code, alive.json()["alive"]) == (200, True)
    assert (held.status_code, held.json()) == (503, {"alive": False, "loopLagSeconds": 1.5})
