"""What an answer looks like on the wire."""

import asyncio

import httpx
import pytest
from toy_shop import ToyShop

from guanxi.errors import RateLimitedError, Text, UnavailableError
from guanxi.execution.request import Answer

GRAPHQL = {"Accept": "application/graphql-response+json"}


async def test_chinese_is_sent_as_it_is(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": "{hello}"})

    assert answer.content == '{"data":{"hello":"你好!"}}'.encode()
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_get_runs_a_query_with_variables(client: httpx.AsyncClient) -> None:
    parameters = {"query": "query($v:Int){echo(value:$v)}", "variables": '{"v":3}', "operationName": ""}

    answer = await client.get("/graphql", params=parameters)

    assert answer.json() == {"data": {"echo": 3}}


async def test_a_get_runs_no_mutation(client: httpx.AsyncClient, shop: ToyShop) -> None:
    answer = await client.get("/graphql", params={"query": 'mutation{add(name:"x")}'})

    assert (answer.status_code, answer.headers["allow"], shop.ran) == (405, "POST", [])


async def test_a_partial_answer_is_200_for_both_media_types(client: httpx.AsyncClient) -> None:
    for accepted in ({}, GRAPHQL):
        answer = await client.post("/graphql", json={"query": "{hello boom}"}, headers=accepted)

        assert answer.status_code == 200
        assert answer.json()["data"] == {"hello": "你好!", "boom": None}


async def test_a_document_may_be_named_instead_of_sent(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"documentId": "text:{hello}"})

    assert answer.json() == {"data": {"hello": "你好!"}}


async def test_a_batch_answers_in_its_order(client: httpx.AsyncClient) -> None:
    batch = [{"query": f'mutation{{add(name:"{name}")}}'} for name in "ab"] + [{"query": "{unknown}"}]

    answer = await client.post("/graphql", json=batch, headers=GRAPHQL)

    first, second, refused = answer.json()
    assert (answer.status_code, first, second) == (200, {"data": {"add": 1}}, {"data": {"add": 2}})
    assert list(refused) == ["errors"]


async def test_a_failure_in_a_batch_stands_alone(client: httpx.AsyncClient, shop: ToyShop) -> None:
    shop.answer = ZeroDivisionError("secret")

    answer = await client.post("/graphql", json=[{"query": "{hello}"}] * 2)

    assert [one["errors"][0]["extensions"]["code"] for one in answer.json()] == ["INTERNAL", "INTERNAL"]
    assert "secret" not in answer.text


async def test_one_key_cannot_stand_for_a_batch(client: httpx.AsyncClient, shop: ToyShop) -> None:
    answer = await client.post("/graphql", json=[{"query": "{hello}"}], headers={"Idempotency-Key": "k"})

    assert (answer.status_code, shop.calls) == (400, [])


@pytest.mark.parametrize("place", ["header", "extension"])
async def test_a_replay_is_the_stored_bytes_marked_by_a_header(
    client: httpx.AsyncClient, shop: ToyShop, place: str
) -> None:
    headers = {"Idempotency-Key": "k"} if place == "header" else {}
    extensions = {"idempotencyKey": "k"} if place == "extension" else {}
    request = {"query": 'mutation{add(name:"x")}', "extensions": extensions}

    first = await client.post("/graphql", json=request, headers=headers)
    shop.stored["k"] = b'{"data": {"add": 1}}'
    again = await client.post("/graphql", json=request, headers=headers)

    assert first.json() == again.json()
    assert again.content == b'{"data": {"add": 1}}'
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")


async def test_two_different_keys_are_refused(client: httpx.AsyncClient) -> None:
    request = {"query": "{hello}", "extensions": {"idempotencyKey": "a"}}

    answer = await client.post("/graphql", json=request, headers={"Idempotency-Key": "b"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["path"] == ["extensions", "idempotencyKey"]


async def test_headers_and_status_of_an_answer_are_sent(client: httpx.AsyncClient, shop: ToyShop) -> None:
    shop.answer = Answer(errors=[{"message": "Slow down."}], ran=False, status=429, headers={"Retry-After": "3"})

    answer = await client.post("/graphql", json={"query": "{hello}"})

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")


async def test_an_answer_over_the_limit_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": "{text(length:10000001)}"})

    assert len(answer.content) < 1_000
    assert answer.json()["data"] is None
    assert answer.json()["errors"][0]["extensions"]["code"] == "ANSWER_TOO_LARGE"


async def test_an_unexpected_exception_is_masked_and_logged(
    client: httpx.AsyncClient, shop: ToyShop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.answer = ZeroDivisionError("postgres://user:secret@host/db")

    answer = await client.post("/graphql", json={"query": "{hello}"}, headers={"X-Request-Id": "mine-1"})

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]) == (500, {"code": "INTERNAL", "requestId": "mine-1"})
    assert "secret" not in answer.text
    assert ["mine-1" in record.message and record.exc_info is not None for record in caplog.records] == [True]


@pytest.mark.parametrize(
    ("error", "status", "header"),
    [(UnavailableError, 503, "retry-after"), (RateLimitedError, 429, "x-request-id")],
)
async def test_an_expected_exception_has_the_status_of_its_code(
    client: httpx.AsyncClient, shop: ToyShop, error: type, status: int, header: str
) -> None:
    shop.answer = error(Text("Not now.", "请稍后。"), hint=Text("Wait.", "等待。"))

    answer = await client.post("/graphql", json={"query": "{hello}"}, headers={"Accept-Language": "zh-CN"})

    assert (answer.status_code, header in answer.headers) == (status, True)
    assert answer.json()["errors"][0]["message"] == "请稍后。 等待。"


async def test_a_data_that_is_no_json_is_masked(client: httpx.AsyncClient, shop: ToyShop) -> None:
    shop.answer = Answer({"hello": 2**70})

    answer = await client.post("/graphql", json={"query": "{hello}"})

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (500, "INTERNAL")


@pytest.mark.parametrize(("given", "is_kept"), [("a-1.b:c_D", True), ("x" * 65, False), ("<b>", False), ("", False)])
async def test_a_sane_request_id_is_kept(client: httpx.AsyncClient, shop: ToyShop, given: str, is_kept: bool) -> None:
    answer = await client.post("/graphql", json={"query": "{hello}"}, headers={"X-Request-Id": given})

    assert (answer.headers["x-request-id"] == given) is is_kept
    assert shop.calls[0].request_id == answer.headers["x-request-id"]


async def test_the_platform_is_told_language_and_headers_but_no_credentials(
    client: httpx.AsyncClient, shop: ToyShop
) -> None:
    headers = {"Accept-Language": "zh", "User-Agent": "till/1", "Cookie": "a=b"}

    await client.post("/graphql", json={"query": "{hello}"}, headers=headers)

    [call] = shop.calls
    assert (call.locale, call.headers["user-agent"]) == ("zh-CN", "till/1")
    assert {"authorization", "cookie"}.isdisjoint(call.headers)


async def test_without_a_token_nothing_runs(client: httpx.AsyncClient, shop: ToyShop) -> None:
    del client.headers["Authorization"]

    answer = await client.post("/graphql", json={"query": "{hello}"}, headers={"Cookie": "token=gx_a"})

    assert (answer.status_code, answer.headers["www-authenticate"], shop.calls) == (401, "Bearer", [])


@pytest.mark.parametrize("path", ["/", "/nothing", "/graphql/", "/graphiql/nothing.js"])
async def test_an_unknown_address_is_told_as_json(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")


async def test_a_head_is_not_answered_like_a_get(client: httpx.AsyncClient) -> None:
    answer = await client.head("/graphql", params={"query": "{hello}"})

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST, OPTIONS")


async def test_a_body_that_ends_early_is_no_failure_of_the_server(toy: object) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", toy.port)
    head = "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer gx_a\r\n"
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())
    writer.write_eof()

    await reader.read()

    writer.close()
    assert "Traceback" not in toy.log.read_text()
