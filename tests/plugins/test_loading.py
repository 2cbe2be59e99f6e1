"""Whatever is wrong with one plugin is told in one message, and costs nobody else anything."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from guanxi import app
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.events import Event
from guanxi.permissions import Permission
from guanxi.plugins.faults import FaultKind as Kind
from guanxi.plugins.host import PluginHost
from guanxi.settings import Settings

READ = 'READ = Permission("{id}.thing.read", "See things", "查看")\n'
FIELD = """
schema = SchemaPart()

@schema.batch(Customer, permission={permission})  # here
async def {name}(customers: list[Customer], ctx) -> list[{type} | None]:
    \"\"\"A field.\"\"\"
    return [None for _ in customers]

@hookimpl
def schema_part():
    return schema
"""


@dataclass(frozen=True)
class Broken:
    """One wrong plugin; its fault stands at the line that ends with ``# here``."""

    kind: Kind
    body: str
    reason: str
    cure: str
    manifest: dict[str, Any] = field(default_factory=dict)
    is_whole: bool = False  # the body is the whole file


BROKEN = {
    "missing_import": Broken(
        Kind.IMPORT, "import no_such_library  # here", "No module named 'no_such_library'", "install what it imports"
    ),
    "bad_syntax": Broken(Kind.IMPORT, "def broken(:  # here", "SyntaxError", "Repair the module"),
    "exits": Broken(Kind.IMPORT, "raise SystemExit(3)  # here", "SystemExit: 3", "Repair the module"),
    "no_manifest": Broken(
        Kind.MANIFEST, "x = 1  # here", "MANIFEST is missing", "Write MANIFEST = Manifest", is_whole=True
    ),
    "wrong_manifest": Broken(
        Kind.MANIFEST, "MANIFEST = {'id': 'wrong_manifest'}  # here", "a dict", "Write MANIFEST =", is_whole=True
    ),
    "other_id": Broken(Kind.MANIFEST, "", "Its id is 'another'", "the same name", {"id": "another"}),
    "bad_range": Broken(Kind.MANIFEST, "", "Invalid specifier", 'like ">=0.1,<1"', {"requires_core": "1.x"}),
    "newer_core": Broken(Kind.CORE_VERSION, "", "It needs guanxi >=99", "update", {"requires_core": ">=99"}),
    "misspelt_hook": Broken(
        Kind.HOOK_NAME,
        "@hookimpl  # here\ndef interaction_recoded(ctx, event): ...",
        "There is no hook interaction_recoded",
        "Did you mean interaction_recorded?",
    ),
    "wrong_argument": Broken(
        Kind.HOOK_ARGUMENT,
        "@hookimpl  # here\ndef customer_created(ctx, customer): ...",
        "customer_created has no argument customer",
        "It may take: ctx, event",
    ),
    "async_hook": Broken(
        Kind.HOOK_ASYNC, "@hookimpl  # here\nasync def facts(): ...", "facts must not be async", "Write def"
    ),
    "yielding_hook": Broken(
        Kind.HOOK_ASYNC,
        "@hookimpl  # here\nasync def customer_created(event):\n    yield 1",
        "customer_created must not yield",
        "Return the answer",
    ),
    "raising_hook": Broken(
        Kind.HOOK_FAILED, "@hookimpl\ndef facts():\n    return 1 / 0  # here", "ZeroDivisionError", "Repair the hook"
    ),
    "exiting_hook": Broken(
        Kind.HOOK_FAILED, "@hookimpl\ndef commands():\n    raise SystemExit  # here", "SystemExit", "Repair the hook"
    ),
    "wrong_answer": Broken(
        Kind.HOOK_FAILED, "@hookimpl  # here\ndef schema_part():\n    return 7", "int, not SchemaPart", "contract"
    ),
    "wrong_item": Broken(
        Kind.HOOK_FAILED, "@hookimpl  # here\ndef facts():\n    return ['tier']", "str, not Fact", "contract"
    ),
    "foreign_name": Broken(
        Kind.DECLARATION,
        READ
        + "@hookimpl  # here\ndef facts():\n"
        + "    return [Fact(name='membership.tier', type=int, description=ABOUT, permission=READ, get=print)]",
        "membership.tier must start with its plugin's id",
        "Call it foreign_name.tier",
    ),
    "undeclared_permission": Broken(
        Kind.PERMISSION,
        "OFFER = Fact(name='undeclared_permission.x', type=int, description=ABOUT, permission='x.y.z', get=print)\n"
        "@hookimpl  # here\ndef facts():\n    return [OFFER]",
        "'x.y.z', which is no declared permission",
        "Say Permission(…)",
    ),
    "needs_absent": Broken(
        Kind.MISSING_DEPENDENCY, "", "requires the plugin absent", "Install or repair absent", {"requires": ("absent",)}
    ),
    "needs_broken": Broken(
        Kind.MISSING_DEPENDENCY, "", "requires the plugin exits", "repair exits", {"requires": ("exits",)}
    ),
    "ring_a": Broken(Kind.CYCLE, "", "ring_a → ring_b → ring_a", "Cut the ring", {"requires": ("ring_b",)}),
    "ring_b": Broken(Kind.CYCLE, "", "ring_b → ring_a → ring_b", "Cut the ring", {"requires": ("ring_a",)}),
    "customers": Broken(Kind.CLASH, "", "the name of a part of the core", "Choose another id", is_whole=True),
    "core_field": Broken(
        Kind.CLASH,
        READ + FIELD.format(permission="READ", name="display_name", type="str"),
        "belongs to the type Customer",
        "Choose another name",
    ),
    "no_permission": Broken(
        Kind.PERMISSION,
        FIELD.format(permission="None", name="mood", type="str"),
        "None, which is no declared permission",
        "Say permission=",
    ),
    "unknown_type": Broken(
        Kind.DECLARATION,
        READ + FIELD.replace("  # here", "").format(permission="READ", name="mood", type="object"),
        "Unexpected type",
        "Repair the declaration",
    ),
    "broken_models": Broken(
        Kind.MODELS, "", "No module named 'no_such_models'", "Repair", {"models": "no_such_models"}
    ),
    "strange_table": Broken(
        Kind.MODELS,
        "class Thing(MerchantModel):  # here\n    class Meta:\n        table = 'thing'",
        "'thing' does not start with the plugin's id",
        'table = "strange_table_thing"',
        {"models": "guanxi_file_strange_table"},
    ),
    "lost_key": Broken(
        Kind.MODELS,
        "class Thing(MerchantModel):  # here\n    x = fields.ForeignKeyField('membership.Account')\n"
        "    class Meta:\n        table = 'lost_key_thing'",
        "Thing.x points to membership.Account",
        "Name that plugin in requires",
        {"models": "guanxi_file_lost_key"},
    ),
    "wrong_key": Broken(
        Kind.MODELS,
        "class Thing(MerchantModel):\n    x = fields.ForeignKeyField('customers.Custmer')\n"
        "    class Meta:\n        table = 'wrong_key_thing'",
        "No model with name 'Custmer'",
        "Repair its models",
        {"models": "guanxi_file_wrong_key"},
    ),
}


@pytest.fixture
async def models(app_set: list[App]) -> AsyncIterator[None]:
    """The core's models, known to Tortoise; no test here reads a row."""
    db = Database(Settings(database_url="sqlite://:memory:"), app_set, role="owner")
    await db.open()
    with db.bound():
        yield
    await db.close()


@pytest.fixture
def write(folder: Path, source_of: Callable[..., str]) -> Callable[[list[str]], None]:
    """Write broken plugins and a sound one into the folder."""

    def written(names: list[str]) -> None:
        for name in names:
            one = BROKEN[name]
            text = one.body if one.is_whole else source_of(name, one.body.replace("{id}", name), **one.manifest)
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
        (folder / "sound.py").write_text(source_of("sound"), encoding="utf-8")

    return written


@pytest.fixture
def load(
    folder: Path, write: Callable[[list[str]], None], core_parts: dict[str, Any], models: None
) -> Callable[..., PluginHost]:
    """Write plugins, then start a host that finds them."""

    def loaded(names: list[str], points: list[EntryPoint] | None = None) -> PluginHost:
        write(names)
        host = PluginHost(core_parts, dirs=[folder], points=points or [])
        host.discover()
        host.compose_all()
        return host

    return loaded


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin_is_told_with_place_reason_and_cure_and_the_others_load(
    name: str, folder: Path, load: Callable[..., PluginHost]
) -> None:
    one = BROKEN[name]

    host = load([name, "exits"] if name == "needs_broken" else ["ring_a", "ring_b"] if "ring" in name else [name])
    [fault] = host.faults[name]

    assert (fault.plugin, fault.kind) == (name, one.kind)
    assert one.reason in fault.reason
    assert one.cure in fault.cure
    assert f"{name}: {one.kind.value} at {fault.place}" in str(fault)
    assert _is_at(fault.place, folder / f"{name}.py")
    assert list(host.loaded) == ["sound"]


def _is_at(place: str, file: Path) -> bool:
    marked = [number for number, line in enumerate(file.read_text().splitlines(), 1) if line.endswith("# here")]
    return f"{file}:{marked[0]}" in place if marked else str(file) in place


def test_thirty_broken_plugins_together_leave_the_sound_one_alone(load: Callable[..., PluginHost]) -> None:
    host = load(list(BROKEN))

    assert list(host.loaded) == ["sound"]
    assert set(host.faults) == set(BROKEN)
    assert {len(faults) for faults in host.faults.values()} == {1}


async def test_a_server_starts_and_serves_whatever_lies_in_its_plugin_folder(
    database_settings: Settings, folder: Path, write: Callable[[list[str]], None]
) -> None:
    write(list(BROKEN))

    async with app.running(database_settings.model_copy(update={"plugin_dirs": [folder]}), work=False) as opened:
        schema = await opened.platform.schema_for(["sound", *BROKEN])

        assert set(opened.host.faults) == set(BROKEN)
        assert list(schema.plugins) == ["sound"]


def test_what_a_failed_plugin_declared_does_not_stand_in_the_way_of_its_repaired_form(
    folder: Path, load: Callable[..., PluginHost], source_of: Callable[..., str]
) -> None:
    declared = 'Permission("draft.thing.read", "{en}", "看")\nclass Told(Event):\n    name = "draft_told"\n'
    (folder / "draft.py").write_text(source_of("draft", declared.format(en="See") + "1 / 0"))
    host = load([])
    assert "draft.thing.read" not in Permission.known
    assert "draft_told" not in Event.known

    (folder / "draft.py").write_text(source_of("draft", declared.format(en="Look at")))
    host.discover()
    host.compose_all()

    assert list(host.loaded) == ["draft", "sound"]
    assert host.faults == {}
    assert Permission.known["draft.thing.read"].label.en == "Look at"


def test_of_two_plugins_with_one_id_the_installed_one_loads_and_the_other_is_told(
    folder: Path, load: Callable[..., PluginHost], source_of: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = folder.parent / "installed"
    installed.mkdir()
    (installed / "guanxi_twice.py").write_text(source_of("twice", "installed = True"))
    monkeypatch.syspath_prepend(installed)
    (folder / "twice.py").write_text(source_of("twice"))

    host = load([], [EntryPoint("twice", "guanxi_twice", "guanxi.plugins")])

    assert host.loaded["twice"].module.installed
    assert [(one.kind, one.place) for one in host.faults["twice"]] == [(Kind.CLASH, str(folder / "twice.py"))]


def test_what_a_plugin_requires_loads_before_it_and_what_it_likes_too(
    folder: Path, load: Callable[..., PluginHost], source_of: Callable[..., str]
) -> None:
    for name, manifest in {
        "a": {"optional": ("z", "absent")},
        "b": {"requires": ("c",)},
        "c": {"optional": ("b",)},
        "z": {"optional": ("a",)},
    }.items():
        (folder / f"{name}.py").write_text(source_of(name, **manifest))

    host = load([])

    assert list(host.loaded) == ["z", "a", "c", "b", "sound"]
    assert host.faults == {}
    assert host.closure({"a", "b"}) == ("a",)
    assert host.closure({"b", "c"}) == ("c", "b")


def test_a_plugin_that_was_repaired_loads_with_the_next_scan_and_so_does_what_waited_for_it(
    folder: Path, load: Callable[..., PluginHost], source_of: Callable[..., str]
) -> None:
    (folder / "waiting.py").write_text(source_of("waiting", requires=("exits",)))
    host = load(["exits"])
    assert set(host.faults) == {"exits", "waiting"}

    (folder / "exits.py").write_text(source_of("exits"))
    host.discover()
    host.compose_all()

    assert list(host.loaded) == ["exits", "sound", "waiting"]
    assert host.faults == {}
