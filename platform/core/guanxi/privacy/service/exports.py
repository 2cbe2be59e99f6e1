"""All that is kept of one customer, as it is handed out."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from guanxi import audit
from guanxi.context import Context
from guanxi.customers import errors as customer_errors
from guanxi.customers.models import Customer
from guanxi.events import CustomerExported
from guanxi.privacy import permissions
from guanxi.privacy.service import requests, tables
from guanxi.privacy.service.tables import HangingTable

FORMAT = "guanxi/customer-export"


@dataclass(frozen=True, slots=True)
class Export:
    """The document, its SHA-256, and how many rows it has."""

    document: dict[str, Any]
    digest: str
    row_count: int


async def export_customer(ctx: Context, customer_id: UUID) -> Export:
    """Every column that is the customer's, of every part of the system, disabled plugins too.

    Nothing of it is stored. Open requests for it are closed. Call it outside a transaction.

    Raises:
        ForbiddenError: EXPORT_CUSTOMERS is missing.
        NotFoundError: there is no such customer.
    """
    ctx.require(permissions.EXPORT_CUSTOMERS)
    async with ctx.platform.reading():
        if not await Customer.filter(id=customer_id).exists():
            raise customer_errors.unknown_customer()
        found = {one.name: await _rows_of(one, customer_id) for one in await tables.hanging_tables(ctx)}
    made = _document(ctx, customer_id, found)
    async with ctx.transaction():
        await requests.close_answered(ctx, customer_id, "export")
        subject, details = f"cus_{customer_id.hex}", {"digest": made.digest, "rows": made.row_count}
        await audit.record(ctx, action="privacy.customer.exported", subject=subject, details=details)
        await ctx.publish(CustomerExported(occurred_at=ctx.now(), customer_id=customer_id, digest=made.digest))
    return made


def _document(ctx: Context, customer_id: UUID, found: dict[str, list[dict[str, Any]]]) -> Export:
    document = {
        "format": FORMAT,
        "version": 1,
        "merchant": ctx.merchant.slug,
        "customer": f"cus_{customer_id.hex}",
        "exportedAt": ctx.now().isoformat(),
        "tables": {name: found[name] for name in sorted(found)},
    }
    digest = hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Export(document, digest, sum(len(rows) for rows in found.values()))


async def _rows_of(table: HangingTable, customer_id: UUID) -> list[dict[str, Any]]:
    names = ["id", *(name for name, found in table.classes.items() if found.is_exported)]
    return [
        {name: plain(getattr(row, name)) for name in names}
        async for page in tables.pages_of(table, table.of_customer(customer_id))
        for row in page
    ]


def plain(value: Any) -> Any:
    """A column's value as JSON carries it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return bytes(value).hex()
    return str(value) if isinstance(value, UUID | Decimal) else value
