"""Who would be meant: counted, sampled, or asked of single customers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from guanxi.audiences import permissions
from guanxi.audiences.rules import storage
from guanxi.audiences.rules.tree import Node
from guanxi.audiences.service import compiling
from guanxi.audiences.service.compiling import Matching
from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.execution.sql import Statement

CHUNK = 500
MAX_SAMPLE = 100


@dataclass(frozen=True, slots=True)
class Preview:
    """How many customers match, and the newest of them."""

    count: int
    sample: list[UUID]


async def preview_audience(ctx: Context, audience: Node, *, sample: int = 10) -> Preview:
    """Count who matches now, in one statement; at most MAX_SAMPLE of them are named.

    Raises:
        ForbiddenError: PREVIEW_AUDIENCES, READ_CUSTOMERS or the right to one of the facts is missing.
        PluginDisabledError: a fact of a plugin that is off.
        BadUserInputError, NotFoundError: as ``compiling.known_facts``; the path names the place in the tree.
    """
    ctx.require(permissions.PREVIEW_AUDIENCES)
    facts = await compiling.known_facts(ctx, audience)
    statement = Statement(ctx.platform.dialect)
    body = Matching(ctx, facts, statement, is_scoped=True).body(audience)
    limit = statement.bind(max(0, min(sample, MAX_SAMPLE)))
    counted = "SELECT count(*) FROM matching"
    sql = (
        f"WITH matching AS MATERIALIZED (SELECT c.id AS id {body}), newest AS"
        f" (SELECT id FROM matching ORDER BY id DESC LIMIT {limit})"
        f" SELECT ({counted}) AS total, n.id AS id FROM (SELECT 1 AS one) o LEFT JOIN newest n ON 1 = 1"
    )
    rows = await ctx.platform.fetch(sql, statement.params)
    to_id = Customer._meta.fields_map["id"].to_python_value
    ids = sorted((to_id(row["id"]) for row in rows if row["id"] is not None), reverse=True)
    return Preview(int(rows[0]["total"]), ids)


async def matches(ctx: Context, audience: Node | Mapping[str, Any], customer_ids: Sequence[UUID]) -> list[bool]:
    """Whether each customer matches now, in the order asked; unknown and archived ones do not.

    One statement for each 500 customers, whatever the audience asks. ``audience``: a tree, or what ``to_json`` made.

    Raises: as ``preview_audience``, but PREVIEW_AUDIENCES is not needed. An audience is never silently false.
    """
    tree = storage.from_json(audience) if isinstance(audience, Mapping) else audience
    facts = await compiling.known_facts(ctx, tree)
    found: set[UUID] = set()
    for start in range(0, len(customer_ids), CHUNK):
        found |= await _matching_of(ctx, tree, facts, customer_ids[start : start + CHUNK])
    return [one in found for one in customer_ids]


async def _matching_of(ctx: Context, tree: Node, facts: compiling.Facts, customer_ids: Sequence[UUID]) -> set[UUID]:
    statement = Statement(ctx.platform.dialect)
    body = Matching(ctx, facts, statement, among(statement, customer_ids)).body(tree)
    to_id = Customer._meta.fields_map["id"].to_python_value
    rows = await ctx.platform.fetch(f"SELECT c.id AS id {body}", statement.params)
    return {to_id(row["id"]) for row in rows}


def among(statement: Statement, customer_ids: Sequence[UUID]) -> Callable[[str], str]:
    """Restricts a column to these customers; their ids are bound once."""
    wanted = statement.bind_all(customer_ids)
    return lambda column: f"{column} IN ({wanted})"
