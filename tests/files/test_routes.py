"""The addresses of files, behind the same door as everything else, and the mutation that leads to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from guanxi.context import Context, utc_now
from guanxi.db.merchant import acting_for
from guanxi.execution import reads
from guanxi.files import permissions
from guanxi.files.plugin import schema_part
from guanxi.files.routes import routes
from guanxi.http import application
from guanxi.schema.composed import ComposedSchema
from guanxi.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100
CREATE = """mutation ($i: CreateUploadInput!) { createUpload(input: $i) {
    upload { url maxBytes file { id state name } } errors { code } } }"""
READ = "query ($i: ID!) { file(id: $i) { state mediaType size sha256 url } }"


@pytest.fixture
def ctx(shop: Any) -> Context:
    """As of now: links are compared with the wall clock."""
    now: Context = replace(shop.ctx, clock=utc_now)
    return now


@pytest.fixture
async def web(ctx: Context) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the installation's addresses."""

    @asynccontextmanager
    async def open_context(merchant: UUID, call: Any) -> AsyncIterator[Context]:
        with acting_for(merchant):
            yield replace(ctx, request_id=call.request_id)

    gateway: Any = None  # of GraphQL, which is not asked here
    app = application.build(gateway, Settings(), routes=routes(open_context, ctx.platform.cursor_key))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.fixture
def ask(ctx: Context) -> Any:
    schema = ComposedSchema({"files": schema_part()}, {}, reads.bind)

    async def asked(document: str, by: Context | None = None, **variables: Any) -> Any:
        asking = replace(by or ctx, schema=schema, loaders={})
        answer = await schema.execute(document, variable_values=variables, context_value=asking)
        assert answer.errors is None
        return answer.data

    return asked


async def test_a_file_goes_in_by_one_link_and_out_by_another(ask: Any, web: httpx.AsyncClient) -> None:
    made = (await ask(CREATE, i={"name": "照片 1.png"}))["createUpload"]["upload"]

    sent = await web.put(made["url"], content=PNG)
    read = (await ask(READ, i=made["file"]["id"]))["file"]
    got = await web.get(read["url"])

    assert (made["file"]["state"], sent.status_code) == ("WAITING", 201)
    assert sent.json() == {"id": made["file"]["id"], "mediaType": "image/png", "size": 108, "sha256": read["sha256"]}
    assert (read["state"], read["size"], got.content) == ("READY", 108, PNG)


async def test_a_file_is_handed_out_so_that_no_browser_runs_it(ask: Any, web: httpx.AsyncClient) -> None:
    made = (await ask(CREATE, i={"name": "\"a'.png"}))["createUpload"]["upload"]
    await web.put(made["url"], content=PNG)
    read = (await ask(READ, i=made["file"]["id"]))["file"]

    got = await web.get(read["url"])

    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''%22a%27.png"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["cache-control"] == "private, no-store"


async def test_an_upload_link_reads_nothing_and_a_forged_one_does_nothing(ask: Any, web: httpx.AsyncClient) -> None:
    made = (await ask(CREATE, i={"name": "a.png"}))["createUpload"]["upload"]
    await web.put(made["url"], content=PNG)

    refused = [await web.get(made["url"]), await web.put("/files/forged", content=PNG), await web.get("/files/x")]

    assert [one.status_code for one in refused] == [404, 404, 404]
    assert {one.json()["errors"][0]["extensions"]["code"] for one in refused} == {"NOT_FOUND"}


async def test_a_refusal_says_code_and_cure(ask: Any, web: httpx.AsyncClient) -> None:
    made = (await ask(CREATE, i={"name": "a.png"}))["createUpload"]["upload"]

    refused = await web.put(made["url"], content=b"<html>", headers={"Accept-Language": "zh-CN"})

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["extensions"]["code"] == "FILE_REFUSED"
    assert "不支持" in refused.json()["errors"][0]["message"]


async def test_a_file_of_a_purpose_that_only_the_platform_writes_cannot_be_sent(ask: Any) -> None:
    refused = (await ask(CREATE, i={"name": "a.csv", "purpose": "EXPORT"}))["createUpload"]

    assert refused["upload"] is None
    assert [one["code"] for one in refused["errors"]] == ["BAD_USER_INPUT"]


async def test_who_may_not_read_files_gets_no_link_to_them(shop: Any, ask: Any) -> None:
    made = (await ask(CREATE, i={"name": "a.png"}))["createUpload"]["upload"]
    blind = shop.without(permissions.READ_FILES)
    schema = ComposedSchema({"files": schema_part()}, {}, reads.bind)

    answer = await schema.execute(
        READ, variable_values={"i": made["file"]["id"]}, context_value=replace(blind, schema=schema)
    )

    assert answer.errors is not None
    assert answer.data is None or answer.data["file"] is None
