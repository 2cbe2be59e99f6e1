"""What is wrong with the data, counted."""

from dataclasses import dataclass

from guanxi.context import Context
from guanxi.customers.models import ContactPoint, Customer
from guanxi.db.models import MerchantModel
from guanxi.execution.sql import Statement
from guanxi.quality import permissions
from guanxi.quality.models import DuplicatePair
from guanxi.schema import scope


@dataclass(frozen=True, slots=True)
class InvalidCount:
    """How many contact points of a kind are invalid for one reason."""

    kind: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class QualityReport:
    """Of the customers in use whom the actor may see."""

    customers: int
    without_contact: int
    duplicates: int
    invalid: list[InvalidCount]


async def quality_report(ctx: Context) -> QualityReport:
    """Count what is invalid by reason, the most frequent first, whom nobody can reach, and who may be double.

    Raises:
        ForbiddenError: READ_QUALITY is missing.
    """
    ctx.require(permissions.READ_QUALITY)
    in_use = "t.archived_at IS NULL"
    reachable = 'SELECT c.customer_id FROM "contact_point" c WHERE c.merchant_id = t.merchant_id AND c.is_valid'
    return QualityReport(
        customers=await _count(ctx, Customer, in_use),
        without_contact=await _count(ctx, Customer, f"{in_use} AND t.id NOT IN ({reachable})"),
        duplicates=await _count(ctx, DuplicatePair, "1 = 1"),
        invalid=await _invalid(ctx),
    )


async def _count(ctx: Context, model: type[MerchantModel], condition: str) -> int:
    statement = Statement(ctx.platform.dialect)
    mine = _mine(ctx, statement, model)
    sql = f'SELECT count(*) AS n FROM "{model._meta.db_table}" t WHERE {mine} AND {condition}'
    return int((await ctx.platform.fetch(sql, statement.params))[0]["n"])


async def _invalid(ctx: Context) -> list[InvalidCount]:
    statement = Statement(ctx.platform.dialect)
    sql = (
        'SELECT t.kind AS kind, t.invalid_reason AS reason, count(*) AS n FROM "contact_point" t'
        f" WHERE {_mine(ctx, statement, ContactPoint)} AND NOT t.is_valid"
        " GROUP BY t.kind, t.invalid_reason ORDER BY n DESC, t.kind, t.invalid_reason"
    )
    rows = await ctx.platform.fetch(sql, statement.params)
    return [InvalidCount(row["kind"], row["reason"] or "", int(row["n"])) for row in rows]


def _mine(ctx: Context, statement: Statement, model: type[MerchantModel]) -> str:
    mine = f't."merchant_id" = {statement.bind(ctx.merchant.id)}'
    return mine + scope.suffix(ctx, statement.bind, model, "t")
