"""An import in a process of its own, to be killed: says how many rows are recorded after each page."""

import asyncio
import sys
from uuid import UUID

from conftest import shop_of
from guanxi.context import MerchantRef
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.interactions import service
from guanxi.settings import Settings
from guanxi.testing.desk import BarePlatform


async def main(url: str, merchant: str, path: str, page_rows: str) -> None:
    apps = [
        App(name, f"guanxi.{name}.models", f"guanxi.{name}.migrations")
        for name in ("staff", "customers", "interactions")
    ]
    db = Database(Settings(database_url=url), apps)
    await db.open()
    shop = shop_of(BarePlatform(db), MerchantRef(UUID(merchant), "cdnow", "CDNOW", "America/New_York", "USD"))
    with db.bound(), shop.acting() as ctx:
        options = service.ImportOptions(page_rows=int(page_rows))
        await service.import_file(ctx, db, path, "cdnow", progress=lambda rows, _: say(rows), options=options)
    await db.close()


def say(rows: int) -> None:
    print(rows, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
