"""A real process: what it cuts, and how it ends."""

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from toy_server import TOKEN, Running, serving

HEAD = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer gx_a\r\n"
GET = b"GET /graphql?query={hello} HTTP/1.1\r\nAuthorization: Bearer gx_a\r\n"
BODY = HEAD + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that waits a second for a header and for a body."""
    limits = {"header_seconds": 1, "body_seconds": 1}
    with serving(tmp_path_factory.mktemp("hasty"), limits=limits) as running:
        yield running


async def received_until_closed(port: int, *, first: bytes, then: bytes = b"") -> tuple[bytes, float]:
    """What a slow client gets, and after how many seconds it is cut; ``then`` is sent again and again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    started = time.monotonic()
    writer.write(first)

    async def go_on() -> None:
        while then:
            await asyncio.sleep(0.1)
            writer.write(then)

    sending = asyncio.create_task(go_on())
    try:
        async with asyncio.timeout(20):
            received = await reader.read()
    except ConnectionError:
        received = b""
    finally:
        sending.cancel()
        writer.close()
    return received, time.monotonic() - started


async def first_bytes(port: int, sent: bytes) -> bytes:
    """The beginning of what is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(20):
        received = await reader.read(65_536)
    writer.close()
    return received


SLOW = {
    "silence": (b"", b""),
    "half a header": (HEAD, b""),
    "a header byte by byte": (HEAD, b"X"),
    "half a header after an answer": (b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\nGET /livez HTTP/1.1\r\n", b"X"),
    "a body byte by byte where none is read": (BODY.replace(b"/graphql", b"/livez"), b" "),
}


@pytest.mark.parametrize("kind", SLOW)
async def test_a_connection_that_sends_too_slowly_is_cut(hasty: Running, kind: str) -> None:
    first, then = SLOW[kind]

    _, seconds = await received_until_closed(hasty.port, first=first, then=then)

    assert 0.9 < seconds < 8


@pytest.mark.parametrize("then", [b"", b" "])
async def test_a_body_that_comes_too_slowly_is_answered_with_408(hasty: Running, then: bytes) -> None:
    received, seconds = await received_until_closed(hasty.port, first=BODY, then=then)

    assert received.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"BODY_TOO_SLOW"' in received
    assert 0.9 < seconds < 8


async def test_a_reader_that_stops_is_cut(hasty: Running) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", hasty.port, limit=1_000)
    query = json.dumps({"query": "{text(length:9000000)}"}).encode()
    writer.write(HEAD + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(query) + query)
    await asyncio.sleep(4)

    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(9_000_000)

    writer.close()


async def test_500_half_open_connections_hold_nobody_up(hasty: Running) -> None:
    slow = [asyncio.create_task(received_until_closed(hasty.port, first=HEAD)) for _ in range(500)]
    await asyncio.sleep(0.3)

    async with hasty.client() as client:
        answers = [await client.post("/graphql", json={"query": "{hello}"}) for _ in range(20)]
    cut = await asyncio.gather(*slow)

    assert {answer.status_code for answer in answers} == {200}
    assert max(seconds for _, seconds in cut) < 15


async def test_an_open_socket_outlives_the_deadlines_of_requests(hasty: Running) -> None:
    async with websockets.connect(hasty.socket_url, subprotocols=["graphql-transport-ws"]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"token": "gx_a"}}))
        await asyncio.sleep(2.5)
        await socket.send(json.dumps({"type": "ping"}))

        assert [json.loads(await socket.recv())["type"] for _ in range(2)] == ["connection_ack", "pong"]


async def test_no_header_names_the_server_software(toy: Running) -> None:
    async with toy.client() as client:
        assert "server" not in (await client.get("/livez")).headers


@pytest.mark.parametrize(
    "head",
    [
        GET + b"Host: evil.example\r\n\r\n",
        GET + b"Host: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        GET + b"Host: /livez?\r\n\r\n",
        GET + b"\r\n",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"X: " + b"x" * 100_000 + b"\r\n\r\n",
        b"\x16\x03\x01 no HTTP at all\r\n\r\n",
    ],
)
async def test_a_request_that_might_be_smuggled_is_refused(hasty: Running, head: bytes) -> None:
    received = await first_bytes(hasty.port, head)

    assert received.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 421 ", b"HTTP/1.1 415 "))
    assert b"hello" not in received


async def test_sigterm_ends_without_failing_a_request_that_runs(tmp_path: Path) -> None:
    with serving(tmp_path, drain_seconds=10) as toy:
        async with toy.client(headers={**TOKEN, "Connection": "close"}) as client:
            running = [asyncio.create_task(ask(client, 0.5 + number / 20)) for number in range(40)]
            load = asyncio.create_task(keep_asking(client))
            await asyncio.sleep(0.4)
            toy.process.send_signal(signal.SIGTERM)
            answers = await asyncio.gather(*running)
            later = await load

        assert answers == [200] * 40
        assert set(later) == {200}
        assert await asyncio.to_thread(toy.process.wait, 10) == 0
        assert "Traceback" not in toy.log.read_text()


async def test_from_sigterm_on_the_process_is_not_ready_and_keeps_no_connection(tmp_path: Path) -> None:
    with serving(tmp_path, drain_seconds=10) as toy:
        async with toy.client() as client:
            running = asyncio.create_task(ask(client, 2))
            before = await client.get("/readyz")
            toy.process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.4)
            after = await client.get("/readyz")

            assert (before.status_code, after.status_code, after.json()["checks"]) == (200, 503, {"accepting": False})
            assert after.headers["connection"] == "close"
            assert await running == 200


async def test_sigterm_closes_sockets_with_1012_once_their_mutations_have_ended(tmp_path: Path) -> None:
    mutation = {"id": "1", "type": "subscribe", "payload": {"query": "mutation{slowly(seconds:2)}"}}

    with serving(tmp_path, drain_seconds=10) as toy:
        async with websockets.connect(toy.socket_url, subprotocols=["graphql-transport-ws"]) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": {"token": "gx_a"}}))
            await socket.send(json.dumps(mutation))
            await socket.recv()
            toy.process.send_signal(signal.SIGTERM)
            received = [json.loads(frame) async for frame in frames_of(socket)]

    assert received[:1] == [{"id": "1", "type": "next", "payload": {"data": {"slowly": "done"}}}]
    assert socket.close_code == 1012


async def test_a_request_over_the_drain_time_does_not_hold_the_end_up(tmp_path: Path) -> None:
    with serving(tmp_path, drain_seconds=1) as toy:
        async with toy.client() as client:
            running = asyncio.create_task(ask(client, 60))
            await asyncio.sleep(0.3)
            toy.process.send_signal(signal.SIGTERM)

            assert await asyncio.to_thread(toy.process.wait, 15) == 0
            await asyncio.gather(running, return_exceptions=True)


async def ask(client: httpx.AsyncClient, seconds: float) -> int:
    return (await client.post("/graphql", json={"query": f"{{slow(seconds:{seconds})}}"})).status_code


async def keep_asking(client: httpx.AsyncClient) -> list[int]:
    """One request after the other until the address is closed."""
    answers = []
    while True:
        try:
            answers.append(await ask(client, 0.01))
        except httpx.ConnectError:
            return answers


async def frames_of(socket: Any) -> Any:
    try:
        while True:
            yield await socket.recv()
    except websockets.ConnectionClosed:
        return
