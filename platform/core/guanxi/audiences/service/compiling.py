"""An audience as SQL: one set-based condition over customers, whatever the facts are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from guanxi.audiences import errors
from guanxi.audiences.models import Segment
from guanxi.audiences.rules import checking, days, holding
from guanxi.audiences.rules.tree import (
    And,
    DateIs,
    FlagIs,
    Known,
    MemberOf,
    Node,
    Not,
    NumberIs,
    Or,
    OverFact,
    TextIs,
    facts_of,
    leaves,
    segments_of,
)
from guanxi.context import Context
from guanxi.customers import permissions as customer_permissions
from guanxi.customers.models import Customer
from guanxi.errors import GuanxiError
from guanxi.execution.sql import Statement
from guanxi.hookspecs import Fact, FactColumn, FactRows
from guanxi.schema import scope

SIGNS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}
Facts = Mapping[str, Fact]
Within = Callable[[str], str]


def everybody(_column: str) -> str:
    """No restriction to single customers."""
    return "1 = 1"


async def known_facts(ctx: Context, audience: Node) -> dict[str, Fact]:
    """Check an audience and find its facts.

    Raises:
        BadUserInputError: a limit, a fact that has no SQL form, a condition of the wrong type.
        PluginDisabledError: a fact of a plugin that is off, or no fact at all.
        ForbiddenError: a fact, or customers as such, may not be read by the actor.
        NotFoundError: a segment that is not there.
    """
    checking.check_shape(audience)
    ctx.require(customer_permissions.READ_CUSTOMERS)
    found: dict[str, Fact] = {}
    for path, leaf in leaves(audience):
        if not isinstance(leaf, MemberOf) and leaf.fact not in found:
            found[leaf.fact] = await _known_fact(ctx, leaf.fact, (*path, "fact"))
    checking.check_types(audience, {name: fact.type for name, fact in found.items()})
    await _check_segments(audience)
    return {name: found[name] for name in facts_of(audience)}


async def _known_fact(ctx: Context, name: str, path: tuple[str | int, ...]) -> Fact:
    try:
        fact: Fact = await ctx.platform.fact(ctx, name)
        ctx.require(fact.permission)
    except GuanxiError as error:
        raise error.at(*path) from None
    if fact.sql is None:
        raise errors.not_for_audiences(path, name)
    return fact


async def _check_segments(audience: Node) -> None:
    wanted = segments_of(audience)
    if not wanted:
        return
    there = set(await Segment.filter(id__in=wanted, archived_at=None).values_list("id", flat=True))
    for path, leaf in leaves(audience):
        if isinstance(leaf, MemberOf) and leaf.segment_id not in there:
            raise errors.unknown_segment(path)


@dataclass
class Matching:
    """Writes who matches, as the body of a SELECT over customers ``c``.

    SQLite tests membership in a list that it builds once (IN), PostgreSQL joins: its IN within OR and NOT is
    worked out again for each customer as soon as the list outgrows its memory.
    ``is_scoped``: only customers whom the actor may see.
    """

    ctx: Context
    facts: Facts
    statement: Statement
    within: Within = everybody
    is_scoped: bool = False
    joins: list[str] = field(default_factory=list)

    def body(self, audience: Node) -> str:
        """FROM and WHERE; customers who are archived match nothing."""
        condition = self._write(audience)
        merchant = self.statement.bind(self.ctx.merchant.id)
        seen = scope.suffix(self.ctx, self.statement.bind, Customer, "c") if self.is_scoped else ""
        return (
            f'FROM "customer" c{"".join(self.joins)}'
            f" WHERE c.merchant_id = {merchant} AND c.archived_at IS NULL{seen}"
            f" AND {self.within('c.id')} AND {condition}"
        )

    def _write(self, node: Node) -> str:
        """Three-valued; NOT makes two values of it, so that what is unknown is not so."""
        match node:
            case And():
                return "(" + (" AND ".join(self._write(part) for part in node.parts) or "1 = 1") + ")"
            case Or():
                return "(" + (" OR ".join(self._write(part) for part in node.parts) or "1 = 0") + ")"
            case Not(MemberOf() as part):
                return f"NOT {self._write(part)}"
            case Not():
                return f"({self._write(node.part)}) IS NOT TRUE"
            case MemberOf():
                return self._member_of(node)
        return self._over_fact(node)

    def _over_fact(self, leaf: OverFact) -> str:
        fact = self.facts[leaf.fact]
        if isinstance(fact.sql, FactColumn):
            return self._test(leaf, fact, f'c."{column_of(fact.sql)}"')
        if not isinstance(fact.sql, FactRows):
            raise TypeError(f"{fact.name} has no SQL form")
        rows = fact.sql.write(self.ctx, self.statement, self.within)
        test = self._test(leaf, fact, "r.value")
        distinct = "DISTINCT " if fact.is_many else ""
        if not holding.holds_without_rows(leaf, fact.sql.missing, is_many=fact.is_many):
            return self._has(f"SELECT {distinct}r.customer_id FROM ({rows}) r WHERE {test}")
        # Whoever has no row matches, so those are found who do not.
        if fact.is_many:
            return f"NOT {self._has(f'SELECT DISTINCT r.customer_id FROM ({rows}) r')}"
        return f"NOT {self._has(f'SELECT r.customer_id FROM ({rows}) r WHERE ({test}) IS NOT TRUE')}"

    def _member_of(self, leaf: MemberOf) -> str:
        merchant, segment = self.statement.bind(self.ctx.merchant.id), self.statement.bind(leaf.segment_id)
        return self._has(
            f'SELECT m.customer_id FROM "segment_member" m WHERE m.merchant_id = {merchant}'
            f" AND m.segment_id = {segment} AND {self.within('m.customer_id')}"
        )

    def _has(self, rows: str) -> str:
        """Whether the customer is among ``rows``; never unknown."""
        if self.statement.dialect == "sqlite":
            return f"(c.id IN ({rows}))"
        name = f"p{len(self.joins)}"
        self.joins.append(f" LEFT JOIN ({rows}) {name} ON {name}.customer_id = c.id")
        return f"({name}.customer_id IS NOT NULL)"

    def _test(self, leaf: OverFact, fact: Fact, value: str) -> str:
        match leaf:
            case Known():
                return f"{value} IS {'NOT ' if leaf.is_known else ''}NULL"
            case FlagIs():
                return f"{value} = {self._bind(leaf.is_true)}"
            case TextIs():
                return f"{value} IN ({self.statement.bind_all(leaf.one_of)})"
            case NumberIs():
                return self._number(leaf, fact, value)
        return self._days(leaf, fact, value)

    def _number(self, leaf: NumberIs, fact: Fact, value: str) -> str:
        bounds = [(sign, getattr(leaf, name)) for name, sign in SIGNS.items()]
        tests = [f"{value} {sign} {self._bind(fact.type(bound))}" for sign, bound in bounds if bound is not None]
        return "(" + " AND ".join(tests) + ")"

    def _days(self, leaf: DateIs, fact: Fact, value: str) -> str:
        start, end = day_range(self.ctx, leaf)
        tests = []
        if fact.type is date:
            tests += [f"{value} >= {self._bind(start)}"] if start is not None else []
            tests += [f"{value} <= {self._bind(end)}"] if end is not None else []
        else:
            zone = ZoneInfo(self.ctx.merchant.timezone)
            tests += [f"{value} >= {self._bind(days.first_moment(start, zone))}"] if start is not None else []
            after = days.next_day(end) if end is not None else None
            tests += [f"{value} < {self._bind(days.first_moment(after, zone))}"] if after is not None else []
        return "(" + " AND ".join(tests) + ")"

    def _bind(self, value: Any) -> str:
        """A value as both drivers compare it with a column of its type."""
        if self.statement.dialect == "postgres":
            return self.statement.bind(value) + ("::double precision" if isinstance(value, float) else "")
        if isinstance(value, datetime):
            return self.statement.bind(value.astimezone(UTC))
        return self.statement.bind(value.isoformat() if isinstance(value, date) else value)


def column_of(sql: FactColumn) -> str:
    """The column's name in the database. Raises: ValueError where customers have no such column."""
    column = Customer._meta.fields_db_projection.get(sql.name)
    if column is None:
        raise ValueError(f"customers have no column {sql.name!r}; they have {', '.join(Customer._meta.db_fields)}")
    return column


def day_range(ctx: Context, leaf: DateIs) -> tuple[date | None, date | None]:
    """The first and last day that a condition means now, in the merchant's calendar."""
    today = ctx.now().astimezone(ZoneInfo(ctx.merchant.timezone)).date()
    start, end = (days.day_of(one, today) if one is not None else None for one in (leaf.start, leaf.end))
    return start, end
