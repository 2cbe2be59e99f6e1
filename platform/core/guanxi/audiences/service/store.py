"""Statements that move members: set-based, never a row in Python."""

from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from guanxi.audiences.models import SegmentChange
from guanxi.audiences.rules.tree import Node
from guanxi.audiences.service import compiling
from guanxi.audiences.service.compiling import Matching
from guanxi.context import Context
from guanxi.execution.sql import Statement

# Rows made in a database get a random id there: nobody orders them by it.
NEW_ID = {"sqlite": "randomblob(16)", "postgres": "gen_random_uuid()"}
CHANGE = "id, merchant_id, segment_id, customer_id, refresh_number, has_entered, changed_at"


@dataclass(frozen=True, slots=True)
class Moved:
    """How many customers entered and left."""

    entered: int
    left: int


async def note_changes(ctx: Context, audience: Node, segment_id: UUID, number: int) -> Moved:
    """Write down who matches and is no member, and who is one and does not match: one statement, one snapshot."""
    facts = await compiling.known_facts(ctx, audience)
    statement = Statement(ctx.platform.dialect)
    body = Matching(ctx, facts, statement).body(audience)
    bind = statement.bind
    merchant, segment, at = bind(ctx.merchant.id), bind(segment_id), bind(ctx.now().astimezone(UTC))
    owner, whole = (_typed(one, "uuid", statement) for one in (merchant, segment))
    same = f"{NEW_ID[statement.dialect]}, {owner}, {whole}"
    tail = f"{number}, {{entered}}, {_typed(at, 'timestamptz', statement)}"
    mine = f'"segment_member" m WHERE m.merchant_id = {merchant} AND m.segment_id = {segment}'
    sql = (
        f"WITH matching AS MATERIALIZED (SELECT c.id AS id {body})"
        f' INSERT INTO "segment_change" ({CHANGE})'
        f" SELECT {same}, n.id, {tail.format(entered=_truth(True, statement))} FROM matching n"
        f" WHERE NOT EXISTS (SELECT 1 FROM {mine} AND m.customer_id = n.id)"
        f" UNION ALL SELECT {same}, m.customer_id, {tail.format(entered=_truth(False, statement))} FROM {mine}"
        f" AND NOT EXISTS (SELECT 1 FROM matching n WHERE n.id = m.customer_id)"
    )
    await ctx.platform.fetch(sql, statement.params)
    return await _counted(ctx, segment_id, number)


async def apply_changes(ctx: Context, segment_id: UUID, number: int) -> None:
    """Let the members be what the changes of a refresh say."""
    statement = Statement(ctx.platform.dialect)
    merchant, segment = statement.bind(ctx.merchant.id), statement.bind(segment_id)
    theirs = f'"segment_change" g WHERE g.merchant_id = {merchant} AND g.segment_id = {segment}'
    theirs += f" AND g.refresh_number = {number} AND g.has_entered = "
    left, entered = theirs + _truth(False, statement), theirs + _truth(True, statement)
    await ctx.platform.fetch(
        f'DELETE FROM "segment_member" WHERE merchant_id = {merchant} AND segment_id = {segment}'
        f" AND customer_id IN (SELECT g.customer_id FROM {left})",
        statement.params,
    )
    await ctx.platform.fetch(
        f'INSERT INTO "segment_member" (id, merchant_id, segment_id, customer_id, entered_at)'
        f" SELECT {NEW_ID[statement.dialect]}, g.merchant_id, g.segment_id, g.customer_id, g.changed_at FROM {entered}",
        statement.params,
    )


async def _counted(ctx: Context, segment_id: UUID, number: int) -> Moved:
    mine = SegmentChange.filter(segment_id=segment_id, refresh_number=number)
    entered = await mine.filter(has_entered=True).count()
    return Moved(entered, await mine.count() - entered)


def _typed(place: str, name: str, statement: Statement) -> str:
    """A parameter that is only selected has no type that PostgreSQL could see."""
    return f"{place}::{name}" if statement.dialect == "postgres" else place


def _truth(value: bool, statement: Statement) -> str:
    return str(value).lower() if statement.dialect == "postgres" else str(int(value))
