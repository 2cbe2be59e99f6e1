"""What child processes of the tests do; run as ``python -m tea_shop.processes NAME DATABASE_URL …``."""

import asyncio
import sys
from uuid import UUID

from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.settings import Settings
from tea_shop.models import Note

COUNTER = UUID(int=0xC)


async def add_up(db: Database, times: str) -> None:
    """Read, then write what was read plus one."""
    for _ in range(int(times)):
        async with db.transaction():
            row = await Note.get(id=COUNTER)
            await asyncio.sleep(0)
            await Note.filter(id=COUNTER).update(number=row.number + 1)


async def write_pairs(db: Database, first: str) -> None:
    """Pairs of rows without end; the number of each pair is printed once it is committed."""
    number = int(first)
    while True:
        async with db.transaction():
            await Note.create(text="left", number=number)
            await Note.create(text="right", number=number)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


async def make_table(db: Database, table: str) -> None:
    """A merchant's table that the other process knows nothing of."""
    await db.execute(f"CREATE TABLE {table} (merchant_id BLOB NOT NULL, name TEXT)")
    await db.execute_many(f"INSERT INTO {table} VALUES (?1, ?2)", [[UUID(int=0xA), "ann"], [UUID(int=0xB), "bob"]])


async def forget(db: Database) -> None:
    """Use the database and never close it."""
    await Note.create(text="kept")


async def main(name: str, url: str, *arguments: str) -> None:
    role = "owner" if name == "make_table" else "app"
    settings = Settings(database_url=url, readers=1, pool_size=2)
    db = Database(settings, [App("shop", "tea_shop.models")], role=role)
    await db.open()
    try:
        with db.bound():
            await WORK[name](db, *arguments)
    finally:
        if name != "forget":
            await db.close()


WORK = {"forget": forget, "add_up": add_up, "write_pairs": write_pairs, "make_table": make_table}

if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
