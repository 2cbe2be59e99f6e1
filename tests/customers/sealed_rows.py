"""What child processes of the encryption tests do: ``python sealed_rows.py reseal DATABASE_URL KEY_FILE MERCHANT``."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from guanxi.db import resealing
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.settings import Settings

APPS = [App(name, f"guanxi.{name}.models", f"guanxi.{name}.migrations") for name in ("staff", "customers")]


async def reseal(url: str, key_file: str, merchant: str) -> None:
    """Rotate in small pages, saying when each is done."""
    resealing.PAGE = 5
    db = Database(Settings(database_url=url, key_file=Path(key_file)), APPS)
    await db.open()
    try:
        with db.bound(), acting_for(UUID(merchant)):
            print("begun", flush=True)
            while await resealing.reseal_merchant(db):
                pass
            print("done", flush=True)
    finally:
        await db.close()


if __name__ == "__main__":
    asyncio.run(reseal(*sys.argv[2:]))
