"""Imports as a client sees them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from guanxi.context import Context
from guanxi.customers import permissions as customer_permissions
from guanxi.files.types import TAG
from guanxi.jobs.models import Job
from guanxi.schema import ids
from guanxi.schema.composed import ComposedSchema
from guanxi.transfers import service
from guanxi.transfers.plugin import run_import

START = """mutation ($i: StartImportInput!) { startImport(input: $i) {
    fileImport { id state } errors { code path } } }"""
MOVE = """mutation ($i: ID!) { %s(input: {id: $i}) { fileImport { state } errors { code } } }"""
READ = """{ imports { nodes {
    fileName state encoding rowsTotal rowsDone rowsRefused createdCount columns { title target }
    error { code message row } report { name state }
    problems { totalCount nodes { row column code value suggestion isWarning } } } } }"""
FILE = "姓名,手机,邮箱\n李雷,13800000000,\n韩梅梅,1.39E+10,nobody\n"


@pytest.fixture
def start(ask: Any, keep: Callable[..., Awaitable[UUID]]) -> Any:
    async def started(content: str = FILE, **more: Any) -> Any:
        file = ids.encode(TAG, await keep(content))
        return (await ask(START, i={"file": file, **more}))["startImport"]

    return started


async def test_an_import_is_ordered_run_and_reported(ctx: Context, ask: Any, start: Any) -> None:
    started = await start()
    job = await Job.get()
    await run_import(ctx, job.payload)

    (read,) = (await ask(READ))["imports"]["nodes"]

    assert (started["fileImport"]["state"], job.kind) == ("QUEUED", "transfers.import")
    problems = read.pop("problems")["nodes"]
    assert read == {
        "fileName": "客户.csv", "state": "DONE", "encoding": "utf-8", "rowsTotal": 2, "rowsDone": 2, "rowsRefused": 1,
        "createdCount": 1, "error": None, "report": {"name": "客户-errors.csv", "state": "READY"},
        "columns": [{"title": "姓名", "target": "display_name"}, {"title": "手机", "target": "phone"},
                    {"title": "邮箱", "target": "email"}],
    }  # fmt: skip
    assert [(one["row"], one["column"], one["code"], one["value"]) for one in problems] == [
        (3, "手机", "SHORTENED_NUMBER", "1.39E+10"), (3, "邮箱", "INVALID_EMAIL", "nobody"),
    ]  # fmt: skip
    assert all("text" in one["suggestion"] or "typing" in one["suggestion"] for one in problems)


async def test_values_are_masked_and_the_report_is_closed_for_who_may_not_see_contact_points(
    shop: Any, ctx: Context, ask: Any, start: Any, schema: ComposedSchema
) -> None:
    await start()
    await run_import(ctx, (await Job.get()).payload)
    blind = shop.without(customer_permissions.READ_CONTACTS)
    document = "{ imports { nodes { problems { nodes { value } } } } }"

    (read,) = (await ask(document, blind))["imports"]["nodes"]

    assert [one["value"] for one in read["problems"]["nodes"]] == ["1****", "n****"]
    document = "{ imports { nodes { report { id } } } }"
    answer = await schema.execute(document, context_value=replace(blind, schema=schema, loaders={}))
    assert answer.errors is not None


async def test_an_import_is_stopped_and_resumed(ctx: Context, ask: Any, start: Any) -> None:
    started = (await start())["fileImport"]

    stopped = await ask(MOVE % "cancelImport", i=started["id"])
    await run_import(ctx, (await Job.get()).payload)
    resumed = await ask(MOVE % "resumeImport", i=started["id"])

    assert stopped["cancelImport"]["fileImport"]["state"] == "CANCELLED"
    assert resumed["resumeImport"]["fileImport"]["state"] == "QUEUED"


async def test_a_file_that_cannot_be_read_fails_with_row_and_cure(ctx: Context, ask: Any, start: Any) -> None:
    await start('姓名,手机\n"李雷,1\n')
    await run_import(ctx, (await Job.get()).payload)

    (read,) = (await ask(READ, replace(ctx, locale="zh-CN")))["imports"]["nodes"]

    assert (read["state"], read["error"]["code"], read["error"]["row"]) == ("FAILED", "UNREADABLE_FILE", 2)
    assert "引号" in read["error"]["message"]


async def test_a_dry_run_and_a_mapping_come_through(ctx: Context, ask: Any, start: Any) -> None:
    mapping = [{"column": "手机", "target": "ignore"}, {"column": "邮箱", "target": "ignore"}]
    await start(dryRun=True, mapping=mapping)
    await run_import(ctx, (await Job.get()).payload)

    (read,) = (await ask(READ))["imports"]["nodes"]

    assert (read["state"], read["createdCount"], read["rowsRefused"]) == ("CHECKED", 2, 0)


async def test_a_wrong_option_is_told_at_its_place(start: Any) -> None:
    refused = await start(mapping=[{"column": "手机", "target": "salary"}])

    assert (refused["fileImport"], refused["errors"]) == (None, [{"code": "BAD_USER_INPUT", "path": ["mapping"]}])


async def test_progress_is_told_with_each_page(shop: Any, ctx: Context, keep: Callable[..., Awaitable[UUID]]) -> None:
    row = await service.start_import(ctx, await keep(FILE), service.ImportOptions(), is_queued=False)

    await service.run_import(ctx, row.id, page_rows=1)

    told = [(one.state, one.rows_done) for one in shop.platform.events if one.name == "import_progressed"]
    assert told == [("running", 0), ("running", 1), ("running", 2), ("done", 2)]


async def test_a_subscriber_hears_of_each_page(
    shop: Any, ctx: Context, schema: ComposedSchema, keep: Callable[..., Awaitable[UUID]]
) -> None:
    told: asyncio.Queue[Any] = asyncio.Queue()

    async def follow(_ctx: Context) -> AsyncIterator[Any]:
        while True:
            yield await told.get()

    shop.platform.follow = follow
    document = "subscription { importProgress { state rowsDone } }"
    answers = await schema.subscribe(document, context_value=replace(ctx, schema=schema, loaders={}))
    row = await service.start_import(ctx, await keep(FILE), service.ImportOptions(), is_queued=False)
    await service.run_import(ctx, row.id)
    for event in shop.platform.events:
        told.put_nowait(event)

    heard = await asyncio.wait_for(anext(answers), 10)
    assert heard.data == {"importProgress": {"state": "DONE", "rowsDone": 2}}
    await answers.aclose()
