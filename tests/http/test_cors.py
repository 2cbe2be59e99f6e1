"""Pages of other origins read nothing unless the merchant allows them, and nothing works by cookie."""

import itertools

import httpx
import pytest
from toy_shop import ToyShop

QUERY = {"query": "{hello}"}
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
OF_B = {"Authorization": "Bearer gx_b", "Origin": "https://b.example"}


async def test_an_allowed_origin_is_told_so_in_the_preflight(client: httpx.AsyncClient) -> None:
    answer = await client.options("/graphql", headers={"Origin": "https://b.example", **PREFLIGHT})

    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "https://b.example")
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://b.example.evil", "http://b.example"])
async def test_another_origin_gets_no_leave(client: httpx.AsyncClient, shop: ToyShop, origin: str) -> None:
    preflight = await client.options("/graphql", headers={"Origin": origin, **PREFLIGHT})
    request = await client.post("/graphql", json=QUERY, headers={**OF_B, "Origin": origin})

    assert (preflight.status_code, request.status_code, shop.calls) == (403, 403, [])
    assert "access-control-allow-origin" not in {*preflight.headers, *request.headers}


async def test_a_merchant_answers_pages_of_its_own_origins(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json=QUERY, headers=OF_B)

    assert answer.json() == {"data": {"hello": "你好!"}}
    assert answer.headers["access-control-allow-origin"] == "https://b.example"
    assert "X-Request-Id" in answer.headers["access-control-expose-headers"]
    assert answer.headers["vary"] == "Origin"


async def test_a_merchant_does_not_answer_pages_of_another_merchant(client: httpx.AsyncClient, shop: ToyShop) -> None:
    answer = await client.post("/graphql", json=QUERY, headers={"Origin": "https://b.example"})

    assert (answer.status_code, shop.calls) == (403, [])
    assert "access-control-allow-origin" not in answer.headers


async def test_an_allowed_page_may_read_that_its_token_is_wrong(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json=QUERY, headers={**OF_B, "Authorization": "Bearer gx_x"})

    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, "https://b.example")


async def test_the_installation_s_own_page_needs_no_leave(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json=QUERY, headers={"Origin": "https://shop.example"})

    assert answer.status_code == 200


async def test_no_request_that_a_browser_sends_unasked_runs_anything(client: httpx.AsyncClient, shop: ToyShop) -> None:
    # What a form or an image on any page can send, with whatever cookie the browser adds.
    types = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None)
    cookies = {"Cookie": "token=gx_a; authorization=Bearer gx_a"}
    del client.headers["Authorization"]

    for method, kind, origin in itertools.product(("GET", "POST"), types, (None, "null", "https://b.example")):
        given = {"Content-Type": kind, "Origin": origin}
        headers = cookies | {name: value for name, value in given.items() if value}
        body = None if method == "GET" else b'{"query":"mutation{add(name:\\"x\\")}"}'
        await client.request(method, "/graphql?query={hello}", headers=headers, content=body)

    assert (shop.calls, shop.ran) == ([], [])
