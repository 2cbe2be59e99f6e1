"""A merchant enables a plugin while fifty clients query two server processes."""

import asyncio
import json
from collections.abc import Callable

import httpx
from journey_servers import Shop, ask

from guanxi.testing.counts import scaled

PLAIN = "{ viewer { actor { id } } customers(first: 5) { nodes { id displayName } } }"
TIERS = "{ memberTiers(first: 5) { nodes { name } } }"
ENABLE = 'mutation { enablePlugin(input: {plugin: "membership"}) { plugin { state } errors { message } } }'
DISABLE = 'mutation { disablePlugin(input: {plugin: "membership"}) { plugin { state } errors { message } } }'


async def test_no_request_fails_while_a_plugin_is_enabled_and_the_next_one_sees_it(
    serve: Callable[[], str], shops: tuple[Shop, Shop]
) -> None:
    tea, _ = shops
    urls = [serve(), serve()]
    answers: list[dict[str, object]] = []
    stop = asyncio.Event()

    async with httpx.AsyncClient(headers=tea.headers, timeout=30) as client:

        async def query(number: int) -> None:
            while not stop.is_set():
                sent = await client.post(f"{urls[number % 2]}/graphql", content=json.dumps({"query": PLAIN}))
                answers.append(sent.json())

        clients = [asyncio.create_task(query(number)) for number in range(50)]
        while len(answers) < scaled(2000, 200):  # noqa: ASYNC110 - the clients are the only ones to tell
            await asyncio.sleep(0.01)
        enabled = (await client.post(f"{urls[0]}/graphql", content=json.dumps({"query": ENABLE}))).json()
        seen = [(await client.post(f"{url}/graphql", content=json.dumps({"query": TIERS}))).json() for url in urls]
        stop.set()
        await asyncio.gather(*clients)

    assert enabled == {"data": {"enablePlugin": {"plugin": {"state": "ENABLED"}, "errors": []}}} | _cost(enabled)
    assert [one["data"] for one in seen] == [{"memberTiers": {"nodes": []}}] * 2
    assert [one for one in answers if "errors" in one] == []


async def test_a_disabled_field_fails_as_if_it_had_never_existed(
    serve: Callable[[], str], shops: tuple[Shop, Shop]
) -> None:
    tea, silk = shops
    url = serve()
    await asyncio.to_thread(ask, url, tea, ENABLE)
    await asyncio.to_thread(ask, url, tea, DISABLE)

    disabled = await asyncio.to_thread(ask, url, tea, TIERS)
    never = await asyncio.to_thread(ask, url, silk, TIERS)
    invented = await asyncio.to_thread(ask, url, silk, TIERS.replace("memberTiers", "memberTaxes"))

    assert _told(disabled) == _told(never) != []
    assert _told(never) == [message.replace("memberTaxes", "memberTiers") for message in _told(invented)]


def _told(answer: dict[str, object]) -> list[str]:
    errors = answer["errors"]
    assert isinstance(errors, list)
    return [error["message"] for error in errors]


def _cost(answer: dict[str, object]) -> dict[str, object]:
    return {"extensions": answer["extensions"]} if "extensions" in answer else {}
