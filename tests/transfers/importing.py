"""An import in a process of its own, to be killed: says how many rows are done after each page."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from conftest import APPS, shop_of
from guanxi.context import MerchantRef
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.settings import Settings
from guanxi.transfers import service


async def main(url: str, key_file: str, folder: str, merchant: str, import_id: str, page_rows: str) -> None:
    apps = [App(name, f"guanxi.{name}.models", f"guanxi.{name}.migrations") for name in APPS]
    keys = Path(key_file) if key_file else None
    db = Database(Settings(database_url=url, key_file=keys), apps)
    await db.open()
    shop = shop_of(db, Path(folder), MerchantRef(UUID(merchant), "tea-a", "tea-a"))
    with db.bound(), shop.acting() as ctx:
        await service.run_import(
            ctx, UUID(hex=import_id), page_rows=int(page_rows), progress=lambda rows, _: print(rows, flush=True)
        )
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
