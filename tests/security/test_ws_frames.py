"""graphql-transport-ws frame by frame: what each one is answered with, and the code each fault closes with."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import websockets
from toy_server import Running, serving
from websockets.asyncio.client import ClientConnection

PROTOCOL = "graphql-transport-ws"
INIT = {"type": "connection_init", "payload": {"authorization": "Bearer gx_a"}}
INIT_B = {"type": "connection_init", "payload": {"token": "gx_b"}}


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose waits are short."""
    limits = {"init_seconds": 0.5, "body_seconds": 1}
    with serving(tmp_path_factory.mktemp("sockets"), limits=limits) as running:
        yield running


@asynccontextmanager
async def connected(toy: Running, *frames: Any, protocol: str | None = PROTOCOL, **options: Any) -> AsyncIterator[Any]:
    """A connection that has sent ``frames``."""
    protocols = [protocol] if protocol else None
    async with websockets.connect(toy.socket_url, subprotocols=protocols, **options) as socket:
        with suppress(websockets.ConnectionClosed):  # the server may close before it has seen them all
            for frame in frames:
                await socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))
        yield socket


def subscribe(name: Any, query: str = "subscription{count(to:1)}", **payload: Any) -> dict[str, Any]:
    return {"id": name, "type": "subscribe", "payload": {"query": query, **payload}}


async def receive(socket: ClientConnection) -> Any:
    async with asyncio.timeout(10):
        return json.loads(await socket.recv())


async def closing_code(socket: ClientConnection) -> int | None:
    """Reads until the server closes."""
    async with asyncio.timeout(10):
        with suppress(websockets.ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code


async def test_a_subscription_is_acknowledged_streamed_and_completed(toy: Running) -> None:
    async with connected(toy, INIT, subscribe("1", "subscription{count(to:2)}")) as socket:
        received = [await receive(socket) for _ in range(4)]

    assert received == [
        {"type": "connection_ack"},
        {"id": "1", "type": "next", "payload": {"data": {"count": 1}}},
        {"id": "1", "type": "next", "payload": {"data": {"count": 2}}},
        {"id": "1", "type": "complete"},
    ]


FAULTS = {
    "subscribe before init": (4401, [subscribe("1")]),
    "second init": (4429, [INIT, INIT]),
    "second subscriber of one id": (4409, [INIT, subscribe("1", "subscription{count(to:9,every:9)}"), subscribe("1")]),
    "no JSON": (4400, ["{"]),
    "JSON that is no object": (4400, ["[]"]),
    "nested 2,000 deep": (4400, ['{"type":"ping","payload":' + "[" * 2_000 + "]" * 2_000 + "}"]),
    "binary frame": (4400, [b"\x00"]),
    "unknown type": (4400, [INIT, {"type": "zzz"}]),
    "no type": (4400, [INIT, {"id": "1"}]),
    "subscribe without payload": (4400, [INIT, {"id": "1", "type": "subscribe"}]),
    "subscribe without query": (4400, [INIT, {"id": "1", "type": "subscribe", "payload": {}}]),
    "subscribe without id": (4400, [INIT, {"type": "subscribe", "payload": {"query": "{hello}"}}]),
    "empty id": (4400, [INIT, subscribe("")]),
    "id that is a number": (4400, [INIT, subscribe(1)]),
    "payload that is a list": (4400, [{"type": "connection_init", "payload": []}]),
    "no token": (4403, [{"type": "connection_init"}]),
    "unknown token": (4403, [{"type": "connection_init", "payload": {"token": "gx_x"}}]),
    "other scheme": (4403, [{"type": "connection_init", "payload": {"authorization": "Basic eDp4"}}]),
    "no init in time": (4408, []),
    "pings instead of an init": (4408, [{"type": "ping"}] * 3),
    "flood of pings": (4429, [INIT, *[{"type": "ping"}] * 1_000]),
    "frame over the limit": (1009, [INIT, subscribe("1", "#" + "a" * 300_000 + "\n{hello}")]),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_closes_with_its_code(toy: Running, fault: str) -> None:
    code, frames = FAULTS[fault]

    async with connected(toy, *frames) as socket:
        assert await closing_code(socket) == code


@pytest.mark.parametrize("protocol", [None, "graphql-ws", "foo"])
async def test_another_subprotocol_is_not_accepted(toy: Running, protocol: str | None) -> None:
    # The legacy protocol has no acknowledgement that could keep its operations from running.
    async with connected(toy, {"type": "connection_init"}, protocol=protocol) as socket:
        assert await closing_code(socket) == 4406


async def test_a_pong_repeats_the_payload_of_its_ping(toy: Running) -> None:
    async with connected(toy, {"type": "ping", "payload": {"sent": 1}}, {"type": "pong"}) as socket:
        assert await receive(socket) == {"type": "pong", "payload": {"sent": 1}}


async def test_queries_and_mutations_answer_once(toy: Running) -> None:
    async with connected(toy, INIT, subscribe("q", "{hello}"), subscribe("m", 'mutation{add(name:"x")}')) as socket:
        received = [await receive(socket) for _ in range(5)]

    kinds = {one["id"]: [other["type"] for other in received if other.get("id") == one["id"]] for one in received[1:]}
    assert kinds == {"q": ["next", "complete"], "m": ["next", "complete"]}


async def test_a_faulty_document_is_an_error_message_and_the_connection_goes_on(toy: Running) -> None:
    async with connected(toy, INIT, subscribe("1", "subscription{unknown}")) as socket:
        await receive(socket)
        refused = await receive(socket)
        await socket.send(json.dumps(subscribe("1", "{hello}")))
        answered = await receive(socket)

    [error] = refused["payload"]
    assert (refused["type"], refused["id"], answered["type"]) == ("error", "1", "next")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["requestId"]


async def test_complete_stops_a_stream_and_frees_its_id(toy: Running) -> None:
    endless = subscribe("1", "subscription{count(to:1000000,every:0.01)}")

    async with connected(toy, INIT, endless, {"id": "1", "type": "complete"}, subscribe("1", "{hello}")) as socket:
        received = [await receive(socket) for _ in range(3)]

    assert [one["type"] for one in received] == ["connection_ack", "next", "complete"]
    assert received[1]["payload"] == {"data": {"hello": "你好!"}}


async def test_of_150_subscriptions_100_run_and_the_connection_stays(toy: Running) -> None:
    many = [subscribe(str(number), "subscription{count(to:1,every:60)}") for number in range(150)]

    async with connected(toy, INIT, *many, {"type": "ping"}) as socket:
        received = [await receive(socket) for _ in range(52)]

    refused = [one["payload"][0]["extensions"]["code"] for one in received if one["type"] == "error"]
    assert refused == ["RATE_LIMITED"] * 50
    assert received[-1] == {"type": "pong"}


async def test_a_key_that_was_used_is_answered_as_a_replay(toy: Running) -> None:
    keyed = subscribe("1", 'mutation{add(name:"x")}', extensions={"idempotencyKey": "socket-1"})

    async with connected(toy, INIT, keyed) as socket:
        first = [await receive(socket) for _ in range(3)][1]["payload"]
        await socket.send(json.dumps(keyed))
        again = (await receive(socket))["payload"]

    assert again == {**first, "extensions": {"replayed": True}}


async def test_the_token_may_come_with_the_upgrade(toy: Running) -> None:
    headers = {"Authorization": "Bearer gx_a"}

    async with connected(toy, {"type": "connection_init"}, additional_headers=headers) as socket:
        assert await receive(socket) == {"type": "connection_ack"}


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_a_page_that_no_merchant_allows_is_refused_at_the_upgrade(toy: Running, origin: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with connected(toy, INIT, origin=origin):
            pass

    assert refused.value.response.status_code == 403


async def test_a_page_of_another_merchant_is_refused_at_the_init(toy: Running) -> None:
    async with connected(toy, INIT, origin="https://b.example") as socket:
        assert await closing_code(socket) == 4403
    async with connected(toy, INIT_B, origin="https://b.example") as socket:
        assert await receive(socket) == {"type": "connection_ack"}


async def test_a_page_of_the_same_host_may_connect(toy: Running) -> None:
    async with connected(toy, INIT, origin=toy.url) as socket:
        assert await receive(socket) == {"type": "connection_ack"}


async def test_an_unknown_host_is_refused_at_the_upgrade(toy: Running) -> None:
    address = toy.socket_url.replace("127.0.0.1", "evil.example")

    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(address, host="127.0.0.1", port=toy.port, subprotocols=[PROTOCOL]):
            pass

    assert refused.value.response.status_code == 403


async def test_a_revoked_token_closes_its_open_sockets_within_a_second(tmp_path: Any) -> None:
    with serving(tmp_path) as toy:
        async with connected(toy, INIT, subscribe("1", "subscription{count(to:9,every:60)}")) as socket:
            await receive(socket)
            async with toy.client() as client:
                await client.post("/graphql", json={"query": 'mutation{revoke(token:"gx_a")}'})
            async with asyncio.timeout(1.5):  # a second, and half of one for a busy machine
                await socket.wait_closed()

    assert socket.close_code == 4401


async def test_a_client_that_stops_reading_is_cut_and_nothing_piles_up(toy: Running) -> None:
    async with connected(toy, INIT, subscribe("1", "subscription{flood(length:200000)}"), close_timeout=0) as socket:
        await receive(socket)
        socket.transport.pause_reading()
        await asyncio.sleep(2.5)  # the server gives one second without progress
        async with toy.client() as client:
            before = (await client.post("/graphql", json={"query": 'mutation{add(name:"x")}'})).json()["data"]["add"]
            await asyncio.sleep(0.3)
            after = (await client.post("/graphql", json={"query": 'mutation{add(name:"x")}'})).json()["data"]["add"]

        assert after - before == 1
        socket.transport.resume_reading()
        assert await closing_code(socket) == 1006


async def test_no_frame_left_a_traceback(toy: Running) -> None:
    for _, frames in FAULTS.values():
        async with connected(toy, *frames) as socket:
            await closing_code(socket)

    assert "Traceback" not in toy.log.read_text()
