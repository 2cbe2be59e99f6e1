"""An export holds what its reader may see while it is written, and is whole or not there."""

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from guanxi.audit.models import AuditEntry
from guanxi.context import Context
from guanxi.customers import permissions as customer_permissions
from guanxi.customers import service as customers
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.rules.profile import Identity
from guanxi.errors import BadUserInputError, ForbiddenError, NotFoundError
from guanxi.files import service as files
from guanxi.files.models import File
from guanxi.interactions import service as interactions
from guanxi.interactions.rules.facts import NewInteraction
from guanxi.jobs.models import Job
from guanxi.schema.composed import ComposedSchema
from guanxi.transfers import permissions, service
from guanxi.transfers.models import FileExport
from guanxi.transfers.plugin import run_export
from guanxi.transfers.rules import workbooks
from guanxi.transfers.service import selecting

START = """mutation ($i: StartExportInput!) { startExport(input: $i) { export { id state } errors { code path } } }"""
READ = "{ exports { nodes { kind format state rowsDone columns error { code } file { name mediaType url } } } }"


@pytest.fixture
async def buyers(ctx: Context) -> list[Any]:
    """Five customers, one of whom calls himself a formula."""
    made = []
    for number, name in enumerate(["李雷", "韩梅梅", "=HYPERLINK(1)", "王芳", "张伟"]):
        new = customers.NewCustomer(
            {"display_name": name, "lifecycle": "active" if number % 2 else "lead"},
            [NewContact("phone", f"1380000000{number}"), NewContact("email", f"c{number}@shop.example")],
            [Identity("shop", f"S{number}")],
            ["VIP", "老客"] if number == 0 else [],
        )
        made.append(await customers.create_customer(ctx, new))
    return made


@pytest.fixture
def run(ctx: Context, schema: ComposedSchema, shop: Any) -> Any:
    """Export and read back: the rows of the file."""

    async def ran(kind: str = "customers", form: str = "csv", by: Context | None = None, **more: Any) -> list[Any]:
        asking = replace(by or ctx, schema=schema)
        row = await service.start_export(asking, kind, form, is_queued=False, **more)
        row = await service.run_export(asking, row.id)
        assert row.error is None
        _, path = await files.open_download(ctx, row.file_id)
        return rows_of(path, form)

    return ran


def rows_of(path: Path, form: str) -> list[Any]:
    if form == "xlsx":
        return [cells for _, cells in workbooks.read_rows(path)]
    text = path.read_text(encoding="utf-8-sig")
    return [json.loads(line) for line in text.splitlines()] if form == "jsonl" else list(csv.reader(text.splitlines()))


COLUMNS: Sequence[str] = ("displayName", "phones", "tags", "externalIds")


async def test_customers_are_exported_as_a_spreadsheet_wants_them(run: Any, buyers: list[Any]) -> None:
    for form in ("csv", "xlsx"):
        title, *found = await run(form=form, columns=COLUMNS)

        assert title == ["姓名", "手机", "标签", "外部编号"]
        assert found[-1] == ["李雷", "13800000000", "VIP; 老客", "shop:S0"]
        assert [row[0] for row in found] == ["张伟", "王芳", "'=HYPERLINK(1)", "韩梅梅", "李雷"]


async def test_programs_get_values_as_they_are(run: Any, buyers: list[Any]) -> None:
    found = await run(form="jsonl", columns=COLUMNS)

    assert found[-1] == {
        "displayName": "李雷",
        "phones": ["13800000000"],
        "tags": ["VIP", "老客"],
        "externalIds": ["shop:S0"],
    }
    assert found[2]["displayName"] == "=HYPERLINK(1)"


async def test_pages_follow_each_other_without_a_gap(
    run: Any, buyers: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selecting, "PAGE_ROWS", 2)

    _, *found = await run(columns=["displayName"])

    assert len(found) == len(buyers)


async def test_contacts_are_masked_as_everywhere(run: Any, shop: Any, buyers: list[Any]) -> None:
    blind = shop.without(customer_permissions.READ_CONTACTS)

    _, *found = await run(by=blind, columns=["phones", "emails"])

    assert found[-1] == ["138****0000", "c****@shop.example"]


async def test_interactions_are_exported_with_their_customers(run: Any, ctx: Context, buyers: list[Any]) -> None:
    new = [NewInteraction(buyers[n].id, "purchase", ctx.now(), amount_minor=100 + n) for n in range(3)]
    await interactions.record_interactions(ctx, new)

    _, *found = await run("interactions", columns=["customerName", "kind", "amountMinor", "currency"])

    assert sorted(found) == [
        ["'=HYPERLINK(1)", "purchase", "102", "CNY"], ["李雷", "purchase", "100", "CNY"],
        ["韩梅梅", "purchase", "101", "CNY"],
    ]  # fmt: skip


async def test_an_export_is_ordered_run_and_read(
    ask: Any, ctx: Context, schema: ComposedSchema, buyers: list[Any]
) -> None:
    where = {
        "and": [
            {"lifecycle": {"eq": "ACTIVE"}},
            {"not": {"displayName": {"eq": "王芳"}}},
            {"createdAt": {"gte": "2026-01-01T00:00:00Z"}},
        ]
    }
    started = (await ask(START, i={"kind": "CUSTOMERS", "customers": where, "columns": ["displayName"]}))["startExport"]
    await run_export(replace(ctx, schema=schema), (await Job.get()).payload)

    (read,) = (await ask(READ))["exports"]["nodes"]

    assert (started["errors"], started["export"]["state"]) == ([], "QUEUED")
    assert read["file"]["url"].startswith("/files/")
    assert (read["state"], read["rowsDone"], read["columns"], read["error"]) == ("DONE", 1, ["displayName"], None)
    row = await FileExport.get()
    _, path = await files.open_download(ctx, row.file_id)
    assert rows_of(path, "csv") == [["姓名"], ["韩梅梅"]]
    assert [one.action for one in await AuditEntry.all().order_by("id")] == [
        "transfers.export.started", "transfers.export.written",
    ]  # fmt: skip


async def test_another_reader_gets_the_file_only_where_nothing_of_it_would_be_masked(
    ask: Any, shop: Any, run: Any, buyers: list[Any]
) -> None:
    await run(columns=["phones"])

    def colleague(*missing: str) -> Context:
        blind = shop.without(*missing)
        actor = replace(blind.actor, id="colleague")
        return replace(blind, principal=replace(blind.principal, actor=actor))

    document = "{ exports { nodes { file { name } } } }"
    (own,) = (await ask(document))["exports"]["nodes"]
    (equal,) = (await ask(document, colleague()))["exports"]["nodes"]
    (less,) = (await ask(document, colleague(customer_permissions.READ_CONTACTS)))["exports"]["nodes"]

    assert own["file"] == equal["file"] != None  # noqa: E711 - of three values
    assert less["file"] is None


async def test_what_makes_no_sense_or_may_not_be_read_is_refused(
    ctx: Context, schema: ComposedSchema, shop: Any
) -> None:
    asking = replace(ctx, schema=schema)
    for kind, form, columns in (("posts", "csv", ()), ("customers", "pdf", ()), ("customers", "csv", ("salary",))):
        with pytest.raises(BadUserInputError):
            await service.start_export(asking, kind, form, columns=columns)
    for missing in (permissions.RUN_EXPORTS, customer_permissions.READ_CUSTOMERS):
        with pytest.raises(ForbiddenError):
            await service.start_export(replace(shop.without(missing), schema=schema), "customers", "csv")
    with pytest.raises(NotFoundError):
        await service.run_export(asking, ctx.merchant.id)


async def test_a_filter_of_other_rows_is_refused(ask: Any) -> None:
    wrong = {"kind": "CUSTOMERS", "interactions": {"kind": {"eq": "PURCHASE"}}}

    refused = (await ask(START, i=wrong))["startExport"]

    assert [(one["code"], one["path"]) for one in refused["errors"]] == [("BAD_USER_INPUT", ["interactions"])]


async def test_what_is_exported_can_be_imported_again(
    run: Any, ctx: Context, schema: ComposedSchema, buyers: list[Any]
) -> None:
    row = await service.start_export(replace(ctx, schema=schema), "customers", "xlsx", is_queued=False)
    row = await service.run_export(replace(ctx, schema=schema), row.id)
    await File.filter(id=row.file_id).update(purpose="import")

    taken = await service.start_import(ctx, row.file_id, service.ImportOptions(is_dry_run=True), is_queued=False)
    taken = await service.run_import(ctx, taken.id)

    assert (taken.state, taken.created_count, taken.rows_refused) == ("checked", 5, 0)
