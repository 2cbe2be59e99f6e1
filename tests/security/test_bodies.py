"""Whatever a request holds: no 5xx, no traceback, and a code that says what was wrong."""

from typing import Any

import pytest

JSON = {"Content-Type": "application/json"}


def raw(body: bytes, **headers: str) -> dict[str, Any]:
    """A body as it is."""
    return {"content": body, "headers": {**JSON, **headers}}


def ask(query: Any, **variables: Any) -> dict[str, Any]:
    return {"json": {"query": query, "variables": variables}}


def variable(value: bytes) -> dict[str, Any]:
    return raw(b'{"query":"query($v:Int){echo(value:$v)}","variables":{"v":' + value + b"}}")


def chain(count: int) -> str:
    spreads = " ".join(f"fragment f{i} on Query{{...f{i + 1}}}" for i in range(count))
    return f"{{...f0}} {spreads} fragment f{count} on Query{{__typename}}"


# What is no GraphQL request at all, with the status that says why.
REFUSED: dict[str, tuple[int, dict[str, Any]]] = {
    "null": (400, raw(b"null")),
    "number": (400, raw(b"1")),
    "string": (400, raw(b'"{__typename}"')),
    "nothing": (400, raw(b"")),
    "half an object": (400, raw(b'{"query":')),
    "two objects": (400, raw(b"{}{}")),
    "byte order mark": (400, raw(b'\xef\xbb\xbf{"query":"{__typename}"}')),
    "invalid UTF-8": (400, raw(b'{"query":"\xff\xfe"}')),
    "UTF-16": (
        415,
        raw('{"query":"{hello}"}'.encode("utf-16"), **{"Content-Type": "application/json; charset=utf-16"}),
    ),
    "NaN": (400, variable(b"NaN")),
    "Infinity": (400, variable(b"-Infinity")),
    "integer of 100,000 digits": (400, variable(b"9" * 100_000)),
    "float without end": (400, variable(b"1e400")),
    "half a surrogate pair": (400, raw(b'{"query":"{hello(name:\\"\\ud800\\")}"}')),
    "nested 200,000 deep": (400, variable(b"[" * 200_000 + b"]" * 200_000)),
    "nested 900 deep": (400, variable(b"[" * 900 + b"]" * 900)),
    "objects nested 900 deep": (400, variable(b'{"a":' * 900 + b"1" + b"}" * 900)),
    "2 MB": (413, ask("{hello}", name="x" * 2_000_000)),
    "50 MB": (413, ask("{hello}", name="x" * 50_000_000)),
    "comment of 5 MB": (413, ask("#" + "a" * 5_000_000 + "\n{hello}")),
    "no query": (400, {"json": {}}),
    "empty query": (400, ask("")),
    "query is an object": (400, ask({"a": 1})),
    "query is a list": (400, ask(["{hello}"])),
    "variables are a list": (400, {"json": {"query": "{hello}", "variables": [1]}}),
    "variables are a string": (400, {"json": {"query": "{hello}", "variables": "{}"}}),
    "extensions are a string": (400, {"json": {"query": "{hello}", "extensions": "x"}}),
    "operationName is a number": (400, {"json": {"query": "{hello}", "operationName": 1}}),
    "idempotency key is a number": (400, {"json": {"query": "{hello}", "extensions": {"idempotencyKey": 1}}}),
    "idempotency key is too long": (400, {"json": {"query": "{hello}"}, "headers": {"Idempotency-Key": "x" * 256}}),
    "empty batch": (400, {"json": []}),
    "batch of 100": (400, {"json": [{"query": "{hello}"}] * 100}),
    "batch of numbers": (400, {"json": [1, 2]}),
    "batch in a batch": (400, {"json": [[{"query": "{hello}"}]]}),
    "text/plain": (415, raw(b'{"query":"{hello}"}', **{"Content-Type": "text/plain"})),
    "text/plain that names JSON": (
        415,
        raw(b'{"query":"{hello}"}', **{"Content-Type": "text/plain; a=application/json"}),
    ),
    "no content type": (415, {"content": b'{"query":"{hello}"}'}),
    "form": (415, {"data": {"query": "{hello}"}}),
    "multipart": (415, {"files": {"operations": (None, '{"query":"{hello}"}'), "map": (None, "{}")}}),
    "compressed": (415, raw(b"\x1f\x8b", **{"Content-Encoding": "gzip"})),
    "image accepted": (406, {"json": {"query": "{hello}"}, "headers": {"Accept": "image/png"}}),
    "other method": (405, {"method": "PATCH", "json": {"query": "{hello}"}}),
    "GET without a query": (400, {"method": "GET"}),
    "GET of a mutation": (405, {"method": "GET", "params": {"query": 'mutation{add(name:"x")}'}}),
    "GET with half an object": (400, {"method": "GET", "params": {"query": "{hello}", "variables": "{"}}),
    "GET with a list": (400, {"method": "GET", "params": {"query": "{hello}", "variables": "[]"}}),
    "unknown token": (401, {"json": {"query": "{hello}"}, "headers": {"Authorization": "Bearer gx_x"}}),
    "other scheme": (401, {"json": {"query": "{hello}"}, "headers": {"Authorization": "Basic eDp4"}}),
    "token of 10,000 characters": (
        401,
        {"json": {"query": "{hello}"}, "headers": {"Authorization": "Bearer " + "x" * 10_000}},
    ),
    "foreign page": (403, {"json": {"query": "{hello}"}, "headers": {"Origin": "https://evil.example"}}),
    "page of no origin": (403, {"json": {"query": "{hello}"}, "headers": {"Origin": "null"}}),
}
# Requests whose document or variables are at fault: the media type decides between 200 and 400.
FAULTY: dict[str, dict[str, Any]] = {
    "list literal nested 2,000 deep": ask("{echo(value:" + "[" * 2_000 + "]" * 2_000 + ")}"),
    "object literal nested 20,000 deep": ask("{echo(value:" + "{a:" * 20_000 + "1" + "}" * 20_000 + ")}"),
    "selections nested 3,000 deep": ask("{a" * 3_000 + "}" * 3_000),
    "integer literal of 100,000 digits": ask("{echo(value:" + "9" * 100_000 + ")}"),
    "integer over 64 bits": variable(b"18446744073709551616"),
    "500,000 tokens": ask("{" + "a " * 450_000 + "}"),
    "20,000 directives": ask("{__typename " + "@skip(if:false)" * 20_000 + "}"),
    "3,000 unknown directives": ask("{__typename " + "@aa" * 3_000 + "}"),
    "3,000 unused fragments": ask("{__typename} " + " ".join(f"fragment f{i} on Query{{hello}}" for i in range(3_000))),
    "chain of 600 fragments": ask(chain(600)),
    "cycle of fragments": ask("{...a} fragment a on Query{...b} fragment b on Query{...a}"),
    "escaped surrogate in the document": raw(b'{"query":"{hello(name:\\"\\\\ud800\\")}"}'),
    "unknown field": ask("{helo}"),
    "no operation": ask("fragment a on Query{hello}"),
}


@pytest.mark.parametrize("probe", REFUSED)
async def test_what_is_no_request_is_refused_with_the_status_that_says_why(toy: Any, probe: str) -> None:
    status, request = REFUSED[probe]

    async with toy.client() as client:
        answer = await client.request(request.get("method", "POST"), "/graphql", **without_method(request))

    [error] = answer.json()["errors"]
    assert answer.status_code == status, answer.text
    assert error["message"]
    assert error["extensions"]["code"] not in {"", "INTERNAL"}
    assert error["extensions"]["requestId"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("probe", FAULTY)
async def test_a_faulty_document_is_told_as_an_error_of_the_answer(toy: Any, probe: str) -> None:
    request = FAULTY[probe]

    async with toy.client() as client:
        older = await client.post("/graphql", **request)
        request["headers"] = request.get("headers", {}) | {"Accept": "application/graphql-response+json"}
        newer = await client.post("/graphql", **request)

    assert (older.status_code, newer.status_code) == (200, 400)
    assert "data" not in newer.json()
    assert newer.json()["errors"]


async def test_after_all_probes_the_server_answers_and_has_logged_no_traceback(toy: Any) -> None:
    async with toy.client() as client:
        for _, request in REFUSED.values():
            if len(str(request.get("json", ""))) < 1_000_000:
                await client.request(request.get("method", "POST"), "/graphql", **without_method(request))
        answer = await client.post("/graphql", json={"query": "{hello}"})

    assert answer.json() == {"data": {"hello": "你好!"}}
    assert "Traceback" not in toy.log.read_text()


def without_method(request: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name != "method"}
