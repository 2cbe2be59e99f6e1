"""Clearing personal data that was kept long enough."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from guanxi import audit
from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.db.privacy import PrivacyClass
from guanxi.interactions.models import Interaction
from guanxi.privacy import errors, permissions
from guanxi.privacy.models import RetentionRule
from guanxi.privacy.service import clearing, holds, tables
from guanxi.privacy.service.tables import HangingTable

CLASSES = tuple(one for one in PrivacyClass if one.is_erased)
HAPPENED = "occurred_at"
OWN = "guanxi.privacy.models"  # the proofs and the ledger of consent are what retention is answerable with


@dataclass(slots=True)
class Report:
    """How many rows are over their time, by table."""

    is_dry_run: bool
    tables: dict[str, int] = field(default_factory=dict)
    held_customers: int = 0


async def set_retention(ctx: Context, *, privacy_class: str, keep_days: int | None) -> RetentionRule | None:
    """Say how long columns of a class are kept; None keeps them without limit.

    Raises:
        ForbiddenError: MANAGE_RETENTION is missing.
        BadUserInputError: no such class of personal data, or an impossible time.
    """
    ctx.require(permissions.MANAGE_RETENTION)
    if privacy_class not in CLASSES:
        raise errors.unkept_class()
    if keep_days is not None and not 1 <= keep_days <= 36_500:
        raise errors.bad_period()
    async with ctx.transaction():
        details = {"class": privacy_class, "days": keep_days or 0}
        await audit.record(ctx, action="privacy.retention.set", details=details)
        row = await RetentionRule.filter(privacy_class=privacy_class).select_for_update().first()
        if keep_days is None:
            await RetentionRule.filter(privacy_class=privacy_class).delete()
            return None
        if row is None:
            return await RetentionRule.create(privacy_class=privacy_class, keep_days=keep_days, updated_at=ctx.now())
        row.keep_days, row.updated_at, row.version = keep_days, ctx.now(), row.version + 1
        await row.save()
        return row


async def run_retention(ctx: Context, *, dry_run: bool = True) -> Report:
    """Clear what is over its time, table by table; a dry run only counts. Again is harmless.

    Facts count from when they happened, everything else from the customer's last activity. Customers under a legal
    hold are left alone.

    Raises: ForbiddenError where MANAGE_RETENTION is missing.
    """
    ctx.require(permissions.MANAGE_RETENTION)
    report = Report(dry_run, held_customers=len(await holds.held_customers()))
    for rule in await RetentionRule.all().order_by("privacy_class"):
        before = ctx.now() - timedelta(days=rule.keep_days)
        for table in await tables.hanging_tables(ctx):
            names = table.names_of(PrivacyClass(rule.privacy_class))
            if names and table.model.__module__ != OWN:
                count = await _clear_old(ctx, table, names, before, dry_run=dry_run)
                report.tables[table.name] = report.tables.get(table.name, 0) + count
    return report


async def _clear_old(
    ctx: Context, table: HangingTable, names: Sequence[str], before: datetime, *, dry_run: bool
) -> int:
    count, last = 0, UUID(int=0)
    while True:
        async with ctx.transaction():
            old = (await _old_rows(table, before)).filter(_may_be_filled(table, names), id__gt=last)
            page = await old.order_by("id").limit(tables.PAGE)
            over = [row.id for row in page if clearing.is_filled(row, names)]
            if not dry_run:
                await clearing.clear(table, over, names)
        count += len(over)
        if len(page) < tables.PAGE:
            return count
        last = page[-1].id


async def _old_rows(table: HangingTable, before: datetime) -> QuerySet[Any]:
    """Rows over their time of customers without a hold; of a hold that is placed now, the next page knows."""
    held, way = list(await holds.held_customers()), "__".join(table.paths[0])
    customer = f"{way}_id" if way else "id"
    rows = table.model.exclude(**{f"{customer}__in": held}) if held else table.model.all()  # names: the model's own
    if HAPPENED in table.classes:
        return rows.filter(occurred_at__lt=before)
    active = Subquery(Interaction.filter(occurred_at__gte=before).values("customer_id"))
    quiet = Customer.filter(updated_at__lt=before).exclude(id__in=active).values("id")
    return rows.filter(**{f"{customer}__in": Subquery(quiet)})  # names: the model's own


def _may_be_filled(table: HangingTable, names: Sequence[str]) -> Q:
    fields = [table.model._meta.fields_map[name] for name in names]
    if not all(one.null for one in fields):
        return Q()
    filled: list[dict[str, Any]] = [{f"{name}__isnull": False} for name in names]  # names: the model's own
    return Q(*(Q(**one) for one in filled), join_type="OR")
