"""The oracles see what they are there for: each planted leak is found, and so is each missing wall."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import fuzz_registry
import pytest
from fuzz_probes import Probe, Value, new_judge
from fuzz_registry import Root, unmapped
from fuzz_rows import owned_tables
from fuzz_shops import Shop, context_of, sign_in
from fuzz_unfiltered import unfiltered
from fuzz_walk import Target
from fuzz_world import World, open_world

from guanxi import app
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.permissions import Permission
from guanxi.plugins import service as plugins
from guanxi.settings import Settings

Shops = tuple[Shop, Shop]
LEAKY = ("leakyNames", "leakyTaken", "leakyLog", "leakyRename")


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder with the leaky plugin; nothing of it stays known."""
    known = dict(Permission.known)
    folder = tmp_path / "plugins"
    folder.mkdir()
    shutil.copyfile(Path(__file__).parent / "leaky.py", folder / "leaky.py")
    for name in LEAKY:
        monkeypatch.setitem(fuzz_registry.ROOTS, name, Root())
    monkeypatch.setitem(fuzz_registry.IDS, "LeakyInput.owner", "mer")
    monkeypatch.setitem(fuzz_registry.NAMES, "Query.leakyTaken(slug:)", ("merchant", "slug"))
    yield folder
    Permission.known.clear()
    Permission.known.update(known)


@pytest.fixture
async def leaking(shops_settings: tuple[Settings, Shops], planted: Path) -> AsyncIterator[World]:
    settings, shops = shops_settings
    settings = settings.model_copy(update={"plugin_dirs": [planted]})
    async with app.running(settings, work=False) as opened:
        for shop in shops:
            with opened.db.bound(), acting_for(shop.merchant.id):
                await plugins.enable(context_of(opened, shop), opened.platform, "leaky")
            await sign_in(opened, shop)
        async with open_world(opened, shops, planted) as made:
            yield made


async def test_an_id_argument_that_nobody_mapped_is_found(leaking: World) -> None:
    assert unmapped(leaking.targets) == ["argument Query.leakyLog(owner:)"]


async def test_a_root_field_that_nobody_mapped_is_found(leaking: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(fuzz_registry.ROOTS, "leakyNames")

    assert "root field Query.leakyNames" in unmapped(leaking.targets)


async def test_a_cache_without_its_merchant_is_found(leaking: World) -> None:
    document = leaking.document(_target(leaking, "leakyNames"))
    await leaking.ask(leaking.b, "admin", document, {})

    faults = await _faults(leaking, Probe(document.target, {}, ()))

    assert any("(a)" in one and "zbcustomername" in one for one in faults)


async def test_an_answer_that_tells_what_exists_is_found(leaking: World) -> None:
    target = _target(leaking, "leakyTaken")
    slug = leaking.b.merchant.slug

    faults = await _faults(leaking, Probe(target, {("slug",): Value(slug, slug.replace("zb", "zq"))}, ()))

    assert [one[:3] for one in faults] == ["(b)"]


async def test_a_log_line_with_what_is_not_ones_own_is_found(leaking: World) -> None:
    faults = await _faults(leaking, _by_merchant(leaking, "leakyLog", ("owner",)))

    assert any("the log shows" in one and "zbmerchantname" in one for one in faults)


async def test_a_write_to_another_merchants_row_is_found(leaking: World) -> None:
    faults = await _faults(leaking, _by_merchant(leaking, "leakyRename", ("input", "owner")))

    assert [one for one in faults if one.startswith("(c)")] != []
    assert "changed B's merchant" in faults[0]


# Lists that show nothing of B's even so: contact points are sealed for their merchant, and audit entries carry no text
# of a merchant's own.
UNTELLING = {"contactPoints", "auditEntries"}


async def test_each_list_shows_all_merchants_once_neither_application_nor_database_filters(world: World) -> None:
    """The proof that ``unfiltered`` takes away all that the application does itself."""
    lists = [one for one in world.targets if len(one.steps) == 1 and "after" in one.last.field.args]
    await _tear_down(world.opened.db)

    hidden = []
    with unfiltered(world.opened.db, schema="main." if world.opened.db.dialect == "sqlite" else ""):
        for target in lists:
            faults = await _faults(world, Probe(target, {}, ()))
            hidden += [] if any("(a)" in one for one in faults) else [target.root]

    assert set(hidden) <= UNTELLING
    assert len(lists) > 6


async def _tear_down(db: Database) -> None:
    """On SQLite a name with its schema passes by the wall; on PostgreSQL the owner can switch it off."""
    if db.dialect == "sqlite":
        return
    owner = Database(db.settings, db.apps, role="owner")
    await owner.open()
    try:
        with owner.bound():
            for table in [one for one, column in owned_tables(db).items() if column == "merchant_id"]:
                await owner.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
    finally:
        await owner.close()


async def _faults(world: World, probe: Probe) -> list[str]:
    judge = await new_judge(world)
    await judge.try_probe(probe, "admin")
    return judge.faults


def _target(world: World, root: str) -> Target:
    return next(one for one in world.targets if one.root == root and len(one.steps) == 1)


def _by_merchant(world: World, root: str, place: tuple[str, ...]) -> Probe:
    ids = (world.b.merchant.id.hex, "0" * 32, world.a.merchant.id.hex)
    return Probe(_target(world, root), {place: Value(*(f"mer_{one}" for one in ids))}, ())
