"""Where the database is, and as which role it is reached."""

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from tea_shop.models import Note
from tortoise.exceptions import ConfigurationError

from guanxi.db import connecting, migrations, roles
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.errors import UnavailableError
from guanxi.settings import Settings
from guanxi.testing.databases import Templates

SHOP = [App("shop", "tea_shop.models")]


@pytest.mark.parametrize("url", ["mysql://x", "guanxi.db", "sqlite:guanxi.db", ""])
def test_an_unknown_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="GUANXI_DATABASE_URL"):
        connecting.dialect_of(url)


def test_a_url_is_read_as_it_is_written() -> None:
    url = "postgresql://anna%40shop:p%2Fw@db.example:6543/guanxi?sslmode=require"

    found = connecting.connection_of(Settings(database_url=url, pool_size=7), "app")["credentials"]

    expected = {"user": "anna@shop", "password": "p/w", "host": "db.example", "port": 6543, "database": "guanxi"}
    assert found == {**expected, "ssl": "require", "minsize": 1, "maxsize": 7}


def test_an_option_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="option"):
        connecting.connection_of(Settings(database_url="postgresql://a@h/d?sslmod=require"), "app")


@pytest.mark.parametrize("url", ["postgresql://host/name", 'postgresql://a"b@host/name'])
def test_a_role_has_a_plain_name(url: str) -> None:
    with pytest.raises(ValueError, match="role"):
        roles.role_of(url)


@pytest.fixture
def fresh(templates: Templates) -> Iterator[Any]:
    """A database that nobody prepared: ``fresh(owner)`` are settings with a serving role that does not exist."""
    server = templates.server()
    asyncio.run(server.create("unprepared"))
    asyncio.run(server.administer("ALTER DATABASE unprepared OWNER TO postgres"))
    yield lambda owner: Settings(
        database_url=server.url("guanxi_new", "unprepared"), owner_url=server.url(owner, "unprepared")
    )
    asyncio.run(server.drop("unprepared"))
    asyncio.run(server.administer("DROP ROLE IF EXISTS guanxi_new"))


async def test_migrating_a_fresh_database_makes_the_serving_role(fresh: Any) -> None:
    settings = fresh("postgres")
    owner = Database(settings, SHOP, role="owner")
    await owner.open()
    await migrations.migrate(owner)
    await migrations.create_tables(owner, "shop")
    await migrations.migrate(owner)
    await owner.close()

    db = Database(settings, SHOP)
    await db.open()
    try:
        with db.bound():
            await Note.create(text="served")
            assert await migrations.plan(db) == []
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await db.client._pool.execute("DROP TABLE note")
    finally:
        await db.close()


async def test_an_owner_that_may_not_says_what_an_administrator_runs(fresh: Any) -> None:
    owner = Database(fresh("guanxi_owner"), SHOP, role="owner")
    await owner.open()
    try:
        with pytest.raises(UnavailableError) as caught:
            await migrations.migrate(owner)
    finally:
        await owner.close()

    assert 'CREATE ROLE "guanxi_new"' in caught.value.localized("en")
    assert "管理员" in caught.value.localized("zh-CN")


@pytest.mark.parametrize("database_settings", ["postgres"], indirect=True)
async def test_the_serving_role_may_neither_migrate_nor_lift_the_wall(db: Database) -> None:
    for sql in ("CREATE TABLE t (a int)", "ALTER TABLE customer DISABLE ROW LEVEL SECURITY", "TRUNCATE customer"):
        with pytest.raises(Exception, match=r"permission denied|must be owner"):
            await db.execute(sql)
