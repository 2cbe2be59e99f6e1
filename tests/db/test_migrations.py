"""A whole app set up and down, plugins added and removed, a migration that fails half way, changes of tables."""

import asyncio
import importlib
import sys
import textwrap
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tea_points.models import Account
from tea_shop.models import Customer, Interaction, Kind, Note
from tortoise.exceptions import BaseORMException, ConfigurationError, IntegrityError

from guanxi.db import migrations
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.settings import Settings
from guanxi.testing.clock import START
from guanxi.testing.databases import Templates

SHOP = App("shop", "tea_shop.models", "made_migrations.shop")
POINTS = App("points", "tea_points.models", "made_migrations.points")
ALL = [SHOP, POINTS]
TABLES = {"note", "customer", "interaction"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Migrations generated once, in a package of their own."""
    root = tmp_path_factory.mktemp("generated")
    for name in ("shop", "points"):
        (root / "made_migrations" / name).mkdir(parents=True)
        (root / "made_migrations" / name / "__init__.py").touch()
    (root / "made_migrations" / "__init__.py").touch()
    sys.path.insert(0, str(root))
    asyncio.run(write())
    yield root / "made_migrations"
    sys.path.remove(str(root))


async def write() -> list[str]:
    async with opened(Settings(database_url="sqlite://:memory:"), ALL, "owner") as db:
        return await migrations.generate(db, ["shop", "points"])


@asynccontextmanager
async def opened(settings: Settings, apps: Sequence[App] = ALL, role: Any = "app") -> AsyncIterator[Database]:
    db = Database(settings, apps, role=role)
    await db.open()
    try:
        with db.bound():
            yield db
    finally:
        await db.close()


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, templates: Templates, made: Path, tmp_path: Path) -> Iterator[Settings]:
    """A database without any table."""
    if request.param == "sqlite":
        yield Settings(database_url=f"sqlite://{tmp_path / 'empty.db'}")
        return
    asyncio.run(templates.server().create("empty"))
    yield templates.settings("empty")
    asyncio.run(templates.server().drop("empty"))


@pytest.fixture
def step(made: Path) -> Iterator[Callable[[str], None]]:
    """Write the shop's second migration, for one test."""
    path, name = made / "shop" / "0002_step.py", "made_migrations.shop.0002_step"
    text = """
        from tortoise import fields, migrations
        from tortoise.migrations import operations as ops
        from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
        from guanxi.db.fields import IdField, UtcField

        async def rename(apps, editor):
            await apps.get_model("shop.Customer").all().update(name="renamed")

        async def nothing(apps, editor):
            pass

        class Migration(migrations.Migration):
            dependencies = [("shop", "0001_initial")]
            operations = [{operations}]
    """

    def written(operations: str) -> None:
        path.write_text(textwrap.dedent(text).format(operations=operations))
        sys.modules.pop(name, None)
        importlib.invalidate_caches()

    yield written
    path.unlink(missing_ok=True)
    sys.modules.pop(name, None)
    importlib.invalidate_caches()


async def tables_of(db: Database) -> set[str]:
    return set(await db.table_names()) - {"tortoise_migrations", "sqlite_sequence"}


async def fill(settings: Settings, merchant: UUID) -> None:
    async with opened(settings) as db:
        await Note.create(text="a note")
        with acting_for(merchant):
            ann = await Customer.create(name="ann", phone="1")
            await Interaction.create(customer=ann, kind=Kind.VISIT, happened_at=START)
            await Account.create(customer=ann, balance=7)
        assert db.has_app("points")


async def counted(settings: Settings, merchant: UUID) -> list[int]:
    async with opened(settings) as db:
        assert db.has_app("shop")
        with acting_for(merchant):
            return [await model.all().count() for model in (Customer, Interaction, Account)]


async def schema_of(settings: Settings) -> str:
    """Every constraint and index of the database as text."""
    async with opened(settings, ALL, "owner") as db:
        if db.dialect == "sqlite":
            rows = await db.fetch("SELECT sql AS line FROM sqlite_master WHERE sql IS NOT NULL")
        else:
            rows = await db.fetch(
                "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS line"
                " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
                " UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
            )
        return "\n".join(sorted(row["line"] for row in rows))


def test_migrations_are_written_in_the_order_of_dependencies(made: Path) -> None:
    assert sorted(path.parent.name for path in made.rglob("0001_initial.py")) == ["points", "shop"]
    points = (made / "points" / "0001_initial.py").read_text()

    assert "dependencies = [('shop', '0001_initial')]" in points
    assert "balance_is_not_negative" in points


async def test_nothing_is_written_twice(made: Path) -> None:
    assert await write() == []


async def test_up_down_and_up_again(empty: Settings) -> None:
    async with opened(empty, ALL, "owner") as db:
        assert await migrations.plan(db) == ["shop.0001_initial", "points.0001_initial"]
        assert await migrations.migrate(db) == ["+shop.0001_initial", "+points.0001_initial"]
        assert await tables_of(db) == TABLES | {"points_account"}
        assert await migrations.migrate(db) == []

        assert await migrations.undo(db, "points") == ["-points.0001_initial"]
        assert await tables_of(db) == TABLES
        assert await migrations.migrate(db) == ["+points.0001_initial"]

        assert await migrations.undo(db, "shop") == ["-points.0001_initial", "-shop.0001_initial"]
        assert await tables_of(db) == set()
        await migrations.migrate(db)
    async with opened(empty) as db:
        assert await migrations.plan(db) == []


async def test_a_served_database_migrates_through_its_owner(empty: Settings, tea: UUID) -> None:
    async with opened(empty) as db:
        assert await migrations.plan(db) == ["shop.0001_initial", "points.0001_initial"]
        assert await migrations.migrate(db) == ["+shop.0001_initial", "+points.0001_initial"]
        with acting_for(tea):
            await Customer.create(name="ann")
            assert await Customer.all().count() == 1
        async with db.transaction():
            with pytest.raises(ConfigurationError, match="outside transactions"):
                await migrations.migrate(db)


async def test_a_plugin_is_added_removed_and_comes_back_to_its_rows(empty: Settings, tea: UUID) -> None:
    async with opened(empty, [SHOP], "owner") as db:
        assert await migrations.migrate(db) == ["+shop.0001_initial"]
    async with opened(empty, ALL, "owner") as db:
        assert await migrations.migrate(db) == ["+points.0001_initial"]
    await fill(empty, tea)

    async with opened(empty, [SHOP], "owner") as db:
        assert await migrations.migrate(db) == []
        assert "points_account" in await tables_of(db)
    async with opened(empty, ALL, "owner") as db:
        assert await migrations.migrate(db) == []

    assert await counted(empty, tea) == [1, 1, 1]


async def test_two_processes_at_once_apply_each_migration_once(empty: Settings) -> None:
    async def run() -> list[str]:
        async with opened(empty, ALL, "owner") as db:
            return await migrations.migrate(db)

    done = await asyncio.gather(*(run() for _ in range(3)))

    assert sorted(name for each in done for name in each) == ["+points.0001_initial", "+shop.0001_initial"]


async def prepared(settings: Settings, merchant: UUID) -> None:
    async with opened(settings, ALL, "owner") as db:
        await migrations.migrate(db)
    await fill(settings, merchant)


async def stepped(settings: Settings) -> list[str]:
    async with opened(settings, ALL, "owner") as db:
        return await migrations.migrate(db)


async def undone(settings: Settings) -> list[str]:
    async with opened(settings, ALL, "owner") as db:
        return await migrations.undo(db, "shop", "0001_initial")


async def test_a_failure_half_way_leaves_nothing_and_can_be_mended(
    empty: Settings, tea: UUID, step: Callable[[str], None]
) -> None:
    await prepared(empty, tea)
    before = await schema_of(empty)
    add = 'ops.AddField("Customer", "city", fields.CharField(max_length=20, null=True))'

    step(f'{add}, ops.RunSQL("INSERT INTO no_such_table VALUES (1)", "")')
    with pytest.raises(BaseORMException, match="no_such_table"):
        await stepped(empty)
    assert await schema_of(empty) == before

    step(add)
    assert await stepped(empty) == ["+shop.0002_step"]
    assert await undone(empty) == ["-shop.0002_step"]
    assert await schema_of(empty) == before
    assert await counted(empty, tea) == [1, 1, 1]


CHANGES = {
    "longer": 'ops.AlterField("Customer", "name", fields.CharField(max_length=200, null=True))',
    "column": 'ops.AddField("Customer", "is_vip", fields.BooleanField(default=False))',
    "list": 'ops.AddField("Customer", "labels", fields.JSONField(default=list))',
    "required": 'ops.AlterField("Customer", "phone", fields.CharField(max_length=40, default="it\'s"))',
    "index": 'ops.AlterField("Customer", "phone", fields.CharField(max_length=40, null=True, db_index=True))',
    "rename": 'ops.RenameField("Customer", "name", "title")',
    "check": 'ops.AddConstraint("Customer", CheckConstraint(name="named", check="length(name) > 0"))',
    "unique": 'ops.AddConstraint("Customer", UniqueConstraint(fields=("merchant_id", "name")))',
    "partial": 'ops.AddConstraint("Customer", UniqueConstraint('
    'fields=("merchant_id", "name"), name="one_name", condition="phone IS NULL"))',
    "reference": 'ops.AddField("Customer", "friend", fields.ForeignKeyField('
    '"shop.Customer", related_name="friends", null=True, source_field="friend_id"))',
    "action": 'ops.AlterField("Interaction", "customer", fields.ForeignKeyField('
    '"shop.Customer", related_name="interactions", on_delete=fields.RESTRICT, source_field="customer_id"))',
    "table": 'ops.CreateModel("Shelf", [("id", IdField(primary_key=True)), ("merchant_id", IdField()), '
    '("keeper", fields.ForeignKeyField("shop.Customer", related_name="shelves"))], {"table": "shelf"})',
    "platform table": 'ops.CreateModel("Counter", [("id", fields.IntField(primary_key=True))], {"table": "counter"})',
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_goes_up_and_down_and_keeps_children_and_walls(
    empty: Settings, tea: UUID, step: Callable[[str], None], change: str
) -> None:
    """Stock Tortoise on SQLite deletes the children (DROP TABLE cascades) and forgets indexes and unique keys."""
    await prepared(empty, tea)
    before = await schema_of(empty)

    step(CHANGES[change])
    assert await stepped(empty) == ["+shop.0002_step"]
    after = await schema_of(empty)
    assert after != before
    assert await undone(empty) == ["-shop.0002_step"]

    assert await counted(empty, tea) == [1, 1, 1]  # opening checks the walls
    if change not in {"required", "rename"}:  # the order of columns may differ
        assert sorted(await schema_of(empty)) == sorted(before)


async def test_rows_that_exist_get_the_default_of_a_new_column(
    empty: Settings, tea: UUID, step: Callable[[str], None]
) -> None:
    await prepared(empty, tea)

    step(f"{CHANGES['column']}, {CHANGES['list']}, " + CHANGES["required"].replace("phone", "name"))
    await stepped(empty)

    async with opened(empty) as db:
        with acting_for(tea):
            rows = await db.fetch("SELECT is_vip, labels, name FROM customer")
            with pytest.raises(IntegrityError):
                await db.execute("UPDATE customer SET is_vip = NULL")
    assert [(bool(row["is_vip"]), row["labels"], row["name"]) for row in rows] == [(False, "[]", "ann")]


async def test_a_new_reference_is_composite(empty: Settings, tea: UUID, step: Callable[[str], None]) -> None:
    await prepared(empty, tea)

    step(f"{CHANGES['reference']}, {CHANGES['table']}")
    await stepped(empty)

    schema = (await schema_of(empty)).replace('"', "")
    for column in ("friend_id", "keeper_id"):
        assert f"FOREIGN KEY (merchant_id, {column}) REFERENCES customer" in schema.replace("customer (", "customer(")


async def test_a_migration_of_data_reaches_every_merchants_rows(
    empty: Settings, tea: UUID, step: Callable[[str], None]
) -> None:
    """Forced row-level security would hide them from the owner."""
    await prepared(empty, tea)

    step('ops.RunPython(rename, nothing), ops.RunSQL("UPDATE customer SET phone = \'2\'", "")')
    await stepped(empty)

    async with opened(empty) as db:
        with acting_for(tea):
            assert await db.fetch("SELECT name, phone FROM customer") == [{"name": "renamed", "phone": "2"}]


async def test_a_migration_that_orphans_rows_is_refused(
    empty: Settings, tea: UUID, step: Callable[[str], None]
) -> None:
    await prepared(empty, tea)

    step('ops.RunSQL("DELETE FROM customer", "")')
    if empty.database_url.startswith("sqlite"):
        with pytest.raises(IntegrityError, match="point nowhere"):
            await stepped(empty)
        assert await counted(empty, tea) == [1, 1, 1]
    else:
        await stepped(empty)  # foreign keys are on: the children went with it
        assert await counted(empty, tea) == [0, 0, 0]


async def test_a_hand_made_index_survives_a_change_of_its_table(
    empty: Settings, tea: UUID, step: Callable[[str], None]
) -> None:
    await prepared(empty, tea)

    step(f'ops.RunSQL("CREATE INDEX by_hand ON customer (phone, name)", ""), {CHANGES["longer"]}')
    await stepped(empty)

    assert "by_hand" in await schema_of(empty)
