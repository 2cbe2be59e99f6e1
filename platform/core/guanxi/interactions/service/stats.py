"""Interactions counted and summed by groups: one statement, chart-ready rows, pages by keyset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from tortoise import fields as columns
from tortoise.exceptions import OperationalError

from guanxi.context import Context
from guanxi.db.fields import UtcField
from guanxi.errors import BadUserInputError, Text
from guanxi.execution.cursors import Codec
from guanxi.execution.sql import Statement, beyond, order_by
from guanxi.interactions import errors, permissions
from guanxi.interactions.models import Interaction
from guanxi.interactions.rules import buckets
from guanxi.interactions.rules.facts import LONG_MAX, NET_SIGN
from guanxi.schema import scope
from guanxi.schema.catalog import ColumnField, OrderKey

MAX_ROWS = 100


class Group(StrEnum):
    """What interactions can be grouped by; DAY and MONTH are those of the merchant's time zone."""

    CUSTOMER = "customer"
    KIND = "kind"
    CHANNEL = "channel"
    DAY = "day"
    MONTH = "month"


class Measure(StrEnum):
    """What groups can be ordered by."""

    COUNT = "count"
    AMOUNT = "amount_minor"
    NET = "net_minor"
    FIRST_AT = "first_at"
    LAST_AT = "last_at"
    BUCKET = "bucket"


class Condition(Protocol):
    """Which interactions are counted."""

    def __call__(self, statement: Statement, alias: str) -> str:
        """SQL over the columns of the table ``alias``; values are bound to ``statement``."""


@dataclass(frozen=True, slots=True)
class Only:
    """The condition for Python callers; what is None does not matter."""

    kinds: Sequence[str] | None = None
    channels: Sequence[str] | None = None
    customer_ids: Sequence[UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def __call__(self, statement: Statement, alias: str) -> str:
        """All of them; ``until`` is exclusive."""
        named = (("kind", self.kinds), ("channel", self.channels), ("customer_id", self.customer_ids))
        parts = [f'{alias}."{name}" IN ({statement.bind_all(values)})' for name, values in named if values is not None]
        times = ((">=", self.since), ("<", self.until))
        parts += [f'{alias}."occurred_at" {sign} {statement.bind(at)}' for sign, at in times if at is not None]
        return " AND ".join(parts) or "1 = 1"


@dataclass(frozen=True, slots=True)
class StatsQuery:
    """What to count. An empty ``group_by`` is one row per currency; ``order_by`` is (measure, descending)."""

    where: Condition = Only()
    group_by: Sequence[Group] = ()
    order_by: Sequence[tuple[Measure, bool]] = ()
    first: int = 20
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """One group. ``bucket`` is the first day of the day or month; fields that were not grouped by are None."""

    customer_id: UUID | None = None
    kind: str | None = None
    channel: str | None = None
    bucket: date | None = None
    currency: str
    count: int
    amount_minor: int
    net_minor: int
    first_at: datetime
    last_at: datetime
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class StatsPage:
    """Groups in the order asked, each with its cursor."""

    rows: list[Stat] = field(default_factory=list)
    has_next: bool = False


GROUP_COLUMNS: Mapping[Group, str] = {
    Group.CUSTOMER: "customer_id",
    Group.KIND: "kind",
    Group.CHANNEL: "channel",
    Group.DAY: "bucket",
    Group.MONTH: "bucket",
}
NOT_NULL: dict[str, columns.Field[Any]] = {
    "count": columns.BigIntField(),
    "amount_minor": columns.BigIntField(),
    "net_minor": columns.BigIntField(),
    "first_at": UtcField(),
    "last_at": UtcField(),
    "bucket": columns.CharField(max_length=10),
}


async def interaction_stats(ctx: Context, query: StatsQuery) -> StatsPage:
    """Count and sum. Voided facts and those that void them are left out; currencies are never mixed.

    Raises:
        ForbiddenError: READ_INTERACTIONS is missing.
        BadUserInputError: the groups, order, size or cursor cannot be; a sum is beyond 2^53-1.
    """
    ctx.require(permissions.READ_INTERACTIONS)
    _check(query)
    keys, codec = _keys(query), _codec(ctx, query)
    statement = Statement(ctx.platform.dialect)
    grouped = await _grouped(ctx, query, statement)
    condition = "1 = 1"
    if query.after is not None:
        values = codec.decode(query.after, [key.column.model_field for key in keys])
        condition = beyond(statement, "g", keys, values)
    order = order_by(statement, "g", keys)
    sql = f"SELECT * FROM ({grouped}) g WHERE {condition} ORDER BY {order} LIMIT {query.first + 1}"
    found = [_stat(record, keys, codec) for record in await _fetch(ctx, sql, statement)]
    return StatsPage(found[: query.first], len(found) > query.first)


async def count_stats(ctx: Context, query: StatsQuery) -> int:
    """How many groups there are. Raises: as ``interaction_stats``."""
    ctx.require(permissions.READ_INTERACTIONS)
    _check(query)
    statement = Statement(ctx.platform.dialect)
    grouped = await _grouped(ctx, query, statement)
    found = await _fetch(ctx, f"SELECT count(*) AS n FROM ({grouped}) g", statement)
    return int(found[0]["n"])


async def _fetch(ctx: Context, sql: str, statement: Statement) -> list[dict[str, Any]]:
    try:
        return await ctx.platform.fetch(sql, statement.params)
    except OperationalError as error:
        if "integer overflow" in str(error):  # SQLite's sum() beyond 64 bits
            raise errors.sum_out_of_range() from error
        raise


async def _grouped(ctx: Context, query: StatsQuery, statement: Statement) -> str:
    rows = f'FROM "interaction" t WHERE {_which(ctx, query, statement)}'
    names = [GROUP_COLUMNS[group] for group in query.group_by]
    shown = [f't."{name}" AS "{name}"' for name in names if name != "bucket"]
    grouped = [f't."{name}"' for name in names if name != "bucket"]
    if "bucket" in names:
        bucket = await _bucket(ctx, query, statement)
        shown.append(f'{bucket} AS "bucket"')
        grouped.append(bucket)
    net = " ".join(f"WHEN '{kind}' THEN {sign} * t.amount_minor" for kind, sign in NET_SIGN.items())
    measures = (
        "t.currency AS currency, count(*) AS count, coalesce(sum(t.amount_minor), 0) AS amount_minor,"
        f" coalesce(sum(CASE t.kind {net} ELSE 0 END), 0) AS net_minor,"
        " min(t.occurred_at) AS first_at, max(t.occurred_at) AS last_at"
    )
    return f"SELECT {', '.join([*shown, measures])} {rows} GROUP BY {', '.join([*grouped, 't.currency'])}"


def _which(ctx: Context, query: StatsQuery, statement: Statement) -> str:
    mine = f't."merchant_id" = {statement.bind(ctx.merchant.id)}'
    mine += scope.suffix(ctx, statement.bind, Interaction, "t")
    return f"{mine} AND NOT (t.voids_id IS NOT NULL OR t.voided_by_id IS NOT NULL) AND ({query.where(statement, 't')})"


async def _bucket(ctx: Context, query: StatsQuery, statement: Statement) -> str:
    """The day or month of ``occurred_at`` as text; the same arithmetic on both databases."""
    range_of = Statement(ctx.platform.dialect)
    sql = 'SELECT min(t.occurred_at) AS a, max(t.occurred_at) AS b FROM "interaction" t WHERE '
    record = (await ctx.platform.fetch(sql + _which(ctx, query, range_of), range_of.params))[0]
    at = Interaction._meta.fields_map["occurred_at"]
    first, last = (at.to_python_value(record[name]) or ctx.now() for name in ("a", "b"))
    spans = buckets.offsets(ctx.merchant.timezone, first, last)
    is_month = Group.MONTH in query.group_by
    texts = [_local(ctx.platform.dialect, span.offset_seconds, is_month=is_month) for span in spans]
    if len(spans) == 1:
        return texts[0]
    # From the newest on: each span holds from its beginning.
    cases = [
        f"WHEN t.occurred_at >= {_moment(ctx.platform.dialect, span.since)} THEN {text}"
        for span, text in reversed(list(zip(spans, texts, strict=True)))
        if span.since is not None
    ]
    return f"CASE {' '.join(cases)} ELSE {texts[0]} END"


def _local(dialect: str, offset_seconds: int, *, is_month: bool) -> str:
    """Literals, not parameters: GROUP BY must be recognised as the expression that is selected."""
    if dialect == "sqlite":
        pattern = "%Y-%m-01" if is_month else "%Y-%m-%d"
        # Without its fraction: SQLite rounds to milliseconds, which may be the next day.
        return f"strftime('{pattern}', substr(t.occurred_at, 1, 19), '{offset_seconds:+d} seconds')"
    pattern = "YYYY-MM-01" if is_month else "YYYY-MM-DD"
    return f"to_char((t.occurred_at AT TIME ZONE 'UTC') + interval '{offset_seconds} seconds', '{pattern}')"


def _moment(dialect: str, at: datetime) -> str:
    written = at.isoformat(" ", "microseconds")
    return f"'{written}'" if dialect == "sqlite" else f"timestamptz '{written}'"


def _keys(query: StatsQuery) -> list[OrderKey]:
    """The order asked for, then what makes a group one: so the order is total."""
    asked = [(measure.value, descending) for measure, descending in query.order_by]
    named = {name for name, _ in asked}
    descending = asked[0][1] if asked else False
    groups = [GROUP_COLUMNS[group] for group in query.group_by]
    rest = [name for name in ("bucket", "customer_id", "kind", "channel") if name in groups and name not in named]
    return [
        OrderKey(_column(name), down) for name, down in [*asked, *((name, descending) for name in [*rest, "currency"])]
    ]


def _column(name: str) -> ColumnField:
    return ColumnField(name, name, NOT_NULL.get(name) or Interaction._meta.fields_map[name])


def _codec(ctx: Context, query: StatsQuery) -> Codec:
    order = ",".join(f"{'-' if key.descending else ''}{key.column.name}" for key in _keys(query))
    groups = ",".join(query.group_by)
    return Codec(ctx.platform.cursor_key, ctx.merchant.id, f"interactionStats:{groups}:{order}")


def _check(query: StatsQuery) -> None:
    groups = [GROUP_COLUMNS[group] for group in query.group_by]
    if len(set(groups)) != len(groups):
        raise BadUserInputError(
            Text(
                "Each group counts once, and DAY and MONTH exclude each other.",
                "分组不能重复，DAY 与 MONTH 不能同时使用。",
            ),
            path=("groupBy",),
        )
    measures = [measure for measure, _ in query.order_by]
    if len(set(measures)) != len(measures) or (Measure.BUCKET in measures and "bucket" not in groups):
        raise BadUserInputError(
            Text(
                "Order by each measure once, by bucket only with DAY or MONTH.",
                "排序不能重复，按时间排序需按日或月分组。",
            ),
            path=("orderBy",),
        )
    if not 1 <= query.first <= MAX_ROWS:
        raise BadUserInputError(
            Text(f"first is between 1 and {MAX_ROWS}.", f"first 须在 1 到 {MAX_ROWS} 之间。"), path=("first",)
        )


def _stat(record: Mapping[str, Any], keys: Sequence[OrderKey], codec: Codec) -> Stat:
    fields_map = Interaction._meta.fields_map
    kinds = {**{name: fields_map[name] for name in ("customer_id", "kind", "channel", "currency")}, **NOT_NULL}
    values = {name: kinds[name].to_python_value(value) for name, value in record.items()}
    if any(abs(values[name]) > LONG_MAX for name in ("amount_minor", "net_minor")):
        raise errors.sum_out_of_range()
    cursor = codec.encode([values[key.column.name] for key in keys])
    bucket = date.fromisoformat(values.pop("bucket")) if "bucket" in values else None
    return Stat(**values, bucket=bucket, cursor=cursor)
