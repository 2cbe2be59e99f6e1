"""The catalogue as a client sees it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from guanxi.context import Actor
from guanxi.execution import operations
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.permissions import SIGNED_IN

NOTES = """
from pydantic import BaseModel, Field

class Terms(BaseModel):
    size: int = Field(3, ge=1)

class Note(MerchantModel):
    class Meta:
        table = "notes_note"

READ = Permission("notes.note.read", "See notes", "查看笔记")
MANIFEST = Manifest(
    id="notes", version="1.2", title=Text("Notes", "笔记"), summary=Text("Notes on customers.", "客户笔记。"),
    data_categories=(Text("Free text", "自由文本"),), settings=Terms, models=__name__,
)
schema = SchemaPart()

@schema.query(permission=READ)
async def note_count(ctx) -> int | None:
    \"\"\"How many notes there are.\"\"\"
    return await Note.all().count()

@hookimpl
def schema_part():
    return schema
"""
ENABLE = """mutation ($i: EnablePluginInput!) { enablePlugin(input: $i) {
    plugin { id state settings } errors { code path message } } }"""
DISABLE = "mutation ($i: DisablePluginInput!) { disablePlugin(input: $i) { plugin { state } errors { code message } } }"
PURGE = "mutation ($i: PurgePluginInput!) { purgePlugin(input: $i) { rows plugin { state } errors { code path } } }"


async def run(shop: Any, document: str, **values: Any) -> Any:
    """The payload of a mutation's only field."""
    answer = await shop.ask(document, i=values)
    assert answer.errors == []
    return next(iter(answer.data.values()))


async def test_a_plugin_is_enabled_used_disabled_and_purged(house: Any, shop: Any) -> None:
    await house.add("notes", NOTES)
    enabled = await run(shop, ENABLE, plugin="notes", settings={"size": 5})
    used = await shop.ask("{ noteCount }")
    disabled = await run(shop, DISABLE, plugin="notes")
    hidden = await shop.ask("{ noteCount }")
    purged = await run(shop, PURGE, plugin="notes", confirm="notes")

    assert enabled == {"plugin": {"id": "notes", "state": "ENABLED", "settings": {"size": 5}}, "errors": []}
    assert used.data == {"noteCount": 0}
    assert disabled == {"plugin": {"state": "DISABLED"}, "errors": []}
    assert "Cannot query field 'noteCount'" in str(hidden.errors)
    assert purged == {"rows": 0, "plugin": {"state": "PURGED"}, "errors": []}


async def test_the_catalogue_speaks_the_client_s_language(house: Any, shop: Any) -> None:
    await house.add("notes", NOTES)
    await house.add("broken", "1 / 0")
    document = """{ plugins { id version title summary state permissions dataCategories settingsSchema
        faults { kind reason cure } } }"""

    answer = await shop.ask(document, ctx=replace(await shop.ctx(), locale="zh-CN"))

    assert answer.errors == []
    broken, notes = answer.data["plugins"]
    assert (broken["state"], broken["faults"][0]["kind"]) == ("BROKEN", "import")
    assert (notes["title"], notes["summary"], notes["state"]) == ("笔记", "客户笔记。", "AVAILABLE")
    assert (notes["version"], notes["permissions"]) == ("1.2", ["notes.note.read"])
    assert notes["dataCategories"] == ["自由文本"]
    assert notes["settingsSchema"]["properties"]["size"]["minimum"] == 1


async def test_refusals_are_data_with_code_and_place(house: Any, shop: Any) -> None:
    await house.add("notes", NOTES)

    bad = await run(shop, ENABLE, plugin="notes", settings={"size": 0})
    absent = await run(shop, ENABLE, plugin="absent")
    early = await run(shop, DISABLE, plugin="notes")
    await run(shop, ENABLE, plugin="notes")
    await run(shop, DISABLE, plugin="notes")
    unconfirmed = await run(shop, PURGE, plugin="notes", confirm="no")

    assert [(one["code"], one["path"]) for one in bad["errors"]] == [("BAD_USER_INPUT", ["settings", "size"])]
    assert [one["code"] for one in absent["errors"]] == ["NOT_FOUND"]
    assert [(one["code"], one["message"]) for one in early["errors"]] == [
        ("CONFLICT", "notes is available, not enabled. Read its state again.")
    ]
    assert [(one["code"], one["path"]) for one in unconfirmed["errors"]] == [("BAD_USER_INPUT", ["confirm"])]


async def test_settings_are_changed(house: Any, shop: Any) -> None:
    await house.add("notes", NOTES)
    await run(shop, ENABLE, plugin="notes")
    document = """mutation ($i: UpdatePluginSettingsInput!) { updatePluginSettings(input: $i) {
        plugin { settings } errors { code } } }"""

    changed = await run(shop, document, plugin="notes", settings={"size": 9})

    assert changed == {"plugin": {"settings": {"size": 9}}, "errors": []}


async def test_a_preview_shows_lines_permissions_data_and_tables(house: Any, shop: Any) -> None:
    await house.add("notes", NOTES)

    answer = await shop.ask(
        '{ previewPlugin(plugin: "notes") { addedLines removedLines permissions dataCategories tables missing } }'
    )

    preview = answer.data["previewPlugin"]
    assert any("noteCount: Int" in line for line in preview.pop("addedLines"))
    assert preview == {
        "removedLines": [],
        "permissions": ["notes.note.read"],
        "dataCategories": ["Free text"],
        "tables": ["notes_note"],
        "missing": [],
    }


async def test_a_rescan_finds_what_was_added_to_the_running_server(house: Any, shop: Any, source_of: Any) -> None:
    (house.folder / "notes.py").write_text(source_of("notes", NOTES))

    answer = await shop.ask("mutation { rescanPlugins { found plugins { id state } errors { code } } }")

    assert answer.data["rescanPlugins"] == {
        "found": ["notes"],
        "plugins": [{"id": "notes", "state": "AVAILABLE"}],
        "errors": [],
    }


async def test_changes_are_followed(house: Any, shop: Any) -> None:
    await house.add("notes", NOTES)
    ctx = await shop.ctx()
    with shop.acting():
        request = GraphQLRequest("subscription { pluginStateChanged { plugin state } }")
        stream = await operations.subscribe(request, ctx)
        assert not isinstance(stream, Answer)
        first = asyncio.ensure_future(anext(aiter(stream)))
        await asyncio.sleep(0.05)
        await shop.enable("notes")
        answer = await asyncio.wait_for(first, 10)

    assert answer.data == {"pluginStateChanged": {"plugin": "notes", "state": "ENABLED"}}


@pytest.mark.parametrize(
    "field", ["plugins { id }", 'plugin(id: "notes") { id }', 'previewPlugin(plugin: "n") { tables }']
)
async def test_without_its_permission_a_field_is_null(house: Any, shop: Any, field: str) -> None:
    ctx = await shop.ctx()
    poor = replace(ctx, principal=replace(ctx.principal, actor=Actor("token", "t", frozenset({SIGNED_IN}))))

    answer = await shop.ask(f"{{ {field} }}", ctx=poor)

    assert list(answer.data.values()) == [None]
    assert len(answer.errors) == 1
