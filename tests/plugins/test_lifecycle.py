"""Enabling, disabling, purging and setting up, for one merchant while others go on."""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError, PluginFailedError
from guanxi.merchants.models import Merchant
from guanxi.plugins import catalogue, purging, service
from guanxi.plugins.errors import unknown

NOTES = """
class Note(MerchantModel):
    text = fields.CharField(max_length=100)

    class Meta:
        table = "notes_note"

class Reply(MerchantModel):
    note = fields.ForeignKeyField("notes.Note")

    class Meta:
        table = "notes_reply"

READ = Permission("notes.note.read", "See notes", "查看")
schema = SchemaPart()
told = []

@schema.batch(Customer, permission=READ)
async def notes(customers: list[Customer], ctx) -> list[int | None]:
    \"\"\"How many notes there are.\"\"\"
    return [await Note.all().count()] * len(customers)

@hookimpl
def schema_part():
    return schema

@hookimpl
async def plugin_enabled(ctx, since):
    told.append(("enabled", ctx.merchant.slug, since))

@hookimpl
def plugin_disabled(ctx):
    told.append(("disabled", ctx.merchant.slug))

@hookimpl
async def plugin_purged(ctx):
    told.append(("purged", await Note.all().count()))
"""
MODELS = {"models": "guanxi_file_notes"}


async def states(shop: Any) -> dict[str, str]:
    with shop.acting():
        return {one.id: one.state.value for one in await catalogue.list_plugins(await shop.ctx())}


async def fill(shop: Any, module: Any, count: int) -> None:
    with shop.acting():
        for number in range(count):
            note = await module.Note.create(text=f"note {number}")
            await module.Reply.create(note=note)


async def test_a_plugin_is_enabled_for_one_shop_and_its_field_is_in_no_other_schema(
    house: Any, shop: Any, other: Any
) -> None:
    await house.add("notes", NOTES, **MODELS)
    before = (await Merchant.get(id=shop.ref.id)).epoch

    await shop.enable("notes")

    assert "notes: Int" in (await shop.ctx()).schema.sdl()
    assert "notes: Int" not in (await other.ctx()).schema.sdl()
    assert (await Merchant.get(id=shop.ref.id)).epoch > before
    assert (await states(shop), await states(other)) == ({"notes": "enabled"}, {"notes": "available"})


async def test_enabling_twice_changes_nothing(house: Any, shop: Any) -> None:
    module = await house.add("notes", NOTES, **MODELS)
    await shop.enable("notes")

    await shop.enable("notes")

    assert [step for step, *_ in module.told] == ["enabled"]


async def test_a_disabled_plugin_is_hidden_and_its_rows_are_there_when_it_comes_back(
    house: Any, shop: Any, other: Any
) -> None:
    module = await house.add("notes", NOTES, **MODELS)
    for one in (shop, other):
        await one.enable("notes")
    await fill(shop, module, 2)

    await shop.disable("notes")
    hidden = (await shop.ctx()).schema.sdl()
    house.clock.advance(hours=1)
    await shop.enable("notes")

    assert "notes: Int" not in hidden
    with shop.acting():
        assert await module.Note.all().count() == 2
    assert [step for step, *_ in module.told] == ["enabled", "enabled", "disabled", "enabled"]
    assert module.told[-1][2] == house.clock() - timedelta(hours=1), "since it was disabled"


async def test_purging_saves_the_rows_to_a_file_and_deletes_them_for_this_shop_only(
    house: Any, shop: Any, other: Any
) -> None:
    module = await house.add("notes", NOTES, **MODELS)
    for one in (shop, other):
        await one.enable("notes")
        await fill(one, module, 3)
    await shop.disable("notes")

    purged = await shop.purge("notes")

    [file] = house.platform.backup_dir.iterdir()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert (purged, [line["table"] for line in lines]) == (6, ["notes_reply"] * 3 + ["notes_note"] * 3)
    assert sorted(line["row"].get("text", "") for line in lines) == ["", "", "", "note 0", "note 1", "note 2"]
    assert file.name.startswith("tea-a-notes-20261111T120000-")
    assert file.stat().st_mode & 0o077 == 0
    assert module.told[-1] == ("purged", 3), "the hook still sees them"
    for one, left in ((shop, 0), (other, 3)):
        with one.acting():
            assert await module.Note.all().count() == left


async def test_enable_disable_purge_enable_ends_with_an_empty_working_plugin(house: Any, shop: Any) -> None:
    module = await house.add("notes", NOTES, **MODELS)
    await shop.enable("notes")
    await fill(shop, module, 1)
    await shop.disable("notes")
    await shop.purge("notes")
    assert await states(shop) == {"notes": "purged"}

    await shop.enable("notes")
    await fill(shop, module, 1)

    assert await states(shop) == {"notes": "enabled"}
    with shop.acting():
        assert await module.Note.all().count() == 1


async def test_purging_is_refused_unless_disabled_and_confirmed_by_name(house: Any, shop: Any) -> None:
    await house.add("notes", NOTES, **MODELS)
    await shop.enable("notes")

    with pytest.raises(ConflictError, match="notes is enabled, not disabled"):
        await shop.purge("notes")
    await shop.disable("notes")
    with shop.acting(), pytest.raises(BadUserInputError) as refused:
        await service.purge(await shop.ctx(), house.platform, "notes", confirm="yes")

    assert refused.value.path == ("confirm",)
    assert not house.platform.backup_dir.exists()


async def test_any_number_of_rows_is_saved_page_by_page(house: Any, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "CHUNK", 2)
    module = await house.add("notes", NOTES, **MODELS)
    await shop.enable("notes")
    await fill(shop, module, 5)
    await shop.disable("notes")

    assert await shop.purge("notes") == 10

    [file] = house.platform.backup_dir.iterdir()
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert len({(row["table"], row["row"]["id"]) for row in rows}) == 10


async def test_tables_are_made_only_by_a_process_that_may(house: Any, shop: Any) -> None:
    """On PostgreSQL the serving role owns no table; on SQLite there are no roles."""
    await house.add("notes", NOTES, **MODELS)
    house.db.settings = house.db.settings.model_copy(update={"owner_url": None})

    if house.db.dialect == "postgres":
        with pytest.raises(ConflictError, match="The tables of notes are missing"):
            await shop.enable("notes")
    else:
        await shop.enable("notes")

    assert ("notes_note" in await house.db.table_names()) == (house.db.dialect == "sqlite")


async def test_rows_that_come_while_they_are_saved_are_not_deleted_unsaved(house: Any, shop: Any) -> None:
    late = """
        class Row(MerchantModel):
            class Meta:
                table = "late_row"

        @hookimpl
        async def plugin_purged(ctx):
            await Row.create()
    """
    await house.add("late", late, models="guanxi_file_late")
    await shop.enable("late")
    await shop.disable("late")

    with pytest.raises(ConflictError, match="changed while it was saved"):
        await shop.purge("late")

    assert await states(shop) == {"late": "disabled"}


async def test_a_plugin_waits_for_what_it_requires_and_is_not_left_by_it(house: Any, shop: Any) -> None:
    await house.add("base")
    await house.add("top", requires=("base",))

    with pytest.raises(ConflictError, match=r"top requires base\.") as early:
        await shop.enable("top")
    await shop.enable("base")
    await shop.enable("top")
    with pytest.raises(ConflictError, match=r"top requires base\.") as late:
        await shop.disable("base")

    assert early.value.localized("en").endswith("Enable base first.")
    assert late.value.localized("en").endswith("Disable top first.")
    assert await states(shop) == {"base": "enabled", "top": "enabled"}


PART = """
READ = Permission("{id}.thing.read", "See", "查看")
schema = SchemaPart()

@schema.batch(Customer, permission=READ)
async def {field}(customers: list[Customer], ctx) -> list[int | None]:
    \"\"\"A number.\"\"\"
    return [1] * len(customers)

@hookimpl
def schema_part():
    return schema
"""


async def test_a_part_for_another_plugin_is_there_only_where_that_one_is(
    house: Any, shop: Any, source_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    joint = house.folder.parent / "guanxi_test_joint.py"
    joint.write_text(source_of("likes", PART.format(id="likes", field="together")))
    monkeypatch.syspath_prepend(joint.parent)
    monkeypatch.delitem(sys.modules, joint.stem, raising=False)
    await house.add("liked", PART.format(id="liked", field="liked"))
    when = 'schema.when("liked", "guanxi_test_joint")\n'
    await house.add("likes", PART.format(id="likes", field="likes") + when, optional=("liked",))

    await shop.enable("likes")
    alone = (await shop.ctx()).schema.sdl()
    await shop.enable("liked")
    both = (await shop.ctx()).schema.sdl()

    assert ("likes: Int" in alone, "together: Int" in alone) == (True, False)
    assert ("likes: Int" in both, "together: Int" in both) == (True, True)


async def test_an_enabling_hook_that_fails_leaves_the_plugin_off_and_all_else_as_it_was(house: Any, shop: Any) -> None:
    broken = """
        class Row(MerchantModel):
            class Meta:
                table = "picky_row"

        @hookimpl
        async def plugin_enabled(ctx, since):
            await Row.create()
            raise LookupError("no default tier")
    """
    module = await house.add("picky", broken, models="guanxi_file_picky")

    with pytest.raises(PluginFailedError, match="plugin_enabled failed"):
        await shop.enable("picky")

    assert await states(shop) == {"picky": "available"}
    with shop.acting():
        assert await module.Row.all().count() == 0
    assert [one.reason for one in await shop.faults("picky")] == ["LookupError"]


async def test_a_hook_that_fails_does_not_keep_a_plugin_from_being_disabled_and_purged(house: Any, shop: Any) -> None:
    clinging = """
        @hookimpl
        async def plugin_disabled(ctx):
            raise RuntimeError("not yet")

        @hookimpl
        def plugin_purged(ctx):
            raise SystemExit(1)
    """
    await house.add("clinging", clinging)
    await shop.enable("clinging")

    await shop.disable("clinging")
    await shop.purge("clinging")

    assert await states(shop) == {"clinging": "purged"}
    assert [one.place for one in await shop.faults("clinging")] == ["plugin_disabled", "plugin_purged"]


SETTINGS = """
from pydantic import BaseModel, Field

class Terms(BaseModel):
    size: int = Field(3, ge=1)

MANIFEST = Manifest(id="sized", version="1", title=ABOUT, summary=ABOUT, settings=Terms)
told = []

@hookimpl
async def settings_changed(ctx, settings):
    if settings.size == 7:
        raise GuanxiError(Text("Seven is taken.", "七已被占用。"))
    if settings.size == 8:
        raise LookupError
    told.append(settings.size)
"""


async def test_settings_are_checked_kept_and_told(house: Any, shop: Any) -> None:
    module = await house.add("sized", SETTINGS)
    with pytest.raises(BadUserInputError, match="size") as refused:
        await shop.enable("sized", settings={"size": 0})
    await shop.enable("sized", settings={"size": 4})

    with shop.acting():
        await service.update_settings(await shop.ctx(), house.platform, "sized", {"size": 5})
        said = await house.platform.settings(await shop.ctx(), "sized")

    assert refused.value.path == ("settings", "size")
    assert (said.size, module.told) == (5, [5])


@pytest.mark.parametrize(("size", "reason"), [(7, "Seven is taken"), (8, "settings_changed failed")])
async def test_a_plugin_may_refuse_settings_and_then_the_old_ones_stand(
    house: Any, shop: Any, size: int, reason: str
) -> None:
    await house.add("sized", SETTINGS)
    await shop.enable("sized", settings={"size": 4})

    with shop.acting(), pytest.raises(Exception, match=reason):
        await service.update_settings(await shop.ctx(), house.platform, "sized", {"size": size})

    with shop.acting():
        assert (await house.platform.settings(await shop.ctx(), "sized")).size == 4


async def test_settings_survive_being_disabled(house: Any, shop: Any) -> None:
    await house.add("sized", SETTINGS)
    await shop.enable("sized", settings={"size": 4})
    await shop.disable("sized")

    await shop.enable("sized")

    with shop.acting():
        assert (await house.platform.settings(await shop.ctx(), "sized")).size == 4


async def test_a_preview_says_what_enabling_would_change_and_changes_nothing(house: Any, shop: Any) -> None:
    await house.add("base")
    await house.add("notes", NOTES, requires=("base",), **MODELS)

    with shop.acting():
        preview = await catalogue.preview(await shop.ctx(), "notes")

    assert any("notes: Int" in line for line in preview.added_lines)
    assert preview.removed_lines == []
    assert preview.permissions == ["notes.note.read"]
    assert sorted(preview.tables) == ["notes_note", "notes_reply"]
    assert preview.missing == ["base"]
    assert await states(shop) == {"base": "available", "notes": "available"}


async def test_what_is_unknown_or_broken_is_refused_with_the_cure(house: Any, shop: Any) -> None:
    await house.add("broken", "1 / 0")

    with pytest.raises(NotFoundError) as absent:
        await shop.enable("absent")
    with pytest.raises(ConflictError, match="ZeroDivisionError") as broken:
        await shop.enable("broken")

    assert absent.value.hint == unknown("absent").hint
    assert "Repair the module" in str(broken.value.hint)
    assert [(one.kind, one.reason) for one in await shop.faults("broken")] == [
        ("import", "ZeroDivisionError: division by zero.")
    ]


async def test_plugins_are_managed_only_by_those_who_may(house: Any, shop: Any) -> None:
    await house.add("notes", NOTES, **MODELS)
    ctx = await shop.ctx()
    object.__setattr__(ctx.principal, "actor", type(ctx.actor)("token", "t", frozenset()))

    with shop.acting():
        for step in (
            service.enable(ctx, house.platform, "notes"),
            service.disable(ctx, house.platform, "notes"),
            service.purge(ctx, house.platform, "notes", confirm="notes"),
            service.update_settings(ctx, house.platform, "notes", {}),
            catalogue.preview(ctx, "notes"),
        ):
            with pytest.raises(ForbiddenError):
                await step


async def test_a_change_is_told_to_those_who_follow(house: Any, shop: Any) -> None:
    await house.add("base")
    with house.platform.followers.following(shop.ref.id) as queue:
        await shop.enable("base")
        await shop.disable("base")

    told = [queue.get_nowait() for _ in range(queue.qsize())]
    assert [(one.plugin, one.state, one.occurred_at) for one in told] == [
        ("base", "enabled", datetime(2026, 11, 11, 12, tzinfo=UTC)),
        ("base", "disabled", datetime(2026, 11, 11, 12, tzinfo=UTC)),
    ]
