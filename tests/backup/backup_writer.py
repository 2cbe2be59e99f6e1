"""Writes customers until it is ended, and says each one's number once it is committed."""

import asyncio
import sys
from typing import Any

from guanxi import app
from guanxi.context import Context
from guanxi.customers import service as customers
from guanxi.customers.rules.contacts import NewContact
from guanxi.db.merchant import acting_for
from guanxi.merchants import service as merchants
from guanxi.settings import Settings
from guanxi.staff import service as staff


async def write() -> None:
    async with app.running(Settings(), work=False) as opened:
        with opened.db.bound():
            founder = Context(staff.platform_principal(), opened.platform, "writer")
            shops = [await merchants.find_merchant(founder, slug) for slug in sys.argv[1:]]
            for number in range(1_000_000):
                row: Any = shops[number % len(shops)]
                with acting_for(row.id):
                    ctx = Context(staff.platform_principal(merchants.ref_of(row)), opened.platform, "writer")
                    contacts = [NewContact("email", f"{number}-{place}@shop.example") for place in range(3)]
                    await customers.create_customer(ctx, customers.NewCustomer({"display_name": str(number)}, contacts))
                sys.stdout.write(f"{number}\n")
                sys.stdout.flush()


asyncio.run(write())
