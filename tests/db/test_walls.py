"""The database's own wall alone, with the application's filter switched off."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from tea_points.models import Account
from tea_shop.models import Customer, Note
from tortoise.exceptions import ConfigurationError, OperationalError

from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.settings import Settings
from guanxi.testing import counts

Join = Callable[[UUID, str], Awaitable[Customer]]
Switch = Callable[[], None]


async def names() -> list[Any]:
    return sorted(await Customer.all().values_list("name", flat=True))


async def test_without_a_merchant_nothing_is_seen(db: Database, tea: UUID, join: Join, without_filter: Switch) -> None:
    await join(tea, "ann")
    without_filter()

    assert await names() == []
    async with db.reading():
        assert await names() == []
        assert await db.fetch("SELECT name FROM customer") == []


async def test_raw_reads_see_the_bound_merchant_only(
    db: Database, tea: UUID, coffee: UUID, join: Join, without_filter: Switch
) -> None:
    await join(tea, "ann")
    await join(coffee, "bob")
    without_filter()

    for merchant, name in ((tea, "ann"), (coffee, "bob"), (tea, "ann")):
        with acting_for(merchant):
            assert await names() == [name]
            assert await db.fetch("SELECT name FROM customer") == [{"name": name}]
            assert await Account.all().count() == 1


async def attempt(db: Database, write: Callable[[], Awaitable[Any]], *, inside: bool) -> Any:
    """What a write did: rows changed, or "refused"."""
    try:
        if not inside:
            return await write()
        async with db.transaction():
            return await write()
    except OperationalError as error:
        return "refused" if re.search("another merchant|row-level security", str(error)) else error


@pytest.mark.parametrize("inside", [False, True])
async def test_foreign_rows_cannot_be_changed(
    db: Database, tea: UUID, coffee: UUID, join: Join, without_filter: Switch, inside: bool
) -> None:
    bob = await join(coffee, "bob")
    await join(tea, "ann")
    without_filter()
    insert = "INSERT INTO customer (id, merchant_id, name) VALUES (?1, ?2, 'x')"
    writes: list[Callable[[], Any]] = [
        lambda: Customer.filter(id=bob.id).update(name="stolen"),
        lambda: Customer.filter(id=bob.id).delete(),
        lambda: db.execute("UPDATE customer SET merchant_id = ?1 WHERE name = 'ann'", [coffee]),
        lambda: db.execute(insert, [UUID(int=1), coffee]),
    ]

    with acting_for(tea):
        for write in writes:
            assert await attempt(db, write, inside=inside) in {0, "refused"}
        assert await names() == ["ann"]
    with acting_for(coffee):
        assert await names() == ["bob"]


async def test_interleaved_tasks_never_see_each_others_rows(
    database_settings: Settings, app_set: list[App], tea: UUID, coffee: UUID, without_filter: Switch
) -> None:
    """64 tasks at a time over three connections, a quarter of them cancelled somewhere on the way."""
    settings = database_settings.model_copy(update={"pool_size": 3, "readers": 3})
    db = Database(settings, app_set)
    await db.open()
    try:
        with db.bound():
            storm = Storm(db, {tea: "a", coffee: "b"})
            await storm.fill()
            if db.dialect == "postgres":  # on SQLite the wall lets reads inside a write transaction pass
                without_filter()
            await storm.blow(counts.scaled(5000))
            await storm.settle()
    finally:
        await db.close()

    assert storm.failures == []
    assert storm.foreign == []
    assert storm.answered > 0


class Storm:
    """Reads and writes of two merchants in every way at once; what they saw of each other."""

    def __init__(self, db: Database, letters: dict[UUID, str]) -> None:
        self.db, self.letters, self.rng = db, letters, random.Random(11)
        self.foreign: list[str] = []
        self.failures: list[BaseException] = []
        self.answered = 0

    async def fill(self) -> None:
        for merchant, letter in self.letters.items():
            with acting_for(merchant):
                await Customer.bulk_create([Customer(name=f"{letter}{number}") for number in range(20)])

    async def blow(self, times: int) -> None:
        running: set[asyncio.Task[None]] = set()
        for _ in range(times):
            task = asyncio.create_task(self.ask(self.rng.choice(list(self.letters)), self.rng.randrange(5)))
            running.add(task)
            task.add_done_callback(running.discard)
            while len(running) >= 64:
                await asyncio.sleep(self.rng.random() * 0.002)
                if running and self.rng.random() < 0.25:
                    self.rng.choice(list(running)).cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def ask(self, merchant: UUID, kind: int) -> None:
        letter = self.letters[merchant]
        try:
            with acting_for(merchant):
                seen = await getattr(self, f"way_{kind}")(letter)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self.failures.append(error)
            return
        self.foreign += [name for name in seen if name[0] != letter]
        self.answered += 1

    async def way_0(self, letter: str) -> list[str]:
        return await names()

    async def way_1(self, letter: str) -> list[str]:
        async with self.db.transaction():
            found = await names()
            await Customer.filter(name=f"{letter}1").update(phone=None)
            return found + await names()

    async def way_2(self, letter: str) -> list[str]:
        async with self.db.reading():
            return await names() + [row["name"] for row in await self.db.fetch("SELECT name FROM customer")]

    async def way_3(self, letter: str) -> list[str]:
        try:
            async with self.db.transaction(), self.db.transaction():
                found = await names()
                raise ZeroDivisionError
        except ZeroDivisionError:
            return found + await names()

    async def way_4(self, letter: str) -> list[str]:
        await Customer.filter(name=f"{letter}2").update(phone=str(self.rng.random()))
        return await names()

    async def settle(self) -> None:
        """Afterwards no connection still knows a merchant, and all are free."""
        for _ in range(6):
            async with asyncio.timeout(10), self.db.reading():
                assert await self.db.fetch("SELECT name FROM customer") == []
        if self.db.dialect == "postgres":
            pool = self.db.client._pool
            assert pool.get_idle_size() == pool.get_size()


async def test_platform_tables_are_open_to_every_merchant(db: Database, tea: UUID) -> None:
    await Note.create(text="for all")

    with acting_for(tea):
        assert await Note.all().count() == 1


class TestMissingWalls:
    """A database that lacks a wall is not served."""

    @pytest.fixture
    def only(self, request: pytest.FixtureRequest) -> str:
        return str(request.node.callspec.params["database_settings"])

    async def refused(self, settings: Settings, apps: list[App], damage: str, because: str) -> None:
        owner = Database(settings, apps, role="owner")
        await owner.open()
        await owner.client.execute_script(damage)
        await owner.close()

        with pytest.raises(ConfigurationError, match=because):
            await Database(settings, apps).open()

    async def test_a_single_column_key_is_not_enough(
        self, database_settings: Settings, app_set: list[App], only: str
    ) -> None:
        damage = (
            "DROP TABLE points_account; CREATE TABLE points_account (id BLOB PRIMARY KEY, merchant_id BLOB NOT NULL,"
            " balance INT, customer_id BLOB UNIQUE REFERENCES customer (id));"
        )
        if only == "postgres":
            damage = "ALTER TABLE points_account DROP CONSTRAINT ref_points_account_customer_id"

        await self.refused(database_settings, app_set, damage, "points_account.customer_id: no composite")

    @pytest.mark.parametrize(
        "damage",
        [
            "ALTER TABLE points_account NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE points_account DISABLE ROW LEVEL SECURITY",
            "DROP POLICY merchant ON points_account",
            "CREATE POLICY another ON points_account USING (true)",
            "DROP POLICY merchant ON points_account; CREATE POLICY merchant ON points_account USING (true)",
            "CREATE TABLE forgotten (merchant_id uuid)",
        ],
    )
    @pytest.mark.parametrize("database_settings", ["postgres"], indirect=True)
    async def test_every_table_with_a_merchant_has_exactly_our_policy(
        self, database_settings: Settings, app_set: list[App], damage: str
    ) -> None:
        await self.refused(database_settings, app_set, damage, "points_account|forgotten")

    @pytest.mark.parametrize("database_settings", ["postgres"], indirect=True)
    async def test_the_owner_cannot_serve(self, database_settings: Settings, app_set: list[App]) -> None:
        settings = database_settings.model_copy(update={"database_url": database_settings.owner_url})

        with pytest.raises(ConfigurationError, match="belongs to the serving role"):
            await Database(settings, app_set).open()

    @pytest.mark.parametrize("database_settings", ["postgres"], indirect=True)
    async def test_a_superuser_cannot_serve(self, database_settings: Settings, app_set: list[App]) -> None:
        url = database_settings.database_url.replace("guanxi_app@", "postgres@")

        with pytest.raises(ConfigurationError, match="row-level security does not bind"):
            await Database(database_settings.model_copy(update={"database_url": url}), app_set).open()
