"""``node`` and ``nodes``: any object by its global id."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import strawberry

from guanxi.context import Context, forbidden
from guanxi.errors import BadUserInputError, Text
from guanxi.execution import rows
from guanxi.permissions import SIGNED_IN
from guanxi.schema.ids import Id
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart

MOST = 100
OneId = Annotated[Id, strawberry.argument(description="The object's id.")]
ManyIds = Annotated[list[Id], strawberry.argument(description="The objects' ids, at most 100.")]


def add_nodes(schema: SchemaPart) -> None:
    """Add the two root fields. Foreign, deleted and unknown ids are answered alike: with null."""

    @schema.query(permission=SIGNED_IN)
    async def node(ctx: Context, id: OneId) -> Node | None:  # noqa: A002 - Relay's own name of the argument
        """Any object by its id; null where the merchant has none of this id."""
        return await find_node(ctx, id)

    @schema.query(permission=SIGNED_IN)
    async def nodes(ctx: Context, ids: ManyIds) -> list[Node | None]:
        """Objects in the order of their ids; null in the place of each that the merchant does not have."""
        return await nodes_of(ctx, ids)


async def find_node(ctx: Context, node_id: Id) -> Node | None:
    """An object of any type. Raises: ForbiddenError where the actor may not read its type."""
    table = ctx.schema.catalog.tags.get(node_id.tag)
    if table is None:
        return None
    if not ctx.can(table.permission):
        raise forbidden(table.permission)
    found: Node | None = await rows.find(ctx, table.cls, node_id)
    return found


async def nodes_of(ctx: Context, ids: Sequence[Id]) -> list[Node | None]:
    """Many objects, one statement for each type among them. Raises: BadUserInputError, ForbiddenError."""
    if len(ids) > MOST:
        raise BadUserInputError(
            Text(f"These are {len(ids)} ids; {MOST} are the most.", f"编号过多：{len(ids)} 个，最多 {MOST} 个。"),
            hint=Text("Ask in several requests.", "请分多次请求。"),
            path=("ids",),
        )
    found: dict[tuple[str, UUID], Node | None] = {}
    for tag in dict.fromkeys(one.tag for one in ids):
        table = ctx.schema.catalog.tags.get(tag)
        if table is None:
            continue
        if not ctx.can(table.permission):
            raise forbidden(table.permission)
        mine = list(dict.fromkeys(one.of(tag) for one in ids if one.tag == tag))
        rows_found = await rows.rows_of(ctx, table.cls, mine)
        found |= {(tag, one): row for one, row in zip(mine, rows_found, strict=True)}
    return [found.get((one.tag, one.of(one.tag))) for one in ids]
