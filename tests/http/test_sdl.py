"""The schema as text."""

import httpx
import pytest


async def test_the_schema_is_sent_to_whoever_may_see_it(client: httpx.AsyncClient) -> None:
    answer = await client.get("/schema.graphql")

    assert answer.headers["content-type"] == "application/graphql; charset=utf-8"
    assert answer.text.startswith('"""A shop that sells toys."""\ntype Query {\n  hello(name: String = "你好"): String')
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_the_schema_needs_a_token(client: httpx.AsyncClient) -> None:
    del client.headers["Authorization"]

    assert (await client.get("/schema.graphql")).status_code == 401


@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
async def test_a_schema_that_is_known_is_not_sent_again(client: httpx.AsyncClient, form: str) -> None:
    tag = (await client.get("/schema.graphql")).headers["etag"]

    known = await client.get("/schema.graphql", headers={"If-None-Match": form.format(tag=tag)})
    changed = await client.get("/schema.graphql", headers={"If-None-Match": '"other"'})

    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    assert changed.status_code == 200
