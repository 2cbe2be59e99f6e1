"""Customers of a file, thousands at once: the columns' defaults, a name, and what the file's system calls them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from guanxi.context import Context
from guanxi.customers import permissions
from guanxi.customers.models import Customer, ExternalIdentity
from guanxi.customers.service import owners
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.db.models import MerchantModel
from guanxi.events import CustomersImported
from guanxi.schema import scope


class BulkCustomer(NamedTuple):
    """A customer who is new; the id is the caller's to choose."""

    id: UUID
    external_id: str
    display_name: str


async def ids_by_identity(ctx: Context, db: Database, *, system: str, external_ids: Sequence[str]) -> dict[str, UUID]:
    """Whom the merchant knows by these names of a system; one statement. Raises: ForbiddenError."""
    ctx.require(permissions.READ_CUSTOMERS)
    places = ", ".join(f"?{place}" for place in range(3, len(external_ids) + 3)) or "NULL"
    params: list[Any] = [ctx.merchant.id, system, *external_ids]

    def bind(value: Any) -> str:
        params.append(value)
        return f"?{len(params)}"

    mine = scope.suffix(ctx, bind, ExternalIdentity, "e")
    rows = await db.fetch(
        'SELECT e.external_id AS external_id, e.customer_id AS customer_id FROM "external_identity" e'
        f" WHERE e.merchant_id = ?1 AND e.system = ?2 AND e.external_id IN ({places}){mine}",
        params,
    )
    to_id = ExternalIdentity._meta.fields_map["customer_id"].to_python_value
    return {row["external_id"]: to_id(row["customer_id"]) for row in rows}


async def insert_customers(
    ctx: Context, db: Database, *, system: str, customers: Sequence[BulkCustomer], source: str | None = None
) -> None:
    """Write customers and their identities by two statements, in the running transaction; one event for all.

    Raises:
        ForbiddenError: WRITE_CUSTOMERS is missing.
        IntegrityError: one of the identities is taken.
    """
    ctx.require(permissions.WRITE_CUSTOMERS)
    if not customers:
        return
    now = ctx.now()
    common = {"created_at": now, "updated_at": now, "merchant_id": ctx.merchant.id, "source": source}
    common["owner_post_id"] = await owners.new_owner(ctx)
    await _insert(db, Customer, common, ("id", "display_name"), [(new.id, new.display_name) for new in customers])
    identity = {"created_at": now, "merchant_id": ctx.merchant.id, "system": system}
    rows = sorted((new.external_id, new.id, uuid7()) for new in customers)
    await _insert(db, ExternalIdentity, identity, ("external_id", "customer_id", "id"), rows)
    ids = [new.id for new in customers]
    await ctx.publish(CustomersImported(occurred_at=now, count=len(ids), first_id=min(ids), last_id=max(ids)))


async def _insert(
    db: Database,
    model: type[MerchantModel],
    common: Mapping[str, Any],
    varying: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """What is common to all rows is a parameter too, so that the statement's text is always the same."""
    constant = {**_defaults(model), **common}
    fixed = [name for name in constant if name not in varying]
    names = ", ".join(f'"{model._meta.fields_db_projection[name]}"' for name in (*varying, *fixed))
    places = ", ".join(f"?{place}" for place in range(1, len(varying) + len(fixed) + 1))
    dialect = db.dialect
    tail = tuple(_driver_value(dialect, constant[name]) for name in fixed)
    ready = [(*(_driver_value(dialect, value) for value in row), *tail) for row in rows]
    await db.execute_many(f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({places})', ready)


@cache
def _defaults(model: type[MerchantModel]) -> dict[str, Any]:
    """What each column holds where nobody says anything; the keys are not among them."""
    known = model._meta.fields_map
    return {
        name: None if callable(known[name].default) else known[name].default
        for name in model._meta.fields_db_projection
        if name != "id"
    }


def _driver_value(dialect: str, value: Any) -> Any:
    """A value in the form that the driver takes fastest."""
    if dialect != "sqlite":
        return value
    if isinstance(value, UUID):
        return value.bytes
    return value.isoformat(" ", "microseconds") if isinstance(value, datetime) else value
